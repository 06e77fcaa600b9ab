"""LISTEN and NOTIFY: a hint wakes another process's dispatcher, and a broken connection is made anew."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from sopwith.runtime import hints
from sopwith.runtime.hints import Herald, Listener
from sopwith.store.engine import Database

WAIT = 20.0


class Woken:
    """Counts how often it was called."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def __call__(self) -> None:
        with self.changed:
            self.count += 1
            self.changed.notify_all()

    def beyond(self, count: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.count > count, WAIT)


def test_a_hint_wakes_and_a_broken_connection_is_made_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "AGAIN_SECONDS", 0.1)
    woken, listener, herald = Woken(), Listener(database), Herald(database)
    listener.start(woken)
    try:
        if database.is_sqlite:
            herald.wake()
            assert woken.count == 0, "there is only one process"
            return
        assert woken.beyond(0), "once at the start: what was said before nobody heard"
        herald.wake()
        assert woken.beyond(1)
        with database.writing() as connection:
            mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' OR query LIKE 'NOTIFY %'"  # fmt: skip
            assert connection.execute(text(mine)).rowcount >= 1
        assert woken.beyond(2), "it listens again by itself"
        seen = woken.count
        for _ in range(50):  # the herald's own connection broke too: a hint or two may be lost
            herald.wake()
            with woken.changed:
                if woken.changed.wait_for(lambda: woken.count > seen, 0.5):
                    break
        assert woken.count > seen
    finally:
        listener.stop()
        herald.stop()
