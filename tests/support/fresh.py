"""An installation with its first administrator and nothing else, and a real server for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from sopwith.runtime.clock import RandomIds
from sopwith.runtime.links import Links
from sopwith.runtime.releases import Releases
from sopwith.runtime.service import Service
from sopwith.store.engine import open_database
from sopwith.store.people import User, add_user
from sopwith.store.schema import upgrade
from sopwith.web.app import create_app
from sopwith.web.passwords import hash_password
from sopwith.web.settings import WebSettings
from tests.support.shop import CHEAP, NOW, PASSWORD, SetClock, Shop

ADMIN = User(
    id="ada",
    login="ada",
    name="Ada Yue",
    email="ada@firm.test",
    roles=frozenset({"admin"}),
    lang="",
    zone="Asia/Shanghai",
)


@contextmanager
def open_fresh(folder: Path) -> Iterator[Shop]:
    """Open a new installation in *folder*; its administrator signs in as ``ada``."""
    database = open_database(f"sqlite:///{folder / 'fresh.db'}")
    upgrade(database)
    clock = SetClock()
    service = Service(
        database=database,
        releases=Releases(database),
        clock=clock,
        ids=RandomIds(),
        links=Links("http://desk.test", b"k" * 32),
    )
    service.wake = lambda: None
    with database.writing() as connection:
        add_user(connection, ADMIN, NOW, hash_password(PASSWORD, CHEAP))
    try:
        yield Shop(service=service, clock=clock, data=folder)
    finally:
        database.close()


@contextmanager
def served(shop: Shop) -> Iterator[str]:
    """Serve *shop* on a port of this machine; the address is given."""
    server = make_server("127.0.0.1", 0, _not_yet, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    shop.service.links = Links(url, b"k" * 32)
    settings = WebSettings(
        secret_key="s" * 48, data=shop.data, base_url=url, password_cost=CHEAP, limits=False
    )
    server.app = create_app(shop.service, settings)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _not_yet(environ: object, start_response: object) -> list[bytes]:
    raise RuntimeError("the application is set before the server starts")
