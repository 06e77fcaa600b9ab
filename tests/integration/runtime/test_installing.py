"""Packs put into definitions: three texts merged file by file, hours set by cuts, files laid over others."""

from __future__ import annotations

import itertools
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.text import Text
from sopwith.runtime.hours import DAYS, Hours, calendars_in, present_hours, runs_of, with_hours
from sopwith.runtime.installing import put_in
from sopwith.runtime.packing import is_file_name, plan_files, zip_files
from sopwith.runtime.releases import compile_files, read_bundle
from sopwith.runtime.saving import Head, save_as_pack
from sopwith.runtime.taking_in import CannotTakeInError, lay_file, lay_packs, packs_in
from tests.support.shipped import shipped_files

FULL = bool(os.environ.get("SOPWITH_FULL"))
A, B, C = "one: 1\ntwo: 2\nthree: 3\n", "one: 1\ntwo: 2\nthree: 33\n", "one: 11\ntwo: 2\nthree: 3\n"
BOTH = "one: 11\ntwo: 2\nthree: 33\n"
AGAIN = Text("Again", "再次")
CLASH = "one: 1\ntwo: 2\nthree: 34\n"


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "made", "contested", "kept"),
    [
        pytest.param(A, A, B, B, False, False, id="only the pack changed"),
        pytest.param(A, B, A, B, False, True, id="only somebody here changed"),
        pytest.param(A, B, B, B, False, False, id="both did the same"),
        pytest.param(A, B, C, BOTH, False, True, id="both changed other lines"),
        pytest.param(A, B, CLASH, B, True, False, id="both changed the same line"),
        pytest.param(A, A, None, None, False, False, id="gone from the pack"),
        pytest.param(A, B, None, B, True, False, id="changed here and gone from the pack"),
        pytest.param(A, None, A, None, False, True, id="deleted here"),
        pytest.param(A, None, B, None, True, False, id="deleted here and changed in the pack"),
        pytest.param(None, None, A, A, False, False, id="new in the pack"),
        pytest.param(None, A, None, A, False, True, id="added here"),
        pytest.param(None, A, B, A, True, False, id="added on both sides"),
    ],
)
def test_three_texts_become_one(
    base: str | None,
    mine: str | None,
    theirs: str | None,
    made: str | None,
    contested: bool,
    kept: bool,
) -> None:
    def files(text: str | None) -> dict[str, str]:
        return {"pack.yaml": "x", **({} if text is None else {"a.yaml": text})}

    target = {f"p/{name}": text for name, text in files(mine).items()} | {"q/a.yaml": "other"}
    done = put_in(target, {"p": files(theirs)}, {"p": files(base)})
    assert done.files.get("p/a.yaml") == made
    assert done.files["q/a.yaml"] == "other"
    assert bool(done.contests) is contested
    assert (done.kept == ("p/a.yaml",)) is kept
    if contested:
        choose = put_in(target, {"p": files(theirs)}, {"p": files(base)}, {"p/a.yaml": "theirs"})
        assert choose.files.get("p/a.yaml") == theirs


def test_without_a_base_whatever_differs_is_asked() -> None:
    done = put_in({"p/a.yaml": A, "p/b.yaml": "b"}, {"p": {"a.yaml": B, "c.yaml": "c"}}, {"p": None})  # fmt: skip
    assert [one.file for one in done.contests] == ["p/a.yaml", "p/b.yaml"]
    assert done.files == {"p/a.yaml": A, "p/b.yaml": "b", "p/c.yaml": "c"}


@settings(deadline=None)
@given(st.sets(st.sampled_from(DAYS), min_size=1))
def test_days_are_named_as_ranges_and_read_back(days: set[str]) -> None:
    week = {key: ["09:00-18:00"] for key in runs_of(frozenset(days))}
    assert present_hours({"week": week}) == (frozenset(days), ("09:00-18:00",))


@pytest.mark.parametrize("country", ["", "DE"])
def test_hours_of_every_calendar_are_set_and_it_still_checks(country: str) -> None:
    files = {name: text for name, text in shipped_files().items() if name.startswith("base/")}
    for place in calendars_in(files):
        hours = Hours(zone="Asia/Tokyo", days=frozenset({"mon", "tue", "sat"}), windows=("08:00-12:00", "13:00-17:30"), country=country)  # fmt: skip
        after = with_hours(files, place, hours)
        assert {name for name in files if files[name] != after[name]} == {place.file}
        release, found = compile_files(after)
        assert release is not None, [one.render("en") for one in found]
        calendar = release.calendars[place.id]
        assert calendar.zone == "Asia/Tokyo" and calendar.week[5] == ((480, 720), (780, 1050))
        assert calendar.week[2] == ()
        assert with_hours(after, next(one for one in calendars_in(after) if one.id == place.id), hours) == after  # fmt: skip


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        (["pack.yaml", "forms/a.yaml"], {"mine"}),
        (["p/pack.yaml", "p/a.yaml", "notes.md"], {"p"}),
        (["p/pack.yaml", "q/pack.json", "q/a.yaml"], {"p", "q"}),
        (["all/p/pack.yaml", "all/q/pack.yml", "all/README.md"], {"p", "q"}),
    ],
)
def test_packs_are_found_in_an_archive(names: list[str], folders: set[str]) -> None:
    found = packs_in(dict.fromkeys(names, "x"), "mine")
    assert {name.partition("/")[0] for name in found} == folders


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["a.yaml"], "no_pack"),
        (["a/b/c/pack.yaml"], "nested"),
        (["p/pack.yaml", "p/q/pack.yaml"], "nested"),
        (["a/p/pack.yaml", "b/p/pack.yaml"], "name"),
        ([".p/pack.yaml"], "name"),
    ],
)
def test_what_is_no_set_of_packs_is_refused(names: list[str], why: str) -> None:
    with pytest.raises(CannotTakeInError) as caught:
        packs_in(dict.fromkeys(names, "x"), "mine")
    assert caught.value.why == why


def test_files_of_the_same_packs_go_only_when_told() -> None:
    target = {"p/a.yaml": "a", "p/b.yaml": "b", "q/c.yaml": "c"}
    kept = lay_packs(target, {"p/a.yaml": "new"}, prune=False)
    assert kept.missing == ("p/b.yaml",) and kept.after["p/b.yaml"] == "b"
    gone = lay_packs(target, {"p/a.yaml": "new"}, prune=True)
    assert gone.after == {"p/a.yaml": "new", "q/c.yaml": "c"}


def test_a_file_laid_over_itself_changes_nothing() -> None:
    files = shipped_files()
    some = files if FULL else ("it_request/teams.yaml", "complaint_heat/taxonomies.yaml")
    for name in some:
        text = files[name]
        folder, _, inner = name.partition("/")
        if name.endswith(".yaml") and inner.count("/") == 0 and inner not in ("pack.yaml", "sample.yaml"):  # fmt: skip
            assert lay_file(files, folder, inner, text).after == files
            elsewhere = lay_file(files, "own", "sent.yaml", text).after
            changed = plan_files(files, elsewhere)
            assert changed.definitions == () and changed.clashes == (), name
            assert changed.files.added == (), name


def test_every_pack_saved_again_says_the_same() -> None:
    files = shipped_files()
    head = Head(id="again", version="1.0.0", title=AGAIN, description=AGAIN)
    for folder in sorted({name.partition("/")[0] for name in files}) if FULL else ["base", "it_request"]:  # fmt: skip
        own = {name: text for name, text in files.items() if name.startswith(f"{folder}/")}
        keys = frozenset(one for one in _keys(own))
        saved = save_as_pack(files, keys, head)
        for name, text in own.items():
            inner = name.partition("/")[2]
            if inner.endswith(".yaml") and inner not in ("pack.yaml", "sample.yaml"):
                assert saved.files[inner] == text, name
        assert saved.requires == (() if folder == "base" else ("base",))


def _keys(files: dict[str, str]) -> itertools.chain[tuple[str, str]]:
    packs = read_bundle(files).packs
    return itertools.chain.from_iterable(
        (one.key for one in (*pack.documents, *pack.scenarios)) for pack in packs
    )


@settings(deadline=None)
@given(st.text(max_size=40))
def test_names_of_files_lead_nowhere_else(name: str) -> None:
    if is_file_name(name):
        assert not name.startswith("/") and ".." not in name.split("/") and "\\" not in name


def test_the_same_files_make_the_same_archive() -> None:
    files = shipped_files()
    assert zip_files(files) == zip_files(dict(reversed(list(files.items()))))
