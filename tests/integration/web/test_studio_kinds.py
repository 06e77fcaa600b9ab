"""The editors of calendars, promises, messages, surveys, teams, choices, views, record types and scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask import Flask, render_template

from sopwith.definitions import read_nodes
from sopwith.store.releases import Draft
from sopwith.web.studio.bench import bench_of
from sopwith.web.studio.editors import Subject
from sopwith.web.studio.editors.catalogue import EDITORS
from tests.support.shipped import shipped_files
from tests.support.shop import NOW

KINDS = (
    "calendar",
    "sla",
    "message_template",
    "taxonomy",
    "team",
    "survey",
    "view",
    "segment",
    "record_type",
    "scenario",
)
WRONG: tuple[Any, ...] = (
    7,
    "x",
    True,
    [],
    {},
    [3],
    {"a": [1]},
    [{"id": {"a": 1}}, [[]]],
    {"en": ["x"]},
    "",
)
DOCUMENTS = [
    node.value
    for name, text in sorted(shipped_files().items())
    if name.endswith(".yaml")
    for node in read_nodes(text, name)[0]
    if node.value.get("kind") in KINDS
]


@pytest.fixture
def speaking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def room_of(document: dict[str, Any], at: str = "", files: dict[str, str] | None = None) -> str:
    """Return the room of one definition, rendered as the page does."""
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    texts = {**(files or {}), "odd/odd.yaml": text}
    made = bench_of(texts)
    found = next(one for one in made.documents if one.path == "odd/odd.yaml")
    draft = Draft(
        id="d",
        title="Odd",
        documents=texts,
        revision=1,
        from_release=None,
        author=None,
        created_at=NOW,
        updated_at=NOW,
    )
    subject = Subject(draft=draft, bench=made, document=found, number=0, at=at)
    editor = EDITORS[found.kind]
    return render_template(
        "studio/room.html",
        **editor.view(subject),
        draft=draft,
        subject=subject,
        doc=subject.doc,
        editor=editor.template,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_editor_shows_whatever_is_written(kind: str, speaking: None) -> None:
    document = next(one for one in DOCUMENTS if one["kind"] == kind)
    selections = SELECTIONS[kind]
    for place, key in enumerate(one for one in document if one not in ("kind", "id")):
        at = selections[place % len(selections)]
        for wrong in WRONG[place % 2 :: 2]:
            assert 'id="kind-' in room_of({**document, key: wrong}, at)
        without = {name: value for name, value in document.items() if name != key}
        assert 'id="kind-' in room_of(without, selections[-1])


SELECTIONS = {
    "calendar": ("", "day/2026-10-01", "holidays/0;year=2027;country=DE"),
    "sla": ("", "policies/0;from=2026-11-20T17:30;cell=P1"),
    "message_template": ("", "x;record=none"),
    "taxonomy": ("items/0", "items/0/items/1"),
    "team": ("",),
    "survey": ("",),
    "view": ("",),
    "segment": ("",),
    "record_type": ("", "fields/0"),
    "scenario": ("", "steps/1"),
}
