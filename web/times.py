"""Instants and clocks in the words of a page."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast

from babel.dates import (
    TIMEDELTA_UNITS,
    format_date,
    format_timedelta,
    get_timezone_location,
)
from flask import g

from sopwith.core.plain import instant_text
from sopwith.core.record import Clock, ClockStatus

from .languages import lang, locale, zone_info
from .visitor import NOBODY, Visitor, now
from .wording import catalogue
from .wording import gettext as _

_SOON = 0.25  # the last quarter of a target is "soon": a clock that has just started never is
_SOON_WITHOUT_BEGINNING = timedelta(minutes=30)
_NOTHING = timedelta(0)
_JUST_NOW = timedelta(seconds=45)
_THRESHOLD = 0.95
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ONE_UNIT = 1e12
"""A threshold that nothing reaches: only the unit that was asked for is used."""


class Reader:
    """Who reads a page, and when: what every instant on it is told by. A list asks for eighty of them."""

    __slots__ = (
        "catalogue",
        "is_chinese",
        "kinds",
        "locale",
        "now",
        "spans",
        "today",
        "who",
        "zone",
    )

    def __init__(self, who: Visitor, catalogue: Any) -> None:
        self.who, self.catalogue = who, catalogue
        self.now, self.zone, self.locale = now(), zone_info(), locale()
        self.today = self.now.astimezone(self.zone)
        self.is_chinese = lang() == "zh-CN"
        self.kinds = {
            "overdue": ("alert-triangle", _("Overdue")),
            "soon": ("clock-exclamation", _("Due soon")),
            "on_time": ("clock", _("On time")),
        }
        self.spans = (
            _("%(days)d d %(hours)d h"),
            _("%(hours)d h %(minutes)d m"),
            _("%(minutes)d m"),
        )

    def relative(self, at: datetime) -> str:
        """Return how long ago, or how far off, in words."""
        away = at - self.now
        if abs(away) < _JUST_NOW:
            return _("just now")
        return _in_units(*_unit_of(away.total_seconds()), self.locale)

    def absolute(self, at: datetime) -> str:
        """Return date and time in the reader's zone."""
        local = at.astimezone(self.zone)
        if self.is_chinese:
            return f"{local.year}年{local.month}月{local.day}日 {_hour(local)}"
        return f"{local.day} {_MONTHS[local.month]} {local.year}, {_hour(local)}"

    def short(self, at: datetime) -> str:
        """Return the instant as briefly as it stays clear: the time alone for today."""
        local, today = at.astimezone(self.zone), self.today
        if local.year != today.year:
            if self.is_chinese:
                return f"{local.year}年{local.month}月{local.day}日"
            return f"{local.day} {_MONTHS[local.month]} {local.year}"
        time = _hour(local)
        if (local.month, local.day) == (today.month, today.day):
            return time
        if self.is_chinese:
            return f"{local.month}月{local.day}日 {time}"
        return f"{local.day} {_MONTHS[local.month]}, {time}"

    def span(self, amount: timedelta) -> str:
        """Return a length of time as ``2 h 14 m``; under a minute counts as one."""
        minutes = max(1, int(abs(amount).total_seconds()) // 60)
        if minutes < 60:
            return self.spans[2] % {"minutes": minutes}
        hours, minutes = divmod(minutes, 60)
        if hours < 24:
            return self.spans[1] % {"hours": hours, "minutes": minutes}
        days, hours = divmod(hours, 24)
        return self.spans[0] % {"days": days, "hours": hours}

    def due_view(self, due_at: datetime, started_at: datetime | None = None, created_at: datetime | None = None) -> ClockView:  # fmt: skip
        """Return how a due time that is not met yet stands now.

        created_at: of a record of which it is not known when its clock started, *started_at* at the latest.
        """
        left = due_at - self.now
        last = (due_at - started_at) * _SOON if started_at else _SOON_WITHOUT_BEGINNING
        if created_at is not None:
            last = max(last, min(_SOON_WITHOUT_BEGINNING, (due_at - created_at) * _SOON))
        soon_at = due_at - last
        kind = "overdue" if left <= _NOTHING else "soon" if self.now >= soon_at else "on_time"
        icon, word = self.kinds[kind]
        return ClockView(
            kind=kind,
            icon=icon,
            word=word,
            span=self.span(left),
            at=self.short(due_at),
            due_at=due_at,
            soon_at=soon_at,
        )


def reader() -> Reader:
    """Return the reader of this page, the same one as long as nobody else looks and no other language is spoken."""
    page: Any = cast(Any, g)._get_current_object()
    who, words = page.get("visitor", NOBODY), catalogue()
    kept: Reader | None = page.get("reader")
    if kept is None or kept.who is not who or kept.catalogue is not words:
        kept = page.reader = Reader(who, words)
    return kept


def _unit_of(seconds: float) -> tuple[str, int]:
    """Return the largest unit that fills what is told, as Babel chooses it, and how many, negative for the past."""
    length = abs(seconds)
    unit, size = next(
        (one for one in TIMEDELTA_UNITS if length / one[1] >= _THRESHOLD), TIMEDELTA_UNITS[-1]
    )
    many = max(1, round(length / size))
    return unit, many if seconds >= 0 else -many


@lru_cache(4_096)
def _in_units(unit: Any, many: int, spoken: str) -> str:
    """Return so many units in words: Babel takes longer for this than a row of a list does."""
    away = timedelta(seconds=many * dict(TIMEDELTA_UNITS)[unit])
    return format_timedelta(
        away, granularity=unit, threshold=_ONE_UNIT, add_direction=True, locale=spoken
    )


def relative(at: datetime) -> str:
    """Return how long ago, or how far off, in words."""
    return reader().relative(at)


def absolute(at: datetime) -> str:
    """Return date and time in the reader's zone."""
    return reader().absolute(at)


def short(at: datetime) -> str:
    """Return the instant as briefly as it stays clear: the time alone for today."""
    return reader().short(at)


def _hour(local: datetime) -> str:
    """Return the time of day; ``strftime`` takes several times as long."""
    return f"{local.hour:02}:{local.minute:02}"


def by_when(at: datetime) -> str:
    """Return a promised instant as one says it: ``16:30 today``, ``10:00 on Monday, 24 November``."""
    local, today = at.astimezone(zone_info()), now().astimezone(zone_info())
    days = (local.date() - today.date()).days
    time = _hour(local)
    if days == 0:
        return _("%(time)s today", time=time)
    if days == 1:
        return _("%(time)s tomorrow", time=time)
    pattern = "M月d日EEEE" if lang() == "zh-CN" else "EEEE, d MMMM"
    day = format_date(local.date(), pattern, locale=locale())
    return _("%(time)s on %(day)s", time=time, day=day)


def zone_words(name: str) -> str:
    """Return what a time zone is called: ``Shanghai time``; its id where it has no city."""
    return _zone_words(name, locale())


@lru_cache(1_024)
def _zone_words(name: str, spoken: str) -> str:
    if "/" not in name or name.startswith("Etc/"):
        return name
    city = get_timezone_location(name, locale=spoken, return_city=True)
    return _("%(city)s time", city=city) if city else name


def iso(at: datetime) -> str:
    """Return the instant for machines."""
    return instant_text(at)


def span(amount: timedelta) -> str:
    """Return a length of time as ``2 h 14 m``; under a minute counts as one."""
    return reader().span(amount)


class ClockView(NamedTuple):
    """A clock as a page shows it. kind: on_time | soon | overdue | paused | met | missed. There is one in each row."""

    kind: str
    icon: str
    word: str
    span: str = ""
    at: str = ""
    due_at: datetime | None = None
    soon_at: datetime | None = None


def clock_view(clock: Clock) -> ClockView:
    """Return how *clock* stands now."""
    if clock.status is ClockStatus.MET:
        return ClockView(kind="met", icon="clock-check", word=_("Met"))
    if clock.status is ClockStatus.PAUSED:
        left = span(timedelta(seconds=max(0, clock.target - clock.used)))
        return ClockView(kind="paused", icon="clock-pause", word=_("Paused"), span=left)
    if clock.status is ClockStatus.CANCELLED:
        return ClockView(kind="met", icon="minus", word=_("No longer counted"))
    if clock.status is ClockStatus.BREACHED:
        return ClockView(kind="missed", icon="clock-exclamation", word=_("Missed"))
    if clock.due_at is None:
        return ClockView(kind="on_time", icon="clock", word=_("On time"))
    return due_view(clock.due_at, started_at=clock.started_at)


def due_view(due_at: datetime, *, started_at: datetime | None = None) -> ClockView:
    """Return how a due time that is not met yet stands now."""
    return reader().due_view(due_at, started_at)
