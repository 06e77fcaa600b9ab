"""Parts of files: what is taken out or put in says the same as before, with its comments, and all else stays to the byte."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from sopwith.definitions import read_nodes
from sopwith.definitions.segments import chosen, joined, newline_of, replaced, segments

PACKS = Path(__file__).parents[3] / "catalog" / "sop-templates"
FILES = sorted(path for path in PACKS.rglob("*.yaml") if path.name != "sample.yaml")
FULL = bool(os.environ.get("SOPWITH_FULL"))
ROUNDS = 40 if FULL else 1
SOME = FILES if FULL else [one for one in FILES if one.name in ("teams.yaml", "taxonomies.yaml", "rules.yaml")]  # fmt: skip
CASES = [(one, end) for one in SOME for end in ("\n", "\r\n")]
TWO = "# first\nkind: team\nid: a # it\n\n---\n# second\nkind: team\nid: b\n"


def values(text: str, path: str = "x.yaml") -> list[object]:
    return [one.value for one in read_nodes(text, path)[0]]


@pytest.mark.parametrize(
    ("path", "newline"),
    CASES,
    ids=[f"{one.parent.name}/{one.name} {len(end)}" for one, end in CASES],
)
def test_documents_of_every_pack_are_taken_out_and_put_in(path: Path, newline: str) -> None:
    text = path.read_text(encoding="utf-8").replace("\n", newline)
    said, parts = values(text), segments(text, path.name)
    assert len(parts) == len(said)
    assert [values(part)[0] for part in parts] == said
    chance = random.Random(path.name)
    for _ in range(ROUNDS):
        wanted = sorted(chance.sample(range(len(said)), chance.randint(1, len(said))))
        made = chosen(text, path.name, wanted)
        assert made is not None
        assert values(made) == [said[number] for number in wanted]
        for number in wanted:
            assert parts[number].strip() in made
        place = chance.randrange(len(said))
        fresh = f"# new\nkind: team\nid: t{place}\n"
        put = replaced(text, path.name, place, fresh)
        assert put is not None
        others = segments(put, path.name)
        assert [one for at, one in enumerate(others) if at != place] == [one for at, one in enumerate(parts) if at != place]  # fmt: skip
        assert values(put)[place] == {"kind": "team", "id": f"t{place}"}
        back = replaced(put, path.name, place, parts[place])
        assert back is not None and values(back) == said
    assert chosen(text, path.name, range(len(said))) == text


def test_comments_go_with_what_stands_below_them() -> None:
    assert segments(TWO, "x.yaml") == ("# first\nkind: team\nid: a # it\n\n", "# second\nkind: team\nid: b\n")  # fmt: skip
    assert chosen(TWO, "x.yaml", [1]) == "# second\nkind: team\nid: b\n"
    assert replaced(TWO, "x.yaml", 0, "kind: team\r\nid: c") == (
        "kind: team\nid: c\n---\n# second\nkind: team\nid: b\n"
    )


def test_what_cannot_be_parted_safely_is_left_alone() -> None:
    inline = "--- {kind: team, id: a}\n--- {kind: team, id: b}\n"
    assert segments(inline, "x.yaml") == (inline,)
    assert chosen(inline, "x.yaml", [0]) is None
    assert chosen(inline, "x.yaml", [0, 1]) == inline
    assert replaced(inline, "x.yaml", 0, "kind: team\nid: c\n") is None
    assert replaced(TWO, "x.yaml", 7, "kind: team\nid: c\n") is None
    assert replaced('{"kind": "team"}', "x.json", 0, "kind: team\nid: c\n") is None
    assert replaced(TWO, "x.yaml", 0, "kind: team\n---\nkind: team\n") is None


def test_files_are_joined_with_a_line_between() -> None:
    assert joined(["a: 1", "b: 2\n"]) == "a: 1\n---\nb: 2\n"
    assert joined(["a: 1\r\n", "b: 2"], "\r\n") == "a: 1\r\n---\r\nb: 2"
    assert newline_of("a\r\nb\n") == "\r\n" and newline_of("a") == "\n"
