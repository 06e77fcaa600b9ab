"""What the engine answers: events, effects, timers, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .commands import NewMessage
from .events import Event
from .messages import MESSAGES
from .record import RecordState
from .text import Text

Value = str | int | Text
"""What stands for a name in a message: a text in both languages reads right in each."""


def sentence(code: str, values: Mapping[str, Any], lang: str) -> str:
    """Return the message of *code* in *lang*; texts in both languages may have become plain JSON."""
    words = MESSAGES[code]
    filled = {name: _in_language(value, lang) for name, value in values.items()}
    return (words.zh if lang.startswith("zh") else words.en).format_map(filled)


def _in_language(value: Any, lang: str) -> Any:
    if isinstance(value, Text):
        return value.get(lang)
    if isinstance(value, Mapping):
        return Text(str(value.get("en", "")), str(value.get("zh", ""))).get(lang)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something a person asked for cannot be done, or what is wrong with one field.

    path: dotted path of the field ("items.2.price"), empty for the whole command. code: a key
    of ``core.messages.MESSAGES``.
    """

    code: str
    path: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        """Return the sentence in *lang*."""
        return sentence(self.code, self.values, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something to be done outside this record, written as a job in the same transaction.

    kind: mail | notice | webhook | create_record | survey | command. key: names the effect; the
    same key never happens twice. due_at None: at once. payload: plain JSON.
    """

    kind: str
    key: str
    payload: Mapping[str, Any]
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerChange:
    """Set (due_at given) or cancel (None) the timer *key* of this record."""

    key: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One sentence of the explanation, with its parts.

    kind: rule | routing | sla | workflow | table | approval. id: the definition. outcome: e.g.
    fired, chosen, skipped. code and values: the sentence (``core.messages``). parts: JSON details,
    such as the clauses of a condition with the values they saw.
    """

    kind: str
    id: str
    outcome: str
    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    parts: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to one command. With problems there are no events: nothing changes.

    state: the record with all events folded in, None without events. It is the receiver's own.
    """

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    timers: tuple[TimerChange, ...] = ()
    messages: tuple[tuple[NewMessage, bool, str], ...] = ()  # message, public, author
    why: tuple[Why, ...] = ()
    problems: tuple[Problem, ...] = ()
    state: RecordState | None = field(default=None, repr=False)

    @property
    def accepted(self) -> bool:
        """Return whether the command was carried out."""
        return not self.problems
