"""Shared blocks: filled in by reference, with the places of their own file."""

from __future__ import annotations

import pytest

from sopwith.definitions import Document, Expansion, expand, read_text
from sopwith.definitions.blocks import MOST_NODES

from .documents import codes

BLOCKS = """\
kind: block
id: contact
items:
  - {id: name, type: text}
  - use: phone
---
kind: block
id: phone
item: {id: phone, type: phone, title: {en: Phone, zh-CN: 电话}}
"""


def read(text: str, path: str = "form.yaml") -> tuple[Document, ...]:
    documents, found = read_text(text, path)
    assert found == ()
    return documents


def expanded(fields: str, blocks: str = BLOCKS) -> Expansion:
    return expand(read(f"kind: form\nid: a\nfields: {fields}\n"), read(blocks, "blocks.yaml"))


def test_items_take_the_place_of_the_reference() -> None:
    done = expanded("[{id: first}, {use: contact}, {id: last}]")
    fields = done.documents[0].value["fields"]
    assert [field["id"] for field in fields] == ["first", "name", "phone", "last"]
    assert done.found == ()
    node = done.documents[0].node
    assert [child.path for child in node.at(("fields",)).children] == [  # type: ignore[union-attr]
        ("fields", index) for index in range(4)
    ]


def test_what_came_from_a_block_points_into_its_file() -> None:
    node = expanded("[{use: contact}]").documents[0].node
    assert str(node.span_of(("fields", 0, "type"))) == "blocks.yaml:4:22"
    assert str(node.span_of(("fields", 1, "type"))) == "blocks.yaml:9:25"
    assert str(node.span_of(("fields",))) == "form.yaml:3:9"
    child = node.at(("fields", 1, "title", "zh-CN"))
    assert child is not None
    assert child.raw == "电话"


def test_keys_beside_use_are_put_over_the_item() -> None:
    done = expanded("[{use: phone, id: mobile, required: true}]")
    assert done.documents[0].value["fields"] == [
        {
            "id": "mobile",
            "type": "phone",
            "title": {"en": "Phone", "zh-CN": "电话"},
            "required": True,
        }
    ]
    node = done.documents[0].node
    assert node.span_of(("fields", 0, "id")).path == "form.yaml"
    assert node.span_of(("fields", 0, "type")).path == "blocks.yaml"


def test_every_use_is_recorded_once_where_it_is_written() -> None:
    done = expanded("[{use: contact}, {use: phone}]")
    assert [(use.block, use.document, str(use.span)) for use in done.uses] == [
        ("phone", ("block", "contact"), "blocks.yaml:5:10"),
        ("contact", ("form", "a"), "form.yaml:3:16"),
        ("phone", ("form", "a"), "form.yaml:3:32"),
    ]
    assert done.uses[2].path == ("fields", 1)


def test_documents_without_a_reference_stay_the_same_object() -> None:
    documents = read("kind: form\nid: a\nfields: [{id: b}]\nuse: contact\nx: {use: contact}\n")
    assert expand(documents, read(BLOCKS, "blocks.yaml")).documents[0] is documents[0]


def test_originals_are_left_alone() -> None:
    blocks = read(BLOCKS, "blocks.yaml")
    before = [node.path for block in blocks for node in block.node.walk()]
    documents = read("kind: form\nid: a\nfields: [{use: contact}, {use: contact}]\n")
    expand(documents, blocks)
    assert [node.path for block in blocks for node in block.node.walk()] == before
    assert documents[0].value["fields"] == [{"use": "contact"}, {"use": "contact"}]


def test_an_unknown_block_is_named_with_a_guess_and_a_fix() -> None:
    done = expanded("[{use: 'conatct'}, {id: b}]")
    assert codes(done.found) == ["PCK010"]
    assert done.found[0].values == {"word": "conatct", "guess": "contact"}
    assert str(done.found[0].span) == "form.yaml:3:16"
    assert done.found[0].fix is not None
    assert done.found[0].fix.text == "'contact'"
    assert done.documents[0].value["fields"] == [{"id": "b"}]


def test_an_override_of_a_list_is_refused_at_its_key() -> None:
    done = expanded("[{use: contact, required: true}]")
    assert [(item.code, str(item.span)) for item in done.found] == [("PCK012", "form.yaml:3:25")]


@pytest.mark.parametrize(
    "body", ["title: {en: a, zh-CN: b}", "items: []\nitem: {}", "items: {}", "item: []"]
)
def test_a_block_has_exactly_one_body(body: str) -> None:
    blocks = f"kind: block\nid: contact\n{body}\n"
    assert "PCK013" in codes(expanded("[]", blocks).found)
    assert codes(expanded("[{use: contact}]", blocks).found) == ["PCK013"]


@pytest.mark.parametrize(
    ("edges", "cycle"),
    [
        ({"a": "a"}, "a → a"),
        ({"a": "b", "b": "a"}, "a → b → a"),
        ({"a": "b", "b": "c", "c": "b"}, "b → c → b"),
    ],
)
def test_a_circle_is_refused_once_and_named(edges: dict[str, str], cycle: str) -> None:
    blocks = "---\n".join(
        f"kind: block\nid: {one}\nitems: [{{use: {two}}}]\n" for one, two in edges.items()
    )
    done = expanded("[{use: a}]", blocks)
    assert codes(done.found) == ["PCK011"]
    names = str(done.found[0].values["cycle"]).split(" → ")
    assert names[0] == names[-1]
    assert set(names) == set(cycle.split(" → "))
    assert done.documents[0].value["fields"] == []


def test_blocks_that_double_end_at_the_bound() -> None:
    blocks = "---\n".join(
        f"kind: block\nid: b{i}\nitems: [{{use: b{i + 1}}}, {{use: b{i + 1}}}]\n" for i in range(30)
    )
    blocks += "---\nkind: block\nid: b30\nitems: [1]\n"
    done = expanded("[{use: b0}]", blocks)
    assert "PCK014" in codes(done.found)
    assert done.found[0].values == {"limit": MOST_NODES}


def test_a_long_chain_of_blocks_ends_at_the_bound() -> None:
    blocks = "---\n".join(
        f"kind: block\nid: b{i}\nitems: [{{use: b{i + 1}}}]\n" for i in range(200)
    )
    blocks += "---\nkind: block\nid: b200\nitems: [1]\n"
    assert "PCK014" in codes(expanded("[{use: b0}]", blocks).found)
