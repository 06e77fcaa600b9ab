"""The other side of a test in the builder of conditions: its controls, and what they send."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sopwith.expressions import Type
from sopwith.expressions.offers import Offer

from .condition_ground import Choices, Ground, NameChoice

UNITS = ("m", "h", "d", "w")
WORKING_UNITS = ("bm", "bh")
_AMOUNT = re.compile(r"([+-]?)([0-9]{1,9})([a-z]{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The controls of one value. kind: text, number, choice, choices, list, date, datetime, duration, moment or field."""

    kind: str
    value: Any = None
    choices: Choices = ()
    amount: str = ""
    unit: str = ""
    units: Sequence[str] = ()
    original: str = ""
    sources: Sequence[str] = ()
    source: str = ""


def typed(value: Any, offer: Offer, zone: str) -> Any:
    """Return what the controls of a page sent as blocks write it; None inside where nothing was said."""
    if offer.takes == "many":
        words = value if isinstance(value, list) else []
        found = [_typed(one, offer.of, zone) for one in words if one not in (None, "")]
        return [one for one in found if is_complete(one)]
    if isinstance(value, Mapping) and "amount" in value:
        amount, unit = str(value["amount"]).strip(), str(value.get("unit"))
        fine = amount.isascii() and amount.isdigit() and unit.isalpha()
        return {"duration": f"{int(amount)}{unit}" if fine else None}
    if isinstance(value, Mapping) and "moment" in value:
        return _moment(value)
    if isinstance(value, Mapping) and "blank" in value:
        return ""
    if isinstance(value, Mapping) and "field" in value:
        return {"field": value["field"] or None}
    return _typed(value, offer.of, zone)


def _moment(value: Mapping[str, Any]) -> dict[str, str]:
    key = "today" if value.get("base") == "today" else "now"
    sign = {"before": "-", "after": "+"}.get(str(value["moment"]), "")
    amount, unit = str(value.get("count") or "1").strip(), str(value.get("unit") or "d")
    fine = amount.isascii() and amount.isdigit() and unit.isalpha()
    return {key: f"{sign}{int(amount) if fine else 1}{unit}" if sign else ""}


def _typed(value: Any, of: Type, zone: str) -> Any:
    if not isinstance(value, str):
        return value
    if of.kind == "number":
        return _number(value)
    if of.kind in ("date", "datetime"):
        return {
            of.kind: to_instant(value, zone) if of.kind == "datetime" and value else value or None
        }
    if of.kind in ("duration", "working time"):
        return {"duration": value or None}
    return value or None


def _number(words: str) -> int | float | None:
    try:
        found = float(words.strip())
    except ValueError:
        return None
    if not abs(found) < 10**15:
        return None
    return int(found) if found == int(found) else found


def is_complete(value: Any) -> bool:
    """Return whether nothing is left to be filled in."""
    if isinstance(value, Mapping):
        return all(one is not None for one in value.values())
    return value is not None and value != []


def first_value(offer: Offer, name: NameChoice, ground: Ground, source: str = "") -> Any:
    """Return the value that a new test begins with; None (or None inside) where a person has to say it."""
    if offer.takes == "many":
        return []
    kind = offer.of.kind
    if source == "field":
        return {"field": None}
    if source == "moment":
        return {"now": "-1d"} if kind == "datetime" else {"today": ""}
    if kind in ("date", "datetime"):
        return {kind: None}
    if kind in ("duration", "working time"):
        return {"duration": None}
    return None


def comparable(of: Type, name: NameChoice, ground: Ground) -> Choices:
    """Return the other names whose values are of the same type."""
    family = {"choice": "text"}.get(of.kind, of.kind)
    return [
        (one.name, one.title)
        for one in ground.names
        if {"choice": "text"}.get(one.type.kind, one.type.kind) == family and one.name != name.name
    ]


def control(value: Any, offer: Offer, name: NameChoice, ground: Ground) -> Value:
    """Return the controls for *value* in a test of *name*."""
    choices = ground.choices(name) if not offer.measure and offer.op not in ("contains", "starts_with", "ends_with", "matches") else ()  # fmt: skip
    if offer.takes == "many":
        return _many(value, offer, choices)
    kind = offer.of.kind
    sources = _sources(offer, name, ground)
    if isinstance(value, Mapping):
        ((key, held),) = value.items()
        if key == "field":
            return Value(kind="field", value=held, choices=comparable(offer.of, name, ground), sources=sources, source="field")  # fmt: skip
        if key in ("now", "today"):
            sign, amount, unit = _split(held or "")
            direction = {"+": "after", "-": "before"}.get(sign, "now")
            units = UNITS if key == "now" else ("d", "w")
            return Value(kind="moment", value=direction, amount=amount, unit=unit or "d", units=_with(units, unit), original=key, sources=sources, source="moment")  # fmt: skip
        if key == "duration":
            _sign, amount, unit = _split(held or "")
            units = WORKING_UNITS if kind == "working time" else UNITS
            return Value(kind="duration", amount=amount, unit=unit, units=_with(units, unit), sources=sources, source="value")  # fmt: skip
        shown = _local(held, ground.zone) if key == "datetime" else held
        return Value(kind=key, value=shown, original=held or "", sources=sources, source="value")
    if kind == "number":
        return Value(kind="number", value=value, sources=sources, source="value")
    if choices:
        known = [key for key, _words in choices]
        more = [] if value is None or value in known else [(value, str(value))]
        return Value(kind="choice", value=value, choices=[*choices, *more], sources=sources, source="value")  # fmt: skip
    return Value(kind="text", value=value, sources=sources, source="value")


def _many(value: Any, offer: Offer, choices: Choices) -> Value:
    if choices:
        known = [key for key, _words in choices]
        more = [(one, str(one)) for one in value if one not in known]
        return Value(kind="choices", value=value, choices=[*choices, *more])
    words = [_written(one) for one in value]
    return Value(kind="list", value="\n".join(words), original=offer.of.kind)


def _written(one: Any) -> str:
    if isinstance(one, Mapping):
        return str(next(iter(one.values()), ""))
    return str(one)


def _sources(offer: Offer, name: NameChoice, ground: Ground) -> Sequence[str]:
    """Return from where the other side may come, empty where there is only one way."""
    kind = offer.of.kind
    if offer.measure or offer.op in ("has", "has not", "contains", "starts_with", "ends_with", "matches"):  # fmt: skip
        return ()
    found = ["value"]
    if kind in ("date", "datetime"):
        found.append("moment")
    compares = kind in ("date", "datetime", "number", "duration")
    if (compares or (kind == "text" and not ground.choices(name))) and comparable(
        offer.of, name, ground
    ):
        found.append("field")
    return found if len(found) > 1 else ()


def _split(text: str) -> tuple[str, str, str]:
    found = _AMOUNT.fullmatch(text.strip())
    return (found[1], found[2], found[3]) if found else ("", "", "")


def _with(units: Sequence[str], unit: str) -> Sequence[str]:
    return units if not unit or unit in units else (*units, unit)


def _local(text: Any, zone: str) -> str | None:
    """Return an instant as the wall clock of *zone* shows it, for a field of a page."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at.tzinfo else text


def to_instant(text: str, zone: str) -> str:
    """Return the wall-clock time of a page's field as an instant in UTC; an instant stays as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if at.tzinfo is not None:
        return text
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
