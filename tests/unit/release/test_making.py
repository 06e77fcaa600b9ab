"""New definitions: whatever is made checks clean, in a draft of nothing as in one of everything."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sopwith.core.text import Text
from sopwith.definitions import Document, duplicates, read_text, schema_findings
from sopwith.lab.run import run_scenario
from sopwith.lab.scenario import parse_scenario
from sopwith.release.compile import compile_partly
from sopwith.release.making import FOLDERS, New, file_of, make, new_pack, proposed_id
from sopwith.release.model import Release
from sopwith.runtime.releases import read_bundle
from tests.support.shop import files as shop_files

TITLE = Text("Urgent things", "急事")
EMPTY = new_pack("trial", Text("Trial", "试验"))


def findings(files: Mapping[str, str]) -> set[tuple[str, str]]:
    bundle = read_bundle(files)
    _release, found = compile_partly(bundle.documents)
    return {(one.span.path, one.render("en")) for one in (*bundle.found, *found)}


def documents_of(files: Mapping[str, str]) -> list[Document]:
    return [one for name, text in files.items() if name.endswith("yaml") for one in read_text(text, name)[0]]  # fmt: skip


def release_of(files: Mapping[str, str]) -> Release:
    return compile_partly(read_bundle(files).documents)[0]


def taken_in(files: Mapping[str, str]) -> dict[str, set[str]]:
    taken: dict[str, set[str]] = {}
    for one in documents_of(files):
        taken.setdefault(one.kind, set()).add(one.id)
    return taken


def made_in(files: Mapping[str, str], kind: str, record_type: str = "") -> tuple[New, ...]:
    taken = taken_in(files)
    name = proposed_id(TITLE.en, taken.get(kind, ()), kind)
    return make(kind, name, TITLE, release_of(files), taken, record_type)


def with_made(files: Mapping[str, str], pack: str, made: tuple[New, ...]) -> dict[str, str]:
    grown = dict(files)
    for new in made:
        grown[file_of(pack, new, grown)] = new.text
    return grown


def assert_clean(found: set[tuple[str, str]]) -> None:
    """Nothing is wrong; a new rule says that it does nothing yet."""
    assert [said for _path, said in found if "RUL017" not in said] == []
    assert all("/rules/" in path for path, _said in found)


def test_a_new_rule_does_nothing_and_is_not_finished() -> None:
    files = shop_files()
    grown = with_made(files, "shop", made_in(files, "rule"))
    assert [said.split(" ")[2] for _path, said in findings(grown) - findings(files)] == ["RUL017:"]
    made = release_of(grown).rules["urgent-things"]
    assert made.then == ()
    assert made.order == max(one.order for one in release_of(grown).rules.values() if one.record_type in (made.record_type, "any"))  # fmt: skip


def test_a_new_pack_checks_clean() -> None:
    assert findings(EMPTY) == set()


@pytest.mark.parametrize("kind", FOLDERS)
@pytest.mark.parametrize("place", ["nothing", "the shop"])
def test_what_is_made_checks_clean(kind: str, place: str) -> None:
    files, pack = (EMPTY, "trial") if place == "nothing" else (shop_files(), "shop")
    made = made_in(files, kind)
    grown = with_made(files, pack, made)
    assert (made[0].kind, made[0].id) == (kind, "urgent-things")
    assert_clean(findings(grown) - findings(files))
    assert len(grown) == len(files) + len(made)
    for new in made:
        [document] = read_text(new.text, f"{new.kind}.yaml")[0]
        assert schema_findings(document) == ()


@pytest.mark.parametrize("place", ["nothing", "the shop"])
def test_all_kinds_can_be_made_one_after_the_other(place: str) -> None:
    files, pack = (dict(EMPTY), "trial") if place == "nothing" else (shop_files(), "shop")
    before = findings(files)
    for kind in (*FOLDERS, *FOLDERS):
        files = with_made(files, pack, made_in(files, kind))
    assert_clean(findings(files) - before)
    assert duplicates(documents_of(files)) == []


def test_only_what_is_needed_is_made_besides() -> None:
    alone = [new.kind for new in made_in(EMPTY, "view")]
    assert alone == ["view"]
    several = sorted(new.kind for new in made_in(EMPTY, "sla"))
    assert several == ["calendar", "form", "record_type", "sla", "workflow"]
    assert [new.kind for new in made_in(shop_files(), "sla")] == ["sla"]


def test_a_definition_is_made_for_the_record_type_that_was_chosen() -> None:
    [form] = made_in(shop_files(), "form", "errand")
    assert form.value["record_type"] == "errand"


@pytest.mark.parametrize("record_type", ["", "wish", "errand"])
def test_a_new_scenario_passes(record_type: str) -> None:
    files = shop_files() if record_type else EMPTY
    made = made_in(files, "scenario", record_type)
    grown = with_made(files, "shop" if record_type else "trial", made)
    [document] = [one for one in documents_of(grown) if one.key == ("scenario", made[0].id)]
    scenario, found = parse_scenario(document)
    assert scenario is not None, found
    run = run_scenario(release_of(grown), scenario)
    assert run.passed, run.steps[-1].failures


def test_a_title_in_one_language_is_not_made_up_in_the_other() -> None:
    [team] = make("team", "x", Text("", "二线"), release_of(EMPTY), {})
    assert team.value["title"] == {"zh-CN": "二线"}


@pytest.mark.parametrize(
    ("words", "taken", "expected"),
    [
        ("Second line", (), "second-line"),
        ("Second line", ("second-line", "second-line-2"), "second-line-3"),
        ("二线", (), "message-template"),
        ("2 many_things!", (), "many-things"),
        ("A" * 90, (), "a" * 64),
    ],
)
def test_an_id_is_proposed(words: str, taken: tuple[str, ...], expected: str) -> None:
    assert proposed_id(words, taken, "message_template") == expected
