"""Ids that are taken: what comes replaces, stays out, or comes under a new id with all that names it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from sopwith.runtime.clashing import Choice, How, settle, settle_text
from sopwith.runtime.packing import clashes_in, plan_files
from sopwith.runtime.releases import compile_files, read_bundle
from tests.support.small_process import files

COPY = Choice(how=How.COPY)
TEAM = ("team", "desk")
FORM = ("form", "intake")


def other() -> dict[str, str]:
    """Return a second pack with the same ids for its team, form and calendar; its process has ids of its own."""
    text = files()["small/all.yaml"]
    for before, after in (("id: ticket\n", "id: wish\n"), ("record_type: ticket", "record_type: wish"), ("T-{{yyyy}}", "W-{{yyyy}}"), ("T-{yyyy}", "W-{yyyy}"), ("type: ticket", "type: wish")):  # fmt: skip
        text = text.replace(before, after)
    for name in ("flow", "route", "received", "given", "tell-owner", "call-out", "follow-up", "nag", "daily"):  # fmt: skip
        text = re.sub(rf"(?m)(^id: |workflow: |routing: |acknowledge: |template: ){name}$", rf"\g<1>w-{name}", text)  # fmt: skip
        text = re.sub(rf"(routing: |template: ){name}(?=[,}}])", rf"\g<1>w-{name}", text)
    head = files()["small/pack.yaml"].replace("id: small", "id: other")
    return {"other/pack.yaml": head, "other/all.yaml": text}


def both() -> dict[str, str]:
    return {**files(), **other()}


def decided(how: How) -> dict[tuple[str, str], Choice]:
    return {(one.kind, one.id): Choice(how=how) for one in clashes_in(read_bundle(both()).packs)}


def test_the_two_packs_share_ids_and_cannot_be_published() -> None:
    found = clashes_in(read_bundle(both()).packs)
    assert {(one.kind, one.id) for one in found} == {TEAM, FORM, ("calendar", "always")}
    assert compile_files(both())[0] is None
    alone = settle(both(), {"other"}, {})
    assert not alone.is_whole
    assert alone.files == both()
    assert {(one.mine, one.theirs) for one in alone.clashes} == {("small/all.yaml", "other/all.yaml")}  # fmt: skip
    assert {one.new for one in alone.clashes} == {"desk-2", "intake-2", "always-2"}


def test_copies_come_under_new_ids_and_what_names_them_follows() -> None:
    done = settle(both(), {"other"}, decided(How.COPY))
    assert done.is_whole
    assert done.files["small/all.yaml"] == files()["small/all.yaml"], "what is here is not touched"
    release, found = compile_files(done.files)
    assert release is not None, [one.render("en") for one in found]
    wish, ticket = release.record_types["wish"], release.record_types["ticket"]
    assert (wish.intake, ticket.intake) == ("intake-2", "intake")
    text = done.files["other/all.yaml"]
    assert "team: desk-2" in text
    assert "team: desk}" not in text
    assert release.forms["intake-2"].record_type == "wish"


@pytest.mark.parametrize(("how", "stays"), [(How.KEEP, "small/"), (How.REPLACE, "other/")])
def test_only_one_of_each_pair_stays(how: How, stays: str) -> None:
    choices = decided(How.COPY) | {TEAM: Choice(how=how), ("calendar", "always"): Choice(how=how)}
    done = settle(both(), {"other"}, choices)
    assert done.is_whole
    release, found = compile_files(done.files)
    assert release is not None, [one.render("en") for one in found]
    places = {one.key: one.path for pack in read_bundle(done.files).packs for one in pack.documents}
    assert places[TEAM].startswith(stays)
    assert set(release.teams) == {"desk"}


def test_a_new_id_that_cannot_be_had_is_refused() -> None:
    for new, why in (("Not An Id", "form"), ("desk", "taken")):
        done = settle(both(), {"other"}, decided(How.COPY) | {TEAM: Choice(how=How.COPY, new=new)})
        [one] = [one for one in done.clashes if one.is_open]
        assert (one.refused, one.new) == (why, new)
        assert not done.is_whole
        assert "id: desk\n" in done.files["other/all.yaml"]


def test_a_file_of_which_nothing_is_left_goes() -> None:
    more = {**files(), "other/pack.yaml": other()["other/pack.yaml"], "other/team.yaml": "kind: team\nid: desk\ntitle: {en: X, zh-CN: X}\n"}  # fmt: skip
    done = settle(more, {"other"}, {TEAM: Choice(how=How.KEEP)})
    assert "other/team.yaml" not in done.files
    assert plan_files(files(), done.files).clashes == ()


def test_comments_beside_a_definition_that_goes_stay() -> None:
    text = "# ours\nkind: team\nid: one\ntitle: {en: X, zh-CN: X}\n---\nkind: team\nid: desk\ntitle: {en: X, zh-CN: X}\n"
    more = {**files(), "other/pack.yaml": other()["other/pack.yaml"], "other/team.yaml": text}
    done = settle(more, {"other"}, {TEAM: Choice(how=How.KEEP)})
    assert done.files["other/team.yaml"] == "# ours\nkind: team\nid: one\ntitle: {en: X, zh-CN: X}\n"  # fmt: skip


SENT = """kind: team
id: desk
title: {en: Theirs, zh-CN: 他们}
---
kind: routing
id: second
record_type: ticket
title: {en: X, zh-CN: X}
chain:
  - {by: queue, team: desk}
"""


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (Choice(), SENT),
        (Choice(how=How.REPLACE), SENT),
        (Choice(how=How.KEEP), SENT.partition("---\n")[2]),
        (COPY, SENT.replace("id: desk", "id: desk-2").replace("team: desk", "team: desk-2")),
    ],
)  # fmt: skip
def test_definitions_of_one_file_are_settled_in_its_text(choice: Choice, wanted: str) -> None:
    choices: Mapping[tuple[str, str], Choice] = {TEAM: choice} if choice.how else {}
    text, clashes = settle_text(files(), "small/sent.yaml", SENT, choices)
    assert text == wanted
    assert [(one.kind, one.id, one.mine) for one in clashes] == [("team", "desk", "small/all.yaml")]


def test_a_file_sent_again_clashes_with_nothing() -> None:
    name = "small/all.yaml"
    text, clashes = settle_text(files(), name, files()[name], {})
    assert (text, clashes) == (files()[name], ())


def test_settled_twice_it_is_the_same() -> None:
    once = settle(both(), {"other"}, decided(How.COPY)).files
    assert settle(once, {"other"}, decided(How.COPY)).files == once
