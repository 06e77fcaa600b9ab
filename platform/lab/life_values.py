"""Plausible values for the fields of a form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..core.directory import Directory
from ..core.record import RecordState
from ..engine.scope import scope_of
from ..expressions import Context
from ..formbuilder.model import Field, FieldType, Form, Option
from ..formbuilder.validate import evaluate_form
from .chance import Chance
from .life_texts import Words

OFTEN = 0.4
"""How often a field is filled that need not be."""

_TRIES = 6


class Filler:
    """Fills forms. people: by team, who may be named in user fields."""

    def __init__(
        self, chance: Chance, words: Words, directory: Directory, people: Sequence[str], zone: str
    ) -> None:
        self._chance, self._words, self._directory = chance, words, directory
        self._people, self._zone = tuple(people), zone

    def fill(
        self,
        form: Form,
        now: Any,
        roles: frozenset[str],
        state: RecordState | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return values for the fields that *form* shows: all that are required, some of the others."""
        typed: dict[str, Any] = dict(given or {})
        scope = scope_of(state) if state else dict(typed)
        left = {field.id for field in form.fields if self._chance.random() > OFTEN}
        for _ in range(_TRIES):
            result = evaluate_form(
                form,
                typed,
                scope=scope,
                context=Context(now=now, zone=self._zone),
                roles=roles,
                state=state.state if state else None,
                lookup=self._directory,
            )
            before = dict(typed)
            for field in form.fields:
                found = result.states.get(field.id)
                if found is None or not found.open or field.id in typed:
                    continue
                known = scope.get(field.id)
                if found.required or (field.id not in left and known is None):
                    value = self.value(field, now)
                    if value is not None:
                        typed[field.id] = value
            if typed == before:
                break
        return typed

    def value(self, field: Field, now: Any) -> Any:
        """Return a value of the field's type, None where none can be thought of."""
        maker = _MAKERS.get(field.type)
        return maker(self, field, now) if maker else None

    def _text(self, field: Field, now: Any) -> str | None:
        if field.pattern:
            return self._matching(field)
        is_long = field.type is FieldType.LONG_TEXT
        text = self._words.of_field(field.id, is_long=is_long)
        return text if len(text) <= (field.high or 10_000) else text[: int(field.high or 0)]

    def _matching(self, field: Field) -> str | None:
        """Return a text of simple patterns such as ``CC-[0-9]{4}``, else the example beside the field."""
        made = re.sub(
            r"(?:\[0-9\]|\\d)(?:\{(\d+)\})?",
            lambda found: "".join(
                str(self._chance.randrange(10)) for _ in range(int(found[1] or 1))
            ),
            field.pattern,
        )
        for text in (made, field.placeholder.get("en")):
            if re.fullmatch(field.pattern, text):
                return text
        return None

    def _number(self, field: Field, now: Any) -> int | float:
        low = field.low if field.low is not None else 0
        high = field.high if field.high is not None else 10_000
        if high - low <= 20:
            return self._chance.randint(int(low), int(high))
        spread = self._chance.lognormvariate(4 if field.type is FieldType.MONEY else 1.5, 1.6)
        return int(min(max(low, 1, round(spread)), high))

    def _choice(self, field: Field, now: Any) -> str | None:
        leaves = list(_leaves(field.options))
        return self._chance.choice(leaves) if leaves else None

    def _choices(self, field: Field, now: Any) -> list[str] | None:
        leaves = list(_leaves(field.options))
        count = self._chance.randint(1, max(1, min(3, len(leaves))))
        return self._chance.sample(leaves, count) if leaves else None

    def _yes_no(self, field: Field, now: Any) -> bool:
        return self._chance.random() < 0.6

    def _date(self, field: Field, now: Any) -> str:
        return str((now.astimezone(ZoneInfo(self._zone)) + self._ahead()).date())

    def _date_time(self, field: Field, now: Any) -> str:
        local = (now.astimezone(ZoneInfo(self._zone)) + self._ahead()).replace(
            hour=18, minute=0, second=0, microsecond=0
        )
        return str(local.isoformat())

    def _ahead(self) -> timedelta:
        return timedelta(days=self._chance.randint(2, 21))

    def _user(self, field: Field, now: Any) -> str | None:
        if field.team:
            names = [one.id for one in self._directory.members(field.team)]
            return self._chance.choice(names) if names else None
        return self._chance.choice(self._people) if self._people else None

    def _rows(self, field: Field, now: Any) -> list[dict[str, Any]]:
        count = self._chance.choice((1, 1, 1, 2))
        made = []
        for _ in range(count):
            row = {column.id: self.value(column, now) for column in field.columns}
            made.append({name: value for name, value in row.items() if value is not None})
        return made


def _leaves(options: Sequence[Option]) -> list[str]:
    found: list[str] = []
    for option in options:
        if not option.retired:
            found += _leaves(option.items) or [option.id]
    return found


_MAKERS: Mapping[FieldType, Callable[[Filler, Field, Any], Any]] = {
    FieldType.TEXT: Filler._text,
    FieldType.LONG_TEXT: Filler._text,
    FieldType.NUMBER: Filler._number,
    FieldType.MONEY: Filler._number,
    FieldType.CHOICE: Filler._choice,
    FieldType.TREE_CHOICE: Filler._choice,
    FieldType.MULTI_CHOICE: Filler._choices,
    FieldType.YES_NO: Filler._yes_no,
    FieldType.DATE: Filler._date,
    FieldType.DATE_TIME: Filler._date_time,
    FieldType.DURATION: lambda filler, field, now: 7200,
    FieldType.EMAIL: lambda filler, field, now: "somebody@example.com",
    FieldType.URL: lambda filler, field, now: "https://example.com/articles/1",
    FieldType.USER: Filler._user,
    FieldType.TABLE: Filler._rows,
}
