"""Django's settings for django-helpdesk, after its manual; SQLite as careful as ours (WAL, synchronous=FULL)."""

import os
from pathlib import Path

HOME = Path(os.environ["BENCH_HELPDESK"])
SECRET_KEY = "only-for-a-benchmark-on-loopback-0123456789abcdef"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
SITE_ID = 1
ROOT_URLCONF = "bench.support.helpdesk_urls"
STATIC_URL = "/static/"
MEDIA_ROOT = str(HOME / "media")
USE_TZ = True
LANGUAGE_CODE = "en-us"
LOGIN_URL = "helpdesk:login"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(HOME / "helpdesk.sqlite3"),
        "CONN_MAX_AGE": 60,
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}
if os.environ.get("BENCH_HELPDESK_POSTGRES"):
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "helpdesk",
            "USER": "postgres",
            "HOST": os.environ["BENCH_HELPDESK_POSTGRES"],
            "PORT": "5432",
            "CONN_MAX_AGE": 60,
            "ATOMIC_REQUESTS": True,
        }
    }
HELPDESK_PUBLIC_TICKET_QUEUE = "bench"
LOGGING = {"version": 1, "disable_existing_loggers": False}
HELPDESK_TEAMS_MODE_ENABLED = False
