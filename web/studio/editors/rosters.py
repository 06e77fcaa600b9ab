"""The roster of a team as its editor shows it: shifts, who takes turns, single days, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel.dates import get_day_names

from sopwith.calendars.hours import UnreadableError, read_dates

from ...languages import locale
from ...visitor import now
from ...wording import gettext as _
from .calendar_week import SLOT, SLOTS, hours_of, week_days
from .lenient import held, inside, label, mapping, sequence, several, words
from .moments import day_words
from .place import Place
from .subject import Subject

Facts = dict[str, Any]
Operation = dict[str, Any]
Path = list[str | int]
ON_CALL = "on_call"
PATIENCE = "escalate_after"
SHIFTS = "shifts"
SHIFT_TITLES: Mapping[str, Mapping[str, str]] = {
    "day": {"en": "Day", "zh-CN": "白班"},
    "evening": {"en": "Evening", "zh-CN": "晚班"},
    "night": {"en": "Night", "zh-CN": "夜班"},
    "weekend": {"en": "Weekend", "zh-CN": "周末班"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Who may stand on a roster. logins: names by what they sign in as. ids: those by the ids of accounts."""

    logins: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.logins)

    def __contains__(self, name: object) -> bool:
        return name in self.logins or name in self.ids

    def words(self, name: str) -> str:
        """Return the person's name; of a stranger what is written."""
        return self.logins.get(self.ids.get(name, name), name)

    def besides(self, known: Iterable[str]) -> list[tuple[str, str]]:
        """Return the members that *known* does not name: what they sign in as, and their names."""
        named = {self.ids.get(one, one) for one in known}
        return [(login, name) for login, name in self.logins.items() if login not in named]


def roster(subject: Subject, place: Place, names: Members) -> Facts:
    """Return the shifts, the on-call roster and what of them is selected."""
    doc = subject.doc
    shifts = [_row(one, index, place, names) for index, one in enumerate(sequence(doc.get(SHIFTS)))]
    call = doc.get(ON_CALL)
    known = subject.bench.partly.calendars
    calendars = sorted((one.id for one in subject.others["calendar"]), key=lambda name: name not in known or known[name].always)  # fmt: skip
    return {
        "shifts": shifts,
        "shifts_are_list": isinstance(doc.get(SHIFTS), list) and bool(doc[SHIFTS]),
        "usual_shifts": _usual(doc, calendars),
        "call_way": _call_way(call),
        "call_patience": words(call.get(PATIENCE)) if isinstance(call, dict) else None,
        "call_ways": _call_ways(doc, calendars, names),
        "call_people": _people_words(call, names),
        "crew": _crew(doc, place, names),
        "slots": [f"{slot * SLOT // 60:02}:{slot * SLOT % 60:02}" for slot in range(SLOTS + 1)],
    }


def _call_way(call: Any) -> str:
    """Return where the order of calling stands: in a roster here, with the members, or nowhere."""
    if isinstance(call, dict):
        return "roster" if set(call) - {PATIENCE} else "members"
    return "members" if call is True else "none"


def _row(value: Any, index: int, place: Place, names: Members) -> Facts:
    one = mapping(value)
    hours = [f"{_weekdays(hour.days)} {', '.join(hour.written)}" for hour in hours_of(one.get("week"))]  # fmt: skip
    return {
        "index": index,
        "path": [SHIFTS, index],
        "id": words(one.get("id")),
        "title": label(one.get("title"), words(one.get("id")) or str(index + 1)),
        "hours": _(", ").join(hours),
        "people": _people_words(one, names),
        "to": place.to(SHIFTS, index),
        "is_chosen": place.first == SHIFTS and place.index(1) == index,
    }


def _weekdays(days: Sequence[int]) -> str:
    """Return weekdays in a row in short words: Mon-Fri."""
    names = get_day_names("abbreviated", context="stand-alone", locale=locale())
    first, last = names[days[0]], names[days[-1]]
    return first if len(days) == 1 else f"{first}–{last}"


def _people_words(value: Any, names: Members) -> str:
    one = mapping(value)
    turns = [names.words(words(name)) for name in several(mapping(one.get("rotation")).get("people")) if words(name)]  # fmt: skip
    always = [names.words(words(name)) for name in several(one.get("people")) if words(name)]
    parts = [" → ".join(turns)] if turns else []
    return _(", ").join([*parts, *always])


# --- what may be added -----------------------------------------------------------------------------


def _clock(doc: Mapping[str, Any], calendars: Sequence[str]) -> list[Operation]:
    """Return what gives the team a calendar where it has none: shifts run by one."""
    if doc.get("calendar") is not None or not calendars:
        return []
    return [{"op": "set", "path": ["calendar"], "value": calendars[0]}]


def _usual(doc: Mapping[str, Any], calendars: Sequence[str]) -> list[tuple[str, list[Operation]]]:
    """Return shifts that many teams have: words, operations that add one."""
    known = (
        ("day", _("Day, 9 to 18"), {"mon-fri": ["09:00-18:00"]}),
        ("evening", _("Evening, 18 to 22"), {"mon-fri": ["18:00-22:00"]}),
        ("night", _("Night, 22 to 6"), {"mon-sun": ["22:00-06:00"]}),
        ("weekend", _("Weekend, 10 to 16"), {"sat-sun": ["10:00-16:00"]}),
    )  # fmt: skip
    shifts = sequence(doc.get(SHIFTS))
    taken = {words(mapping(one).get("id")) for one in shifts}
    found = []
    for name, said, week in known:
        value = {"id": _free(name, taken), "title": SHIFT_TITLES[name], "week": week, "people": []}
        found.append((said, [*_clock(doc, calendars), _adding(doc, (SHIFTS,), value)]))
    return found


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}-{number}" for number in range(2, 1000) if f"{name}-{number}" not in taken)


def _adding(doc: Any, path: Sequence[str | int], value: Any) -> Operation:
    """Return the operation that puts *value* at the end of a list, which it makes where there is none."""
    found = doc
    for step in path:
        found = found.get(step) if isinstance(found, dict) else found[step]
    if isinstance(found, list) and found:
        return {"op": "insert", "path": list(path), "index": len(found), "value": value}
    kept = [] if isinstance(found, list | dict) or found is None else [found]
    return {"op": "set", "path": list(path), "value": [*kept, value]}


def _call_ways(
    doc: Mapping[str, Any], calendars: Sequence[str], names: Members
) -> list[tuple[str, str, str, list[Operation]]]:
    """Return the ways of being on call: name, words, help, operations."""
    people = list(names.logins)[:2]
    blank: Facts = {"people": []}
    if people:
        blank = {"rotation": {"people": people, "every": "1w", "from": _monday().isoformat()}}
    return [
        ("none", _("Nobody is on call"), _("Out of hours, work waits in the queue."), [{"op": "clear", "path": [ON_CALL]}]),
        ("members", _("As set with the members"), _("Their order is chosen in the administration."), [{"op": "set", "path": [ON_CALL], "value": {PATIENCE: "10m"}}]),
        ("roster", _("A roster here"), _("By turn, with other people on single days."), [*_clock(doc, calendars), {"op": "set", "path": [ON_CALL], "value": blank}]),
    ]  # fmt: skip


def _monday() -> date:
    today = now().date()
    return today - timedelta(days=today.weekday())


# --- what is selected ------------------------------------------------------------------------------


def _crew(doc: Mapping[str, Any], place: Place, names: Members) -> Facts | None:
    """Return the shift or the on-call roster that is selected, None for neither."""
    if place.first == ON_CALL and isinstance(doc.get(ON_CALL), dict):
        return _facts(doc, [ON_CALL], _("On call"), place, names)
    index, shifts = place.index(1), sequence(doc.get(SHIFTS))
    if place.first != SHIFTS or index is None or index >= len(shifts):
        return None
    if not isinstance(shifts[index], dict):
        return None
    one = shifts[index]
    title = label(one.get("title"), words(one.get("id")) or str(index + 1))
    week = week_days(one.get("week"))
    return {
        **_facts(doc, [SHIFTS, index], title, place, names),
        "week": week,
        "week_data": {
            "keys": [{"key": hour.key, "days": hour.days, "windows": hour.written} for hour in hours_of(one.get("week"))],
            "slot": SLOT,
        },
        "total": f"{sum(day.minutes for day in week) / 60:.2f}".rstrip("0").rstrip("."),
        "removing": [{"op": "remove", "path": [SHIFTS, index]}]
        if len(shifts) > 1
        else [{"op": "clear", "path": [SHIFTS]}],
    }  # fmt: skip


def _facts(doc: Mapping[str, Any], path: Path, title: Any, place: Place, names: Members) -> Facts:  # fmt: skip
    one = mapping(inside(doc, path))
    rotation = one.get("rotation")
    turns = mapping(rotation)
    always = [words(name) for name in several(one.get("people")) if words(name)]
    return {
        "path": path,
        "title": title,
        "held": held(one),
        "people": _list(doc, [*path, "people"], one.get("people"), names),
        "rotation": None
        if rotation is None
        else {
            "path": [*path, "rotation"],
            "held": held(turns),
            "people": _list(doc, [*path, "rotation", "people"], turns.get("people"), names, isinstance(rotation, dict)),
        },
        "taking_turns": {"people": always or list(names.logins)[:2], "every": "1w", "from": _monday().isoformat()},
        "overrides": [_override(entry, index, path) for index, entry in enumerate(sequence(one.get("overrides")))],
        "new_override": _adding(doc, [*path, "overrides"], {"date": now().date().isoformat(), "people": always}),
        "day": _day(doc, one, path, place, names),
    }  # fmt: skip


def _list(doc: Mapping[str, Any], path: Path, value: Any, names: Members, can_add: bool = True) -> Facts:  # fmt: skip
    """Return a list of people: who is in it, and who of the members may be added."""
    known = [words(name) for name in several(value) if words(name)]
    is_list = isinstance(value, list)
    return {
        "path": path,
        "is_list": is_list,
        "written": ", ".join(known),
        "rows": [
            {"index": index, "name": name, "words": names.words(name), "is_stranger": bool(names) and name not in names}
            for index, name in enumerate(known)
        ]
        if not is_list or len(known) == len(value)
        else [],
        "adding": [
            (said, [_adding(doc, path, name)])
            for name, said in names.besides(known)
        ]
        if can_add
        else [],
    }  # fmt: skip


def _override(value: Any, index: int, path: Path) -> Facts:
    one = mapping(value)
    return {
        "index": index,
        "path": [*path, "overrides", index],
        "held": held(one),
        "date": words(one.get("date")),
        "people": ", ".join(words(name) for name in several(one.get("people"))),
        "is_off": one.get("people") == [],
    }


def _days(text: str) -> list[date]:
    try:
        return read_dates(text)
    except UnreadableError:
        return []


def _day(doc: Mapping[str, Any], one: Mapping[str, Any], path: Path, place: Place, names: Members) -> Facts | None:  # fmt: skip
    """Return the day that is selected with the crew: what is said about it, and what may be said."""
    try:
        day = date.fromisoformat(place.steps[-1]) if len(place.steps) > 1 else None
    except ValueError:
        day = None
    if day is None:
        return None
    known = sequence(one.get("overrides"))
    at = next((n for n, entry in enumerate(known) if day in _days(words(mapping(entry).get("date")))), None)  # fmt: skip
    usual = [words(name) for name in several(one.get("people")) if words(name)]
    iso, where = day.isoformat(), [*path, "overrides"]
    if at is not None:
        entry = _override(known[at], at, path)
        ways = [("arrow-back-up", _("As planned"), [{"op": "remove", "path": entry["path"]}] if len(known) > 1 else [{"op": "clear", "path": where}])]  # fmt: skip
        if not entry["is_off"]:
            ways.append(("x", _("It does not take place"), [{"op": "set", "path": [*entry["path"], "people"], "value": []}]))  # fmt: skip
        more = mapping(known[at]).get("people")
        return {"date": iso, "words": day_words(day), "entry": entry, "ways": ways, "people": _list(doc, [*entry["path"], "people"], more, names)}  # fmt: skip
    return {
        "date": iso,
        "words": day_words(day),
        "entry": None,
        "people": None,
        "ways": [
            ("users", _("Other people on this day"), [_adding(doc, where, {"date": iso, "people": usual or list(names.logins)[:1]})]),
            ("x", _("It does not take place"), [_adding(doc, where, {"date": iso, "people": []})]),
        ],
    }  # fmt: skip
