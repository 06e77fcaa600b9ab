"""What may be written at a place of a definition, and what a word there means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..core.text import LANGS, Text
from ..definitions import KINDS
from ..definitions.cursor import Cursor, cursor_at, words_around
from ..definitions.shape_walk import Shape, below, choices_of, first, keys_of, said, shapes_at
from ..expressions import FUNCTIONS
from ..rules.actions import WHO
from ..rules.triggers import EVENTS
from .known_ids import KnownIds
from .naming_model import ANY_TYPE

MOST = 300
_COMPARED = re.compile(
    r"([A-Za-z_][\w.]*)\s*(?:==|!=|(?:not\s+)?in\s*\[[^\]]*?)\s*(?:[\"']?)([\w-]*)$"
)
_LAST = re.compile(r"[\w.]*$")
_OPERATORS: Mapping[str, Text] = {
    "and": Text("both hold", "同时成立"),
    "or": Text("one of them holds", "任一成立"),
    "not": Text("does not hold", "不成立"),
    "in": Text("is one of", "是其中之一"),
    "none": Text("nothing is filled in", "未填写"),
    "true": Text("yes", "是"),
    "false": Text("no", "否"),
}
_OWN_KEYS = {"values": "field", "row": "field", "cells": "cells", "state_keys": "state", "team_keys": "team", "tasks": "task"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One thing that may be written. title: what it is called. help: what it does. kind: key, choice, id, name or function."""

    value: str
    title: str = ""
    help: str = ""
    kind: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What may be written instead of the characters from *start* up to the cursor, in its line."""

    start: int
    items: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What the word from *start* to *end* of its line means."""

    start: int
    end: int
    title: str
    help: str = ""


def complete(text: str, line: int, column: int, known: KnownIds, lang: str) -> Proposals:
    """Return what may be written at a cursor; line and column from 0. Whatever the text, there is an answer."""
    return _Place(cursor_at(text, line, column), known, lang).proposals()


def explain(text: str, line: int, column: int, known: KnownIds, lang: str) -> Explained | None:
    """Return what the word under a cursor means; None where nothing is known of it."""
    lines = text.replace("\r\n", "\n").split("\n")
    here = lines[line] if 0 <= line < len(lines) else ""
    for start, stop in words_around(here, column):
        word = here[start:stop].rstrip(":")
        end = start + len(word)
        place = _Place(cursor_at(text, line, end), known, lang)
        is_key = here[end : end + 1] == ":" and here[end + 1 : end + 2] in ("", " ")
        found = place.meaning(word, is_key) if word else None
        if found is not None:
            return Explained(start=start, end=end, title=found[0], help=found[1])
    return None


class _Place:
    """One cursor with all that the schemas and the draft say about it."""

    def __init__(self, cursor: Cursor, known: KnownIds, lang: str) -> None:
        self.cursor, self.known, self.lang = cursor, known, lang
        self.kind = cursor.head.get("kind", "")
        own = cursor.head.get("id", "") if self.kind == "record_type" else ""
        default = ANY_TYPE if self.kind in ("rule", "message_template", "view") else ""
        self.record_type = own or cursor.head.get("record_type", "") or default
        self.workflow = cursor.head.get("id", "") if self.kind == "workflow" else ""

    # --- completing -------------------------------------------------------------------------------

    def proposals(self) -> Proposals:
        """Return what may be written here."""
        cursor = self.cursor
        if cursor.mode in ("comment",):
            return Proposals(start=cursor.start)
        shapes = shapes_at(self.kind, cursor.path)
        start, items = cursor.start, list[Proposal]()
        if cursor.mode in ("key", "either"):
            items += self._keys(shapes)
        if cursor.mode != "key":
            start, found = self._values(shapes)
            items += found
        if not self.kind and not cursor.path and cursor.mode == "key":
            items = [self._said_kind()]
        return Proposals(start=start, items=tuple(_unique(items))[:MOST])

    def _said_kind(self) -> Proposal:
        title = Text("Kind", "类别").get(self.lang)
        return Proposal(value="kind: ", title=title, kind="key")

    def _keys(self, shapes: list[Shape]) -> Iterator[Proposal]:
        taken = self.cursor.siblings() - {self.cursor.typed}
        for key, shape in keys_of(shapes).items():
            if key not in taken:
                flat = list(shape.flat())
                yield Proposal(value=f"{key}: ", title=said(flat, "title", self.lang), help=said(flat, "description", self.lang), kind="key")  # fmt: skip
        refers = str(first(shapes, "x-refers") or "")
        if refers in _OWN_KEYS:
            for name, title in self._titles(_OWN_KEYS[refers]).items():
                if name not in taken:
                    yield Proposal(value=f"{name}: ", title=title.get(self.lang), kind="key")

    def _values(self, shapes: list[Shape]) -> tuple[int, list[Proposal]]:
        cursor = self.cursor
        if cursor.path == ("kind",):
            return cursor.start, [self._kind(one) for one in KINDS]
        refers = self._refers(shapes)
        if refers == "expression" or self._is_formula():
            return self._in_expression()
        if refers in ("template", "message") or (cursor.mode == "text" and "message" in self._refers_above()):  # fmt: skip
            return self._in_message()
        items = [Proposal(value=str(value), title=words.get(self.lang, ""), kind="choice") for value, words in choices_of(shapes).items()]  # fmt: skip
        types = first(shapes, "type")
        if types == "boolean":
            items += [Proposal(value="true", title=_OPERATORS["true"].get(self.lang), kind="choice"), Proposal(value="false", title=_OPERATORS["false"].get(self.lang), kind="choice")]  # fmt: skip
        if refers == "event":
            items += self._events()
        elif refers == "person":
            items += [Proposal(value=one, kind="choice") for one in WHO]
            items += [Proposal(value=f"team:{name}", title=title.get(self.lang)) for name, title in self.known.definitions("team").items()]  # fmt: skip
            items += [Proposal(value=f"role:{name}") for name in self.known.roles()]
        elif refers:
            items += [Proposal(value=name, title=title.get(self.lang)) for name, title in self._titles(refers).items()]  # fmt: skip
        else:
            items += self._in_values()
        return cursor.start, items

    def _kind(self, kind: str) -> Proposal:
        shapes = shapes_at(kind, ())
        return Proposal(value=kind, title=said(shapes, "title", self.lang), help=said(shapes, "description", self.lang), kind="choice")  # fmt: skip

    def _refers(self, shapes: list[Shape]) -> str:
        """Return what is named here: by the place itself, or by the list or the label that it is an item of."""
        path = self.cursor.path
        found = first(shapes, "x-refers")
        if found is None and path and (isinstance(path[-1], int) or path[-1] in LANGS):
            found = first(shapes_at(self.kind, path[:-1]), "x-refers")
        return str(found or "")

    def _refers_above(self) -> set[str]:
        path = self.cursor.path
        return {str(first(shapes_at(self.kind, path[:length]), "x-refers")) for length in range(1, len(path) + 1)}  # fmt: skip

    def _is_formula(self) -> bool:
        """Return whether this is a value that is calculated: {value: ...}."""
        path = self.cursor.path
        return len(path) > 2 and path[-1] == "value" and first(shapes_at(self.kind, path[:-2]), "x-refers") in ("values", "row")  # fmt: skip

    def _in_values(self) -> list[Proposal]:
        """Return the choices of the field whose value stands here, in a mapping of fields."""
        path = tuple(one for one in self.cursor.path if not isinstance(one, int))
        if len(path) < 2 or first(shapes_at(self.kind, self._up(str(path[-1]))), "x-refers") not in ("values", "row"):  # fmt: skip
            return []
        found = self.known.choices(self.record_type, str(path[-1]))
        return [Proposal(value=name, title=title.get(self.lang)) for name, title in found.items()]

    def _up(self, key: str) -> tuple[str | int, ...]:
        path = self.cursor.path
        at = len(path) - 1 - path[::-1].index(key)
        return path[:at]

    def _titles(self, refers: str) -> Mapping[str, Text]:
        known, record_type = self.known, self.record_type
        match refers:
            case "field":
                return known.fields(record_type) if self.kind not in ("view", "table") else known.names(record_type)  # fmt: skip
            case "state":
                return known.states(record_type, self.workflow)
            case "state_or_way":
                return {**known.states(record_type, self.workflow), **known.parts(record_type, "go", self.workflow)}  # fmt: skip
            case "task":
                return known.parts(record_type, "branches", self.workflow)
            case "item":
                return known.parts(record_type, "checklist", self.workflow)
            case "role":
                return known.roles()
            case "cells":
                return known.choices(record_type, self.cursor.head.get("by", "") or "priority")
            case "priority":
                return known.choices(record_type, "priority")
            case "record_type_or_any":
                return {**known.definitions("record_type"), ANY_TYPE: Text("records of any type", "任意记录")}  # fmt: skip
            case "record":
                return known.definitions("record_type")
            case _:
                return known.definitions(refers) if refers in KINDS else {}

    def _events(self) -> Iterator[Proposal]:
        fields = self.known.fields(self.record_type)
        states = self.known.states(self.record_type)
        for name, forms in EVENTS.items():
            for form in forms:
                if form == "":
                    yield Proposal(value=name, kind="choice")
                elif form in ("FIELD", "STATE"):
                    some = fields if form == "FIELD" else states
                    yield from (Proposal(value=f"{name}:{one}", title=title.get(self.lang), kind="choice") for one, title in some.items())  # fmt: skip
                elif form.islower():
                    yield Proposal(value=f"{name}:{form}", kind="choice")

    def _in_expression(self) -> tuple[int, list[Proposal]]:
        typed = self.cursor.typed
        end = self.cursor.start + len(typed)
        compared = _COMPARED.search(typed)
        if compared is not None:
            found = self.known.choices(self.record_type, compared[1])
            if found:
                quoted = typed[compared.start(2) - 1 : compared.start(2)] in ("'", '"')
                mark = "" if quoted else "'" if self.cursor.quote == '"' else '"'
                items = [Proposal(value=f"{mark}{name}{mark}", title=title.get(self.lang), kind="choice") for name, title in found.items()]  # fmt: skip
                return end - len(compared[2]), items
        last = _LAST.search(typed)
        word = last[0] if last is not None else ""
        names = [Proposal(value=name, title=title.get(self.lang), kind="name") for name, title in self._readable().items()]  # fmt: skip
        functions = [Proposal(value=f"{name}(", title=one.usage, help=_called(one.words, self.lang), kind="function") for name, one in FUNCTIONS.items()]  # fmt: skip
        operators = [Proposal(value=name, title=title.get(self.lang), kind="choice") for name, title in _OPERATORS.items()]  # fmt: skip
        return end - len(word), [*names, *operators, *functions]

    def _readable(self) -> Mapping[str, Text]:
        record_type = "" if self.kind == "segment" else self.record_type
        found = self.known.names(record_type, event=self.kind in ("rule", "message_template"))
        if self.kind == "segment":
            return {name: title for name, title in found.items() if name.startswith("customer.")}
        return found

    def _in_message(self) -> tuple[int, list[Proposal]]:
        typed = self.cursor.typed
        end = self.cursor.start + len(typed)
        tag = typed.rfind("{{")
        if tag < 0 or "}}" in typed[tag:]:
            return end, []
        last = _LAST.search(typed)
        word = last[0] if last is not None else ""
        more = {name: Text(name, name) for name in ("recipient.name", "link", "owner_name", "state_title", "type_title", "actor", "note", "comment", "due", "survey.link", "portal.name")}  # fmt: skip
        found = {**self._readable(), **more}
        return end - len(word), [Proposal(value=name, title=title.get(self.lang), kind="name") for name, title in found.items()]  # fmt: skip

    # --- explaining -------------------------------------------------------------------------------

    def meaning(self, word: str, is_key: bool) -> tuple[str, str] | None:
        """Return the title and help of the word that ends at this cursor."""
        cursor = self.cursor
        if cursor.mode in ("key", "either") and is_key:
            return self._of_key(word)
        shapes = shapes_at(self.kind, cursor.path)
        refers = self._refers(shapes)
        if refers == "expression" or self._is_formula():
            return self._of_name(word)
        if refers in ("template", "message"):
            title = self._readable().get(word)
            return (title.get(self.lang), word) if title else None
        words = choices_of(shapes).get(word)
        if words:
            return words.get(self.lang, word), said(shapes, "description", self.lang)
        name = word.partition(":")[2] if refers in ("event", "person") and ":" in word else word
        kind = {"event": "state" if word.startswith(("entered", "left")) else "field", "person": "team"}.get(refers, refers)  # fmt: skip
        title = self._titles(kind).get(name.lstrip("-")) if kind else None
        if title is None:
            title = self.known.choices(self.record_type, str(cursor.path[-1])).get(word) if cursor.path else None  # fmt: skip
        if title is None:
            return None
        return title.get(self.lang), said(shapes, "description", self.lang)

    def _of_key(self, word: str) -> tuple[str, str] | None:
        above = shapes_at(self.kind, self.cursor.path)
        shapes = below(above, word)
        if word in keys_of(above) and (title := said(shapes, "title", self.lang)):
            return title, said(shapes, "description", self.lang)
        refers = str(first(above, "x-refers") or "")
        named = self._titles(_OWN_KEYS[refers]).get(word) if refers in _OWN_KEYS else None
        if named is None and first(above, "x-declares-keys") == "state":
            named = self.known.states(self.record_type, self.workflow).get(word)
        return (named.get(self.lang), "") if named is not None else None

    def _of_name(self, word: str) -> tuple[str, str] | None:
        title = self._readable().get(word)
        if title is not None:
            return title.get(self.lang), word
        function = FUNCTIONS.get(word)
        if function is not None:
            return function.usage, _called(function.words, self.lang)
        compared = _COMPARED.search(self.cursor.typed)
        found = self.known.choices(self.record_type, compared[1]).get(word) if compared else None
        if found is not None and compared is not None:
            return found.get(self.lang), compared[1]
        operator = _OPERATORS.get(word)
        return (operator.get(self.lang), "") if operator is not None else None


def _called(words: Text, lang: str) -> str:
    return re.sub(r"\{(\d|\*)\}", "…", words.get(lang))


def _unique(items: Iterable[Proposal]) -> Iterator[Proposal]:
    seen: set[str] = set()
    for one in items:
        if one.value not in seen:
            seen.add(one.value)
            yield one
