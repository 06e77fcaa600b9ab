"""The product in one process without a socket, to be killed: starts fast, and dies at the point that is named.

Over its pipe it takes requests and gives answers. A request either goes to the application as one over HTTP would,
or names an act that people do by other ways.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flask import Flask

from sopwith.cli.serve import application
from sopwith.runtime.housekeeping import KEY
from sopwith.runtime.job_queue import new_job
from sopwith.runtime.moving import Wish, move_now
from sopwith.runtime.publishing import publish, roll_back
from sopwith.runtime.releases import hash_of
from sopwith.runtime.service import Service
from sopwith.store.jobs import put_timer
from sopwith.store.releases import live_hash
from tests.faults.hurting import Hurts
from tests.faults.world import definitions, flow_only

THREADS = 4
_said = threading.Lock()


def main(pipe: Connection, environment: Mapping[str, str], hook: str, log: Path) -> None:
    """Serve until the other end of *pipe* is closed."""
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    hurts = Hurts()
    hurts.before_start(environment)
    app = application()
    hurts.after_start(environment)
    app.extensions["hurts"] = hurts
    say(pipe, 0, 200, "ready")
    with ThreadPoolExecutor(THREADS) as pool:
        while (asked := _next(pipe)) is not None:
            pool.submit(answer, app, hook, pipe, asked)


def _next(pipe: Connection) -> Mapping[str, Any] | None:
    try:
        asked: Mapping[str, Any] = pipe.recv()
    except (EOFError, OSError):
        return None
    return asked


def answer(app: Flask, hook: str, pipe: Connection, asked: Mapping[str, Any]) -> None:
    """Carry one request out, and say what came of it."""
    try:
        if "act" in asked:
            found: tuple[int, Any] = 200, act(app, hook, asked["act"], asked["about"])
        else:
            found = call(app, asked)
    except Exception as error:
        found = 599, repr(error)
    say(pipe, asked["id"], *found)


def act(app: Flask, hook: str, name: str, about: str) -> Any:
    """Do what is no request."""
    service: Service = app.extensions["sopwith"]
    hurts: Hurts = app.extensions["hurts"]
    if name == "calm":
        return hurts.calm()
    if name == "limit":
        return hurts.limit(service, int(about))
    if name == "clock":
        hurts.ahead = timedelta(seconds=float(about))
        return about
    return ACTS[name](service, hook, about)


def call(app: Flask, asked: Mapping[str, Any]) -> tuple[int, Any]:
    """Return status and body of the application's answer."""
    response = app.test_client().open(
        asked["path"], method=asked["method"], headers=asked["headers"], data=asked["body"]
    )
    return response.status_code, response.get_json(silent=True)


def say(pipe: Connection, request: int, status: int, body: Any) -> None:
    """Answer one request."""
    with _said:
        pipe.send((request, status, body))


def sweep_now(service: Service, _hook: str, _about: str) -> str:
    """Let the daily rule act now."""
    return _now(service, "sweep", "sweep:daily", {"rule": "daily"})


def keep_house_now(service: Service, _hook: str, _about: str) -> str:
    """Do the daily round of housekeeping now."""
    return _now(service, KEY, KEY, {})


def _now(service: Service, kind: str, key: str, payload: Mapping[str, Any]) -> str:
    with service.database.writing() as connection:
        put_timer(connection, new_job(kind, key, payload, service.clock.now()))
    service.wake()
    return key


def publish_now(service: Service, hook: str, about: str) -> str:
    """Put a release in force that has a team named *about*."""
    release, found = publish(service, definitions(hook, note=about), author=None, note=about)
    if release is None:
        raise ValueError([one.render("en") for one in found])
    return release.hash


def move_records(service: Service, _hook: str, about: str) -> str:
    """Publish another first state and move open records there, once. about: its old and its new id.

    Asked again after that it moves what stayed behind, as a person may do at any time.
    """
    old, new = about.split()
    wish = Wish(id=service.ids.new_id(), types={"ticket": {old: new}}, user_id=None)
    files = flow_only(new)
    with service.database.reading() as connection:
        is_there = live_hash(connection) == hash_of(files)
    if is_there:
        return str(move_now(service, replace(wish, only={"ticket": {old}})))
    release, found = publish(service, files, author=None, note="", move=wish)
    if release is None:
        raise ValueError([one.render("en") for one in found])
    return release.hash


def roll_back_now(service: Service, _hook: str, about: str) -> str:
    """Put the release with the hash *about* in force again."""
    return roll_back(service, about, author=None, note="").hash


def add_nonsense(service: Service, _hook: str, about: str) -> str:
    """Leave a job of a kind that nobody knows."""
    with service.database.writing() as connection:
        put_timer(connection, new_job("nonsense", about, {}, service.clock.now()))
    service.wake()
    return about


ACTS: Mapping[str, Callable[[Service, str, str], str]] = {
    "sweep": sweep_now,
    "house": keep_house_now,
    "publish": publish_now,
    "roll_back": roll_back_now,
    "move": move_records,
    "nonsense": add_nonsense,
}
