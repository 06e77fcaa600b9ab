"""How far a long work is, said now and then."""

from __future__ import annotations

import sys
import time

import click

EVERY = 0.5  # seconds between two lines
PATIENCE = 5.0  # seconds before lines are written where no terminal is


class Progress:
    """Says how far it is: on a terminal in one line, else in lines."""

    def __init__(self) -> None:
        self._what, self._start, self._said = "", 0.0, 0.0

    def __call__(self, what: str, done: float, total: float) -> None:
        """Say it, unless something was said just now. total: 0 when it is not known."""
        now = time.monotonic()
        if what != self._what:
            self._what, self._start, self._said = what, now, 0.0
        if done < total and now - self._said < EVERY:
            return
        self._said = now
        line = what
        if total:
            rate = done / max(now - self._start, 0.001)
            left = (total - done) / rate if rate else 0
            line = f"{what}: {done:,.0f} of {total:,.0f}, {rate:,.0f}/s, {left:,.0f} s left"
        if sys.stderr.isatty():
            end = "\n" if done >= total else ""
            click.echo(f"\r\x1b[K{line}{end}", nl=False, err=True)
        elif not total or done >= total or now - self._start > PATIENCE:
            click.echo(line, err=True)
