"""What the web server loads: one process of an installation, web and work together."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Sequence

from flask import Flask

from .. import __version__
from ..jobs.app import make_app
from ..jobs.tasks import local_executor, register
from ..runtime.dispatcher import Executor
from ..web.app import create_app
from ..web.settings import WebSettings
from ..wiring.build import Process, build
from ..wiring.settings import Settings, key_in, read_settings


def embedded_executor(
    run: Callable[[Sequence[int], str], None], done: Callable[[], None]
) -> Executor:
    """Return what applies the one Celery task in threads of this process, without a broker."""
    return local_executor(register(make_app(), run), done)


def web_settings(settings: Settings) -> WebSettings:
    """Return what the pages need to know."""
    return WebSettings(
        secret_key=key_in(settings.data, "secret-key"),
        data=settings.data,
        base_url=settings.address,
        demo=settings.demo,
        trusted_hosts=settings.trusted_hosts,
        proxies=settings.proxies,
        zone=settings.zone,
        limits=settings.limits,
    )


def open_process(settings: Settings) -> Process:
    """Return one embedded process; its dispatcher is not started."""
    return build(settings, embedded_executor, version=__version__)


def application() -> Flask:
    """Return the application of this process and start its dispatcher: the web server calls this in its worker."""
    logging.basicConfig(
        level=os.environ.get("SOPWITH_LOG", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    settings = read_settings()
    process = open_process(settings)
    app = create_app(process.service, web_settings(settings))
    process.dispatcher.start()
    atexit.register(process.close)
    return app
