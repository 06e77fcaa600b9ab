"""The set-up's step for working hours: days, hours, time zone and whose holidays count."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from flask import flash, request

from sopwith.calendars.public_holidays import known_codes
from sopwith.definitions.places import CannotSpliceError
from sopwith.runtime.hours import (
    DAYS,
    CalendarPlace,
    Hours,
    calendars_in,
    present_hours,
    with_hours,
)
from sopwith.runtime.packing import Files
from sopwith.runtime.publishing import OvertakenError, publish
from sopwith.store.releases import live_hash, release_of

from ..admin.acting import audited, author
from ..admin.live import live, text_of
from ..languages import lang, locale, zones
from ..visitor import get_service
from ..wording import gettext as _
from .step_page import Answer, Facts

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
LATEST = "24:00"


def _files() -> tuple[str | None, Files]:
    """Return the release in force and its files."""
    with get_service().database.reading() as connection:
        found = live_hash(connection)
        kept = release_of(connection, found) if found else None
    return found, kept.documents if kept else {}


def _chosen(places: list[CalendarPlace]) -> CalendarPlace | None:
    wish = request.values.get("calendar", "")
    used = _used()
    return (
        next((one for one in places if one.id == wish), None)
        or next((one for one in places if one.id in used), None)
        or next(iter(places), None)
    )


def _used() -> frozenset[str]:
    """Return the calendars that something counts in."""
    known = live()
    return frozenset(name for kind, name in known.usages if kind == "calendar" and known.usages[kind, name]) if known else frozenset()  # fmt: skip


def facts(typed: dict[str, object] | None = None) -> Facts:
    """Return what the page shows."""
    _live, files = _files()
    places = calendars_in(files)
    place = _chosen(places)
    used = _used()
    shown = typed or (_present(place) if place else {})
    known = live()
    titles = {} if known is None else {one.id: text_of(known.documents["calendar", one.id].node.get("title")).get(lang()) for one in places if ("calendar", one.id) in known.documents}  # fmt: skip
    return {
        "calendars": [(one.id, titles.get(one.id) or one.id, one.id in used) for one in places],
        "place": place,
        "typed": shown,
        "days": [(name, number) for number, name in enumerate(DAYS)],
        "zones": sorted(zones()),
        "countries": countries(locale()),
        "own_days": bool(place and place.value.get("holidays")),
    }


def _present(place: CalendarPlace) -> dict[str, object]:
    days, windows = present_hours(place.value)
    spans = [one.partition("-") for one in windows[:2]]
    return {
        "days": days,
        "zone": str(place.value.get("zone", "")),
        "country": str(place.value.get("country") or ""),
        "from": spans[0][0] if spans else "09:00",
        "to": spans[-1][2] if spans else "18:00",
        "lunch_from": spans[0][2] if len(spans) == 2 else "",
        "lunch_to": spans[1][0] if len(spans) == 2 else "",
    }


@cache
def countries(spoken: str) -> list[tuple[str, str]]:
    """Return the countries whose public holidays are known, by their names in a language."""
    names = Locale.parse(spoken).territories
    found = [(code, str(names.get(code, code))) for code in known_codes() if len(code) == 2]
    return sorted(found, key=lambda one: one[1])


def save() -> Answer:
    """Put the hours into the calendar and in force, as a release of its own."""
    in_force, files = _files()
    place = _chosen(calendars_in(files))
    if place is None:
        return Answer()
    names = ("zone", "country", "from", "to", "lunch_from", "lunch_to")
    typed: dict[str, object] = {name: request.form.get(name, "").strip() for name in names}
    typed["days"] = frozenset(request.form.getlist("days")) & frozenset(DAYS)
    errors = _errors({name: str(typed[name]) for name in names}, bool(typed["days"]))
    if errors:
        return Answer(facts=facts(typed), errors=errors)
    hours = Hours(
        zone=str(typed["zone"]),
        days=frozenset(str(one) for one in request.form.getlist("days")) & frozenset(DAYS),
        windows=_windows({name: str(typed[name]) for name in names}),
        country=str(typed["country"]),
    )
    try:
        after = with_hours(files, place, hours)
    except CannotSpliceError:
        words = _("This calendar is written in a way that only its text can change. Change it in a draft.")  # fmt: skip
        return Answer(facts=facts(typed), errors={"calendar": words})
    if after == files:
        return Answer()
    note = _("Working hours: %(name)s", name=place.id)
    try:
        release, found = publish(
            get_service(), after, author=author(), note=note, expected=in_force
        )
    except OvertakenError:
        words = _("Another release was published meanwhile. Save the working hours again.")
        return Answer(facts=facts(typed), errors={"calendar": words})
    if release is None:
        return Answer(facts=facts(typed), errors={"calendar": found[0].message(lang())})
    with audited("release.publish", release.hash, {"note": note}):
        flash(_("The working hours are in force."), "good")
    return Answer()


def _errors(typed: dict[str, str], has_days: bool) -> dict[str, str]:
    errors = {}
    if not has_days:
        errors["days"] = _("Choose at least one day.")
    if typed["zone"] not in zones():
        errors["zone"] = _("Choose a time zone from the list.")
    if typed["country"] and typed["country"] not in dict(countries(locale())):
        errors["country"] = _("Choose a country from the list.")
    times = [typed["from"], typed["lunch_from"], typed["lunch_to"], typed["to"]]
    lunch = [one for one in times[1:3] if one]
    said = [one for one in times if one]
    if len(lunch) == 1 or not all(_TIME.fullmatch(one) or one == LATEST for one in said) or not typed["from"] or not typed["to"]:  # fmt: skip
        errors["from"] = _("Write times such as 09:00; a break has a beginning and an end.")
    elif said != sorted(set(said)):
        errors["from"] = _("The times must follow one another.")
    return errors


def _windows(typed: dict[str, str]) -> tuple[str, ...]:
    if typed["lunch_from"]:
        return f"{typed['from']}-{typed['lunch_from']}", f"{typed['lunch_to']}-{typed['to']}"
    return (f"{typed['from']}-{typed['to']}",)
