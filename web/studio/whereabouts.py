"""Where something stands in a draft, as people know it: the definition's title, the part of it, and its editor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from sopwith.core.span import Span
from sopwith.definitions import Document
from sopwith.definitions.node import Path
from sopwith.store.releases import Draft

from ..admin.wording import kind_word
from ..languages import lang
from ..wording import gettext as _
from .bench import Bench
from .editors.lenient import inside, label, mapping, words
from .editors.subject import nearest

_LISTS = {"sections": "section", "fields": "field", "columns": "field", "items": "choice", "options": "choice"}  # fmt: skip
_OF_STATES = {"go": "way", "checklist": "item", "branches": "task"}
_SELECTED = {"record_type": ("fields",), "sla": ("policies",), "scenario": ("steps",), "team": ("shifts",)}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """One place. key: the definition that it stands in. inner: what in it, with its path. words: that and the rest in words."""

    key: tuple[str, str]
    title: str
    inner: tuple[str, Path]
    words: str
    address: str

    @property
    def name(self) -> str:
        """Return the definition with its kind."""
        return _("%(kind)s “%(title)s”", kind=kind_word(self.key[0]), title=self.title)

    @property
    def said(self) -> str:
        """Return all of it in one line."""
        return _(", ").join(one for one in (self.name, self.words) if one)


def whereabouts(draft: Draft, bench: Bench, span: Span) -> Whereabouts | None:
    """Return where *span* is; None for what stands in no definition."""
    document = document_at(bench, span)
    if document is None or not document.id:
        return None
    path = nearest(document.node, (span.line, span.column)).path
    what, steps, titles = _inner(document, path)
    said = [*titles, *_rest(document.kind, path[len(steps) :])]
    return Whereabouts(
        key=document.key,
        title=label(document.value.get("title"), document.id).get(lang()),
        inner=(what, steps),
        words=_(", ").join(said),
        address=url_for("studio.define", draft_id=draft.id, kind=document.kind, name=document.id, at=selection_of(document.kind, path) or None, _anchor=anchor(path) if path else None),
    )  # fmt: skip


def document_at(bench: Bench, span: Span) -> Document | None:
    """Return the definition that *span* stands in."""
    return next(
        (
            one
            for one in bench.documents
            if one.path == span.path
            and one.span.line <= span.line <= max(one.span.end_line, one.span.line)
        ),
        None,
    )


def anchor(path: Sequence[str | int]) -> str:
    """Return the id of a page's element for the value at *path*, the same each time."""
    return "c-" + "-".join(re.sub(r"[^A-Za-z0-9_]", lambda one: f"_{ord(one.group()):x}_", str(step)) for step in path)  # fmt: skip


def selection_of(kind: str, path: Path) -> str:
    """Return what the editor of that kind selects for *path*."""
    if kind == "form":
        steps = [path[n : n + 2] for n in range(0, len(path) - 1, 2)]
        kept: list[str | int] = []
        for pair, name in zip(steps, ("sections", "fields", "columns"), strict=False):
            if pair[0] != name:
                break
            kept += pair
        return "/".join(map(str, kept))
    if kind == "workflow" and len(path) > 1 and path[0] == "states":
        return f"state/{path[1]}"
    if kind == "taxonomy":
        length = next((n for n in range(0, len(path) - 1, 2) if path[n] != "items"), len(path) // 2 * 2)  # fmt: skip
        return "/".join(map(str, path[:length]))
    if len(path) > 1 and path[0] in _SELECTED.get(kind, ()):
        return f"{path[0]}/{path[1]}"
    return ""


def _inner(document: Document, path: Path) -> tuple[str, Path, list[str]]:
    """Return the innermost thing with a name of its own at *path*: what it is, its path, the titles on the way."""
    doc, what = document.value, document.kind
    titles: list[str] = []
    steps: Path = ()
    if document.kind == "workflow":
        if len(path) > 1 and path[0] == "states":
            what, steps = "state", path[:2]
            titles.append(_titled(inside(doc, steps), str(path[1])))
        if len(path) > 3 and path[2] in _OF_STATES:
            what, steps = _OF_STATES[str(path[2])], path[:4]
            titles.append(_titled(inside(doc, steps), _goal(doc, inside(doc, steps))))
        return what, steps, titles
    for number in range(0, len(path) - 1, 2):
        if path[number] not in _LISTS or document.kind not in ("form", "record_type", "block", "taxonomy"):  # fmt: skip
            break
        what, steps = _LISTS[str(path[number])], path[: number + 2]
        if what != "section":
            titles.append(_titled(inside(doc, steps), words(mapping(inside(doc, steps)).get("id"))))
    return what, steps, titles


def _titled(value: Any, other: str) -> str:
    title = label(mapping(value).get("title"), other).get(lang())
    return _("“%(title)s”", title=title) if title else ""


def _goal(doc: dict[str, Any], way: Any) -> str:
    """Return what a way is called by: its own id, or the title of the state that it leads to."""
    to = words(mapping(way).get("to"))
    return label(mapping(inside(doc, ("states", to))).get("title"), to).get(lang()) or words(mapping(way).get("id"))  # fmt: skip


def _rest(kind: str, path: Path) -> Iterator[str]:
    """Yield what the keys below the thing say, the outermost that says anything."""
    known = _keys()
    for number, step in enumerate(path):
        following = path[number + 1] if number + 1 < len(path) else None
        if step in ("rows", "steps", "policies", "chain") and isinstance(following, int):
            yield {
                "rows": _("in row %(num)d", num=following + 1),
                "policies": _("in policy %(num)d", num=following + 1),
            }.get(str(step)) or _("in step %(num)d", num=following + 1)
        elif kind in ("workflow",) and step == "then":
            yield _("where it leads")
            return
        elif step in known:
            yield known[str(step)]()
            return


def _keys() -> dict[str, Callable[[], str]]:
    return {
        "when": lambda: _("in its condition"),
        "show": lambda: _("when it is shown"),
        "require": lambda: _("when it is required"),
        "required_when": lambda: _("when it is required"),
        "enable": lambda: _("when it is open for changes"),
        "skip_when": lambda: _("when it is skipped"),
        "value": lambda: _("in its calculation"),
        "default": lambda: _("in its value at first"),
        "rights": lambda: _("in its rights"),
        "access": lambda: _("in its rights"),
        "on": lambda: _("in what sets it off"),
        "after": lambda: _("in what sets it off"),
        "at": lambda: _("in what sets it off"),
        "every": lambda: _("in what sets it off"),
        "recent": lambda: _("in what it counts"),
        "then": lambda: _("in what it does"),
        "owner": lambda: _("in who gets it"),
        "approvers": lambda: _("in who decides"),
        "limit": lambda: _("in its time limits"),
        "targets": lambda: _("in its time limits"),
        "ask": lambda: _("in what it asks for"),
        "columns": lambda: _("in its columns"),
        "inputs": lambda: _("in its columns"),
        "outputs": lambda: _("in its columns"),
        "sort": lambda: _("in its order"),
        "subject": lambda: _("in its words"),
        "body": lambda: _("in its words"),
        "summary": lambda: _("in its summary"),
        "given": lambda: _("in what is given"),
        "from": lambda: _("in where its choices come from"),
        "to": lambda: _("where it leads"),
        "approved": lambda: _("where it leads"),
        "rejected": lambda: _("where it leads"),
        "on_customer_reply": lambda: _("where it leads"),
        "start": lambda: _("where it begins"),
        "reopen": lambda: _("where it is opened again"),
    }
