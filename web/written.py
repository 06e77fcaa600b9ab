"""Which languages a firm writes its definitions in: the checker asks for these alone, and the editors show these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask import g, has_app_context
from sqlalchemy import Connection

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.text import LANGS, Lang
from sopwith.store.installation import put_setting, setting

from .visitor import get_service

SETTING = "written"
UNTRANSLATED = "DEF015"
"""The code of words that are missing in one language."""


def written() -> tuple[Lang, ...]:
    """Return the languages of the firm: both, unless somebody chose one."""
    if not has_app_context():
        return LANGS
    if "written" not in g:
        with get_service().database.reading() as connection:
            g.written = read_written(connection)
    found: tuple[Lang, ...] = g.written
    return found


def read_written(connection: Connection) -> tuple[Lang, ...]:
    """Return the languages that were chosen; what makes no sense is as if nothing was."""
    chosen = (setting(connection, SETTING) or {}).get("languages", ())
    return tuple(one for one in LANGS if one in chosen) or LANGS


def keep_written(connection: Connection, wish: str, now: datetime) -> None:
    """Note the languages that the firm writes: one alone, or both for any other word."""
    languages = [one for one in LANGS if one == wish] or list(LANGS)
    put_setting(connection, SETTING, {"languages": languages}, now)
    g.pop("written", None)


def asked_for(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *found* without the words that are missing in a language that the firm does not write."""
    languages = written()
    if languages == LANGS:
        return tuple(found)
    return tuple(one for one in found if one.code != UNTRANSLATED or one.values.get("language") in languages)  # fmt: skip


def other_tongue() -> str:
    """Return the language that the firm does not write, empty where it writes both."""
    languages = written()
    return next((one for one in LANGS if one not in languages), "")
