"""Instants and clocks in the words of a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date, format_timedelta

from sopwith.core.plain import instant_text
from sopwith.core.record import Clock, ClockStatus

from .languages import lang, locale, zone_info
from .visitor import now
from .wording import gettext as _

_SOON = 0.2  # the last fifth of a target is "soon"
_AT_LEAST_SOON = timedelta(minutes=30)
_NOTHING = timedelta(0)


def relative(at: datetime) -> str:
    """Return how long ago, or how far off, in words."""
    away = at - now()
    if abs(away) < timedelta(seconds=45):
        return _("just now")
    return format_timedelta(away, add_direction=True, locale=locale(), threshold=0.95)


def absolute(at: datetime) -> str:
    """Return date and time in the reader's zone."""
    local = at.astimezone(zone_info())
    if lang() == "zh-CN":
        return f"{local.year}年{local.month}月{local.day}日 {_hour(local)}"
    return f"{local.day} {local:%b} {local.year}, {_hour(local)}"


def short(at: datetime) -> str:
    """Return the instant as briefly as it stays clear: the time alone for today."""
    zone = zone_info()
    local, today = at.astimezone(zone), now().astimezone(zone)
    if local.year != today.year:
        if lang() == "zh-CN":
            return f"{local.year}年{local.month}月{local.day}日"
        return f"{local.day} {local:%b} {local.year}"
    time = _hour(local)
    if (local.month, local.day) == (today.month, today.day):
        return time
    if lang() == "zh-CN":
        return f"{local.month}月{local.day}日 {time}"
    return f"{local.day} {local:%b}, {time}"


def _hour(local: datetime) -> str:
    """Return the time of day; ``strftime`` takes several times as long, and a list asks for eighty."""
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


def iso(at: datetime) -> str:
    """Return the instant for machines."""
    return instant_text(at)


def span(amount: timedelta) -> str:
    """Return a length of time as ``2 h 14 m``; under a minute counts as one."""
    minutes = max(1, int(abs(amount).total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return _("%(days)d d %(hours)d h", days=days, hours=hours)
    if hours:
        return _("%(hours)d h %(minutes)d m", hours=hours, minutes=minutes)
    return _("%(minutes)d m", minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """A clock as a page shows it. kind: on_time | soon | overdue | paused | met | missed."""

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
    at = now()
    left = due_at - at
    soon_at = due_at - max((due_at - (started_at or due_at)) * _SOON, _AT_LEAST_SOON)
    if left <= _NOTHING:
        kind, icon, word = "overdue", "alert-triangle", _("Overdue")
    elif at >= soon_at:
        kind, icon, word = "soon", "clock-exclamation", _("Due soon")
    else:
        kind, icon, word = "on_time", "clock", _("On time")
    return ClockView(
        kind=kind,
        icon=icon,
        word=word,
        span=span(left),
        at=short(due_at),
        due_at=due_at,
        soon_at=soon_at,
    )
