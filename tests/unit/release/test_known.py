"""Compiling again with what is known of the last text: the same as compiling from nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.definitions import Document, expand, read_folder, read_nodes, read_text
from sopwith.definitions.packs import load_pack
from sopwith.release.compile import compile_partly
from sopwith.release.known import Known
from sopwith.release.model import Release

PACKS = Path(__file__).parents[3] / "catalog" / "sop-templates"
MODELS = ("record_types", "forms", "taxonomies", "workflows", "slas", "rules", "tables", "routings", "teams", "templates", "surveys", "playbooks", "views", "segments")  # fmt: skip


def documents(files: dict[str, bytes]) -> tuple[Document, ...]:
    """Return the definitions in *files*, blocks filled in."""
    pack, _ = load_pack(files, "p")
    return expand(pack.documents, pack.blocks).documents


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The text of two packs as one."""
    return {**read_folder(PACKS / "base"), **read_folder(PACKS / "it_request")}


def models(release: Release) -> dict[str, object]:
    return {name: getattr(release, name) for name in MODELS}


def test_every_change_of_a_file_gives_what_a_new_compilation_gives(files: dict[str, bytes]) -> None:
    known = Known()
    compile_partly(documents(files), known=known)
    for name in sorted(files):
        if not name.endswith(".yaml"):
            continue
        text = files[name].decode()
        for changed in (None, "# moved down\n" + text, text.replace("title:", "titel:", 1), text.replace("id: p", "id: q", 1)):  # fmt: skip
            now = {key: value for key, value in files.items() if key != name}
            if changed is not None:
                now[name] = changed.encode()
            again, found = compile_partly(documents(now), known=known)
            fresh, expected = compile_partly(documents(now))
            assert found == expected, name
            assert models(again) == models(fresh), name


def test_what_did_not_change_is_not_read_again(files: dict[str, bytes]) -> None:
    known = Known()
    first, _ = compile_partly(documents(files), known=known)
    name = next(one for one in sorted(files) if b"kind: rule" in files[one])
    changed = files | {name: files[name] + b"\n# a remark\n"}
    second, _ = compile_partly(documents(changed), known=known)
    kept = [one for one, rule in second.rules.items() if rule is first.rules[one]]
    other = {one.id for one in documents(files) if one.kind == "rule" and not one.path.endswith(name)}  # fmt: skip
    assert set(kept) == other
    whole = [one.id for one in documents(files) if one.kind == "form" and "use:" not in one.text and not one.path.endswith(name)]  # fmt: skip
    assert whole
    assert all(second.forms[one] is first.forms[one] for one in whole)


def test_a_text_read_twice_gives_the_same_tree() -> None:
    text = "kind: team\nid: a\ntitle: {en: A, zh-CN: 甲}\n"
    assert read_nodes(text, "p/a.yaml")[0][0] is read_nodes(text, "p/a.yaml")[0][0]
    assert read_text(text, "p/a.yaml")[0][0] is read_text(text.encode(), "p/a.yaml")[0][0]
    assert read_nodes(text, "p/b.yaml")[0][0] is not read_nodes(text, "p/a.yaml")[0][0]
