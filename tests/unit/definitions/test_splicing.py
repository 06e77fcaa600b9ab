"""Operations on the text of definitions: exact, undone to the byte, and nothing else touched."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.definitions import read_nodes
from sopwith.definitions.node import Node
from sopwith.definitions.operations import (
    Clear,
    Insert,
    Move,
    Operation,
    OperationError,
    Put,
    Remove,
    Rename,
    Set,
    apply_to_value,
)
from sopwith.definitions.places import CannotSpliceError
from sopwith.definitions.splicing import Cut, carry_out, operate
from sopwith.definitions.writing import inline, scalar

PACKS = Path(__file__).parents[3] / "catalog" / "sop-templates"
FILES = sorted(PACKS.rglob("*.yaml"))
EDITS = 10_000 if os.environ.get("SOPWITH_FULL") == "1" else 450
KINDS = ("put", "put", "new", "insert", "remove", "move", "rename", "set", "clear")
VALUES: tuple[Any, ...] = (
    *("x", "two words", "yes", "12", "a: b", "# no", "", "中文，标点", " lead", "tail "),
    *("line one\nline two", "trail\n", "q\"uote's", 3, 1.5, True, None, [], {}, ["a", "b"]),
    {"en": "A", "zh-CN": "甲"},
    {
        "id": "n",
        "title": {"en": "N", "zh-CN": "新"},
        "go": [{"to": "x"}, {"to": "y", "when": 'a == "b"'}],
    },
    [1, [2, 3]],
    {"text": "l1\nl2\n"},
)


def said(text: str, path: str) -> list[str]:
    """Return what each document of *text* says, the order of its keys included."""
    return [json.dumps(root.value) for root in read_nodes(text, path)[0]]


def disguised(text: str, path: str, chance: random.Random) -> tuple[str, str]:
    """Return the same definitions as somebody else might write them: JSON, CRLF, comments, no last line break."""
    form = chance.randrange(3)
    if form == 2:
        first = read_nodes(text, path)[0][0].value
        wide = chance.choice([None, 2])
        return json.dumps(first, ensure_ascii=False, indent=wide), path.replace(".yaml", ".json")
    newline = "\r\n" if form else "\n"
    lines = text.split("\n")
    before = said(text, path)
    for _ in range(chance.randrange(12)):
        place = chance.randrange(len(lines))
        blanks = " " * (len(lines[place]) - len(lines[place].lstrip()))
        added = chance.choice(["", f"{blanks}# note", "# far"])
        trial = [*lines[:place], added, *lines[place:]]
        if chance.random() < 0.3 and lines[place].strip():
            trial = [*lines[:place], f"{lines[place]}  # behind", *lines[place + 1 :]]
        if said(newline.join(trial), path) == before:
            lines = trial
    text = newline.join(lines)
    return (text.rstrip("\r\n") if chance.random() < 0.3 else text), path


def some_operation(root: Node, chance: random.Random) -> Operation | None:
    """Return an operation on something of the document."""
    nodes = [node for node in root.walk() if node is not root]
    node, value = chance.choice(nodes), chance.choice(VALUES)
    maps = [one for one in root.walk() if one.kind == "map"]
    lists = [one for one in root.walk() if one.kind == "list"]
    match chance.choice(KINDS):
        case "put":
            return Put(path=node.path, value=value)
        case "new":
            parent = chance.choice(maps)
            after = chance.choice([None, *(str(one.key) for one in parent.children)])
            key = chance.choice(["new", "k y", "1", "on", "新"])
            return Put(path=(*parent.path, key), value=value, after=after)
        case "insert" if lists:
            into = chance.choice(lists)
            place = chance.randrange(len(into.children) + 1)
            return Insert(path=into.path, index=place, value=value)
        case "remove":
            return Remove(path=node.path)
        case "move":
            assert node.parent is not None
            alike = maps if node.parent.kind == "map" else lists
            to = chance.choice(alike) if chance.random() < 0.4 else node.parent
            return Move(path=node.path, to=to.path, index=chance.randrange(len(to.children) + 1))
        case "set":
            return Set(
                path=(*chance.choice(maps).path, *chance.sample(["a", "b", "c"], 2)), value=value
            )
        case "clear":
            return Clear(path=node.path)
        case "rename" if node.key_place is not None:
            return Rename(path=node.path, key=chance.choice(["renamed", "a b", "12"]))
    return None


def test_a_value_is_set_with_the_mappings_above_it_and_cleared_with_them() -> None:
    text = "kind: form\nid: a\nstates:\n  open: {title: Open} # here\n"
    changed = operate(text, "a.yaml", Set(path=("states", "open", "limit", "P0"), value="10m"))
    assert "limit: {P0: 10m}} # here" in changed.text
    deep = operate(changed.text, "a.yaml", Set(path=("labels", "en", "x"), value="X")).text
    assert said(deep, "a.yaml")[0].endswith('"labels": {"en": {"x": "X"}}}')
    without = operate(deep, "a.yaml", Clear(path=("labels", "en", "x"))).text
    assert without == changed.text
    assert operate(without, "a.yaml", Clear(path=("labels", "en"))).cuts == ()
    with pytest.raises(OperationError):
        operate(text, "a.yaml", Set(path=("go", 0, "to"), value="b"))


@pytest.mark.parametrize("part", range(3))
def test_random_edits_say_what_was_meant_and_can_be_undone(part: int) -> None:
    chance = random.Random(20261122 + part)
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    done = refused = 0
    while done < EDITS // 3:
        path = chance.choice(FILES)
        text, name = disguised(texts[path], path.name, chance)
        for _ in range(4):
            roots = read_nodes(text, name)[0]
            place = chance.randrange(len(roots))
            operation = some_operation(roots[place], chance)
            if operation is None:
                continue
            try:
                after = operate(text, name, operation, place)
            except OperationError:
                continue
            except CannotSpliceError:
                refused += 1
                continue
            wanted = said(text, name)
            wanted[place] = json.dumps(apply_to_value(roots[place].value, operation))
            assert said(after.text, name) == wanted, operation
            assert carry_out(after.text, after.inverse).text == text, operation
            if isinstance(operation, Insert | Move | Rename):
                assert after.text.count("#") >= text.count("#"), operation
            text = after.text
            done += 1
    assert refused < done / 20, "refusing is for the rare case"


TEXT = """\
# Our form.
kind: form
id: intake

fields:
  # Who it is about.
  - {id: who, type: user}   # asked first

  # What it is about.
  - id: what
    type: text
    strange: {kept: "as it is"}
  - id: note   # last
"""


def changed(operation: Operation, text: str = TEXT) -> str:
    """Return *text* after *operation*."""
    return operate(text, "f.yaml", operation).text


def test_moving_takes_the_comments_along_and_leaves_the_rest() -> None:
    after = changed(Move(path=("fields", 1), to=("fields",), index=0))
    assert after == TEXT.replace(
        """\
  # Who it is about.
  - {id: who, type: user}   # asked first

  # What it is about.
  - id: what
    type: text
    strange: {kept: "as it is"}
""",
        """\
  # What it is about.
  - id: what
    type: text
    strange: {kept: "as it is"}
  # Who it is about.
  - {id: who, type: user}   # asked first

""",
    )


def test_removing_takes_its_own_comment_only() -> None:
    after = changed(Remove(path=("fields", 0)))
    assert "Who it is about" not in after
    assert "asked first" not in after
    assert "  # What it is about.\n  - id: what\n" in after


def test_a_value_keeps_the_quotes_that_it_had() -> None:
    after = changed(Put(path=("fields", 1, "strange", "kept"), value="otherwise"))
    assert after == TEXT.replace('"as it is"', '"otherwise"')


def test_a_new_key_comes_where_it_was_wished() -> None:
    after = changed(Put(path=("fields", 1, "required"), value=True, after="id"))
    assert after == TEXT.replace("  - id: what\n", "  - id: what\n    required: true\n")


def test_an_item_joins_a_list_in_its_indentation() -> None:
    new = {"id": "when", "title": {"en": "When?", "zh-CN": "何时？"}, "type": "date"}
    after = changed(Insert(path=("fields",), index=3, value=new))
    assert after == TEXT + ("  - id: when\n    title: {en: When?, zh-CN: 何时？}\n    type: date\n")


def test_the_line_breaks_of_the_file_are_kept() -> None:
    text = TEXT.replace("\n", "\r\n")
    after = changed(Insert(path=("fields",), index=0, value={"id": "a"}), text)
    assert "\n" not in after.replace("\r\n", "")


def test_what_is_the_same_changes_nothing() -> None:
    assert operate(TEXT, "f.yaml", Put(path=("id",), value="intake")).cuts == ()
    assert operate(TEXT, "f.yaml", Move(path=("fields", 1), to=("fields",), index=2)).cuts == ()


def test_it_refuses_rather_than_lose_a_comment() -> None:
    text = "kind: form\nid: a\nfields: # these\n  - id: x\n"
    with pytest.raises(CannotSpliceError) as refusal:
        operate(text, "f.yaml", Put(path=("fields",), value="none"))
    assert refusal.value.span.line == 3


@pytest.mark.parametrize(
    "operation",
    [
        Remove(path=("nowhere",)),
        Remove(path=()),
        Insert(path=("fields",), index=9, value=1),
        Insert(path=("id",), index=0, value=1),
        Put(path=("fields", 7), value=1),
        Put(path=("fields", "x"), value=1),
        Put(path=("new",), value=1, after="nowhere"),
        Move(path=("fields",), to=("fields", 1), index=0),
        Move(path=("fields", 0), to=(), index=0),
        Rename(path=("id",), key="kind"),
        Rename(path=("fields", 0), key="x"),
        Put(path=("id",), value=10**40),
    ],
)
def test_what_does_not_fit_is_said(operation: Operation) -> None:
    with pytest.raises(OperationError):
        operate(TEXT, "f.yaml", operation)


def test_cuts_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        carry_out("abcdef", [Cut(0, 3, ""), Cut(2, 4, "")])


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(PLAIN)
def test_every_value_is_read_back_as_it_was_written(value: object) -> None:
    base = "kind: form\nid: a\nlist:\n  - first\n"
    for operation in (
        Put(path=("new",), value=value),
        Insert(path=("list",), index=1, value=value),
    ):
        try:
            after = operate(base, "f.yaml", operation)
        except CannotSpliceError:
            pytest.fail(f"{value!r} could not be written")
        assert said(after.text, "f.yaml") == [
            json.dumps(apply_to_value(read_nodes(base, "f.yaml")[0][0].value, operation))
        ]


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_every_text_is_read_back_in_braces(text: str) -> None:
    after = read_nodes(f"a: {inline({'k': text, 'l': [text]})}\nb: {scalar(text)}\n", "f.yaml")[0]
    assert after[0].value == {"a": {"k": text, "l": [text]}, "b": text}
