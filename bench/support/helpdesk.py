"""django-helpdesk on SQLite under the same server as ours: a site, its tickets, what clients do there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from .clients import Client, token_in
from .server import Server, free_port

ROOT = Path(__file__).parents[2]
FILL = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone
from helpdesk.models import FollowUp, Queue, Ticket
from bench.support.texts import text_of
call_command("migrate", verbosity=0)
queue = Queue.objects.create(title="Bench", slug="bench", allow_public_submission=True)
get_user_model().objects.create_superuser("ann", "ann@bench.example", "bench")
now, count = timezone.now(), {count}
tickets = [
    Ticket(title=f"Ticket {{at}}", queue=queue, created=now, modified=now, submitter_email=f"p{{at % 500}}@bench.example",
           status=1 + at % 4, priority=1 + at % 5, description=text_of(at), secret_key=f"key{{at}}")
    for at in range(count)
]
made = Ticket.objects.bulk_create(tickets, batch_size=500)
FollowUp.objects.bulk_create(
    [FollowUp(ticket=one, date=now, title="Opened", comment=one.description, public=True) for one in made], batch_size=500
)
"""


def is_installed() -> bool:
    """Return whether the peer is there."""
    return find_spec("helpdesk") is not None


def environment(folder: Path, postgres: str = "") -> dict[str, str]:
    """Return what its processes need. postgres: the folder of a server's socket, SQLite without one."""
    return {
        "BENCH_HELPDESK": str(folder),
        "BENCH_HELPDESK_POSTGRES": postgres,
        "DJANGO_SETTINGS_MODULE": "bench.support.helpdesk_site",
        "PYTHONPATH": str(ROOT),
    }


def make_site(folder: Path, tickets: int = 0, postgres: str = "") -> None:
    """Make a site in *folder* with a public queue, the staff user ann and *tickets* tickets."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-c", FILL.format(count=tickets)],
        env={**os.environ, **environment(folder, postgres)},
        cwd=ROOT,
        check=True,
    )


def serve(folder: Path, postgres: str = "") -> Server:
    """Return its server: granian with one worker and 16 threads, like ours."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--factory",
        "--host",
        "127.0.0.1",
    ]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "16", "--no-ws"]
    command += ["--log-level", "error", "django.core.wsgi:get_wsgi_application"]
    log = folder / "server.log"
    return Server(
        command,
        port,
        log,
        environment=environment(folder, postgres),
        folder=ROOT,
        first_page="/login/",
    )


def asker(port: int, name: int) -> Callable[[int], str]:
    """Return what opens one ticket by the public form; it says what went wrong."""
    client = Client(port)
    token = token_in(client.get("/tickets/submit/")[1])

    def ask(number: int) -> str:
        form = {
            "csrfmiddlewaretoken": token,
            "title": f"Question {name}-{number}",
            "body": f"How many of lot-{number % 10} can we plan at once?",
            "priority": "3",
            "submitter_email": f"c{name}-{number % 25}@bench.example",
        }
        status, page, _ = client.post("/tickets/submit/", form)
        return "" if status == 302 else f"{status}: {page[:200]}"

    return ask


def staff(port: int) -> Client:
    """Return a client that is signed in as ann."""
    client = Client(port)
    token = token_in(client.get("/login/")[1])
    form = {"csrfmiddlewaretoken": token, "username": "ann", "password": "bench", "next": "/"}
    status, page, _ = client.post("/login/", form)
    if status != 302:
        raise SystemExit(f"django-helpdesk did not let its staff in: {status} {page[:300]}")
    return client
