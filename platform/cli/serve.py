"""What the web server loads: one process of the web, which does the work too when there is no broker."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.util import Finalize
from urllib.parse import urlsplit

from flask import Flask

from .. import __version__
from ..jobs.app import make_app
from ..jobs.tasks import local_executor, register
from ..runtime.dispatcher import Executor
from ..runtime.health_check import Report
from ..web.app import create_app
from ..web.settings import WebSettings
from ..wiring.build import Process, build
from ..wiring.checkup import check_up
from ..wiring.figures_door import FiguresDoor
from ..wiring.logs import configure
from ..wiring.settings import Settings, key_in, read_settings
from ..wiring.watch import start_watching
from .web_server import say_it_is_up

SWITCH_SECONDS = 0.0005
"""After which a thread that computes lets another one go on. A page lets go at each statement, and would wait ten times
as long, which is Python's own choice, for whoever carries out jobs meanwhile to give the interpreter back."""
COLLECT_AFTER = (20_000, 20, 50)
"""New objects, collections of those, and of what survived: a page makes thousands, of which none hangs in a circle."""


def embedded_executor(
    run: Callable[[Sequence[int], str], None], done: Callable[[], None]
) -> Executor:
    """Return what applies the one Celery task in threads of this process, without a broker."""
    return local_executor(register(make_app(), run), done)


def web_settings(
    settings: Settings,
    figures: FiguresDoor | None = None,
    checkup: Callable[[], Report] | None = None,
) -> WebSettings:
    """Return what the pages need to know. figures, checkup: of a process that is watched."""
    return WebSettings(
        secret_key=settings.secret_key or key_in(settings.data, "secret-key"),
        data=settings.data,
        base_url=settings.address,
        demo=settings.demo,
        trusted_hosts=settings.trusted_hosts,
        proxies=settings.proxies,
        zone=settings.zone,
        limits=settings.limits,
        limits_storage=limits_storage(settings.broker_url),
        figures=figures,
        checkup=checkup,
        mail_server=urlsplit(settings.smtp_url).netloc.rpartition("@")[2],
    )


def limits_storage(broker_url: str) -> str:
    """Return where limits are counted: in Redis, for all web processes, or else in this process."""
    kind, _, place = broker_url.partition("://")
    if kind == "redis+socket":
        return f"redis+unix://{place}"
    return broker_url if kind in ("redis", "rediss") else "memory://"


def open_process(settings: Settings) -> Process:
    """Return one process of the web; nothing in it is started."""
    return build(settings, embedded_executor, version=__version__)


def application() -> Flask:
    """Return the application of this process and start its threads: the web server calls this after it forked."""
    settings = read_settings()
    configure(settings)
    process = open_process(settings)
    role = "all" if settings.is_embedded else "web"
    watching = start_watching(settings, process.service, role, version=__version__)
    process.held.callback(watching.close)
    look = partial(check_up, settings, process.service, __version__)
    app = create_app(process.service, web_settings(settings, watching.figures, look))
    sys.setswitchinterval(SWITCH_SECONDS)
    process.service.has_release()  # compiles the release in force, which then stands still with all the rest
    gc.set_threshold(*COLLECT_AFTER)
    gc.collect()
    gc.freeze()  # modules, routes and templates live as long as the process: no collection looks through them again
    process.start()
    say_it_is_up()
    # Not atexit: a process that multiprocessing forked does not call what is registered there.
    Finalize(None, process.close, exitpriority=100)
    return app
