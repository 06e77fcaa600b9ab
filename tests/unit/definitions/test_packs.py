"""Packs: loaded from bytes, checked as a whole."""

from __future__ import annotations

from sopwith.core.text import Text
from sopwith.definitions import expand_pack, load_pack, required_packs

from .documents import codes

HEAD = """\
kind: pack
id: desk
version: 1.2.3
title: {en: Desk, zh-CN: 服务台}
description: {en: A desk., zh-CN: 服务台。}
requires: [base]
sample: sample.yaml
"""
BASE = HEAD.replace("id: desk", "id: base").replace("requires: [base]\nsample: sample.yaml\n", "")
READMES = {"README.md": b"# Desk", "README.zh-CN.md": "# 服务台".encode()}
FILES = {
    "pack.yaml": HEAD.encode(),
    "forms/intake.yaml": b"kind: form\nid: intake\nfields: [{use: contact}, {use: own}]\n",
    "blocks.json": b'{"kind": "block", "id": "own", "items": []}',
    "scenarios/one.yaml": b"kind: scenario\nid: one\n",
    "sample.yaml": b"users: [{id: li}]\n",
    "logo.svg": b"<svg/>",
    **READMES,
}
BASE_FILES = {
    "pack.yaml": BASE.encode(),
    "blocks.yaml": b"kind: block\nid: contact\nitems: [{id: email}]\n",
    **READMES,
}


def test_a_pack_holds_what_its_folder_holds() -> None:
    pack, found = load_pack(FILES, "packs/desk")
    assert found == ()
    assert (pack.id, pack.version, pack.requires) == ("desk", "1.2.3", ("base",))
    assert pack.title == Text("Desk", "服务台")
    assert [item.key for item in pack.documents] == [("block", "own"), ("form", "intake")]
    assert [item.id for item in pack.scenarios] == ["one"]
    assert pack.sample is not None
    assert pack.sample.value == {"users": [{"id": "li"}]}
    assert pack.readmes == {"en": "# Desk", "zh-CN": "# 服务台"}
    assert pack.documents[1].path == "packs/desk/forms/intake.yaml"


def test_blocks_come_from_the_pack_and_from_those_it_requires() -> None:
    pack, _ = load_pack(FILES, "desk")
    base, found = load_pack(BASE_FILES, "base")
    assert found == ()
    done = expand_pack(pack, {"base": base})
    assert done.found == ()
    assert done.documents[1].value["fields"] == [{"id": "email"}]
    assert [use.block for use in done.uses] == ["contact", "own"]
    alone = expand_pack(pack, {"bsae": base})
    assert codes(alone.found) == ["PCK010", "PCK003"]
    assert alone.found[1].values["guess"] == "bsae"


def test_required_packs_may_require_each_other() -> None:
    one, _ = load_pack({"pack.yaml": HEAD.encode()}, "one")
    base, _ = load_pack({"pack.yaml": BASE.encode() + b"requires: desk\n"}, "base")
    assert [pack.id for pack in required_packs(one, {"base": base, "desk": one})] == ["base"]


def test_every_finding_of_a_broken_pack_comes_in_one_run() -> None:
    files = {
        "pack.yaml": b"kind: pack\nid: desk\nversion: 1.0\ntitel: x\nsample: sampel.yaml\nrequires: [Base]\n",
        "a.yaml": b"kind: form\nid: one\n---\nkind: pack\nid: second\n",
        "b.json": b'{"kind": "form", "id": "one"}',
        "c.yaml": b"kind: form\nid: [\n",
        "samples.yaml": b"kind: view\nid: v\n",
    }
    pack, found = load_pack(files, "p")
    assert pack.id == "desk"
    assert sorted((item.span.path, item.code) for item in found) == [
        ("p/README.md", "PCK005"),
        ("p/README.zh-CN.md", "PCK005"),
        ("p/a.yaml", "PCK006"),
        ("p/b.json", "DEF017"),
        ("p/c.yaml", "YAML005"),
        ("p/pack.yaml", "DEF003"),
        ("p/pack.yaml", "DEF003"),
        ("p/pack.yaml", "DEF004"),
        ("p/pack.yaml", "DEF006"),
        ("p/pack.yaml", "PCK002"),
        ("p/pack.yaml", "PCK004"),
    ]
    repeated = next(item for item in found if item.code == "DEF017")
    assert repeated.values["first"] == "p/a.yaml:2:5"


def test_a_folder_without_pack_yaml_is_no_pack() -> None:
    for files in (
        {},
        {"pack.yaml": b""},
        {"pack.yaml": b"kind: form\nid: a\n"},
        {"pack.json": b"{"},
    ):
        pack, found = load_pack(files, "x")
        assert pack.id == ""
        assert "PCK001" in codes(found)
