"""Completing and explaining: what may be written at ^, and what the word there means."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.definitions import read_text
from sopwith.release.compile import declared_names
from sopwith.release.completing import Explained, Proposals, complete, explain
from sopwith.release.known_ids import KnownIds
from sopwith.runtime.releases import read_bundle
from tests.support.shop import files


@cache
def known() -> KnownIds:
    documents = [one for name, text in files().items() for one in read_text(text, name)[0]]
    return KnownIds(documents, declared_names(read_bundle(files()).documents)[1])


def proposed(marked: str, lang: str = "en") -> Proposals:
    before, _sign, after = marked.partition("^")
    lines = before.split("\n")
    return complete(before + after, len(lines) - 1, len(lines[-1]), known(), lang)


def explained(marked: str, lang: str = "en") -> Explained | None:
    before, _sign, after = marked.partition("^")
    lines = before.split("\n")
    return explain(before + after, len(lines) - 1, len(lines[-1]), known(), lang)


RULE = "kind: rule\nid: x\nrecord_type: wish\n"
FLOW = "kind: workflow\nid: wish-flow\nrecord_type: wish\n"


@pytest.mark.parametrize(
    ("marked", "offered", "missing"),
    [
        pytest.param("^", "kind: ", "title: ", id="an empty file"),
        pytest.param("kind: ^", "record_type", "wish", id="kinds"),
        pytest.param("kind: form\nid: x\n^", "sections: ", "id: ", id="keys but those that stand there"),
        pytest.param(FLOW + "states:\n  a:\n    c^", "category: ", "states: ", id="deeper keys"),
        pytest.param(FLOW + "states:\n  a:\n    category: ^", "waiting", "normal", id="an enum"),
        pytest.param(FLOW + "states:\n  a:\n    go: [{to: ^", "working", "wish-form", id="states"),
        pytest.param(FLOW + "states:\n  a:\n    owner: {team: ^", "counter", "working", id="teams"),
        pytest.param(FLOW + "states:\n  a:\n    customer_step: ^", "true", "working", id="yes or no"),
        pytest.param(FLOW + "states:\n  a:\n    limit: {^", "P1: ", "bj: ", id="cells by priority"),
        pytest.param(RULE + "when: ^", "topic", '"fault"', id="names of a condition"),
        pytest.param(RULE + "when: not is_^", "is_empty(", "wish-form", id="functions"),
        pytest.param(RULE + "when: event.^", "event.field", "wish-form", id="the event"),
        pytest.param(RULE + "when: topic == ^", '"fault"', "topic", id="choices of a comparison"),
        pytest.param(RULE + 'when: topic in ["fault", "^', "question", "topic", id="choices in a list"),
        pytest.param(RULE + "when: state == ^", '"working"', "topic", id="states of a comparison"),
        pytest.param(RULE + "on: ^", "entered:working", "wish-form", id="events"),
        pytest.param(RULE + "then:\n  - set: {^", "city: ", "set: ", id="fields to set"),
        pytest.param(RULE + "then:\n  - set: {city: ^", "bj", "city", id="values to set"),
        pytest.param(RULE + "then:\n  - ^", "notify: ", "when: ", id="actions"),
        pytest.param(RULE + "then:\n  - notify: {to: [^", "team:counter", "notify: ", id="people"),
        pytest.param(RULE + "then:\n  - notify: {template: ^", "request-received", "counter", id="messages"),
        pytest.param("kind: record_type\nid: wish\nsla: ^", "wish-sla", "wish-form", id="promises"),
        pytest.param("kind: form\nrecord_type: wish\nsections:\n  - fields:\n      - type: ^", "tree_choice", "wish", id="types"),
        pytest.param("kind: record_type\nid: wish\nfields:\n  - {id: a, ^", "title: ", "workflow: ", id="fields of a type"),
        pytest.param("kind: message_template\nrecord_type: wish\nsubject: {en: \"About {{ ^", "topic", "subject: ", id="messages show names"),
        pytest.param("kind: segment\nid: x\nwhen: ^", "customer.tier", "topic", id="segments read customers"),
        pytest.param("kind: scenario\nrecord_type: wish\nsteps:\n  - go: {to: ^", "working", "wish", id="scenario"),
        pytest.param("kind: view\nid: v\nrecord_type: wish\ncolumns: [number, ^", "city", "wish-form", id="columns"),
    ],
)  # fmt: skip
def test_what_fits_is_proposed(marked: str, offered: str, missing: str) -> None:
    values = [one.value for one in proposed(marked).items]
    assert offered in values
    assert missing not in values


def test_proposals_say_where_they_go_and_what_they_are() -> None:
    found = proposed(RULE + "when: topic == 'x' and cit^", "zh-CN")
    assert found.start == len("when: topic == 'x' and ")
    city = next(one for one in found.items if one.value == "city")
    assert (city.title, city.kind) == ("城市", "name")
    [goal] = [one for one in proposed(FLOW + "go^", "zh-CN").items if one.value == "goal: "]
    assert (goal.title, goal.help[:4]) == ("目的", "用一句话")


def test_nothing_is_proposed_in_a_comment_or_in_plain_words() -> None:
    assert proposed("kind: form # to^").items == ()
    assert proposed(RULE + "title: {en: ^").items == ()


@pytest.mark.parametrize(
    ("marked", "title"),
    [
        ("kind: record_type\nid: wish\nwork^flow: wish-flow", "Workflow"),
        ("kind: record_type\nid: wish\n^workflow: wish-flow", "Workflow"),
        ("kind: record_type\nid: wish\nintake: wish-^form", "What do you need?"),
        (FLOW + "states:\n  a:\n    category: wait^ing", "Waiting"),
        (FLOW + "states:\n  a: {owner: {tea^m: counter}}", "Team"),
        (RULE + "when: to^pic == 'fault'", "Topic"),
        (RULE + "when: topic == 'fau^lt'", "Something is broken"),
        (RULE + "when: is_em^pty(city)", "is_empty(subject)"),
        (RULE + "then:\n  - set: {ci^ty: bj}", "City"),
        (RULE + "then:\n  - set: {city: b^j}", "Beijing"),
        (RULE + "on: entered:work^ing", "Worked on"),
    ],
)
def test_a_word_is_explained(marked: str, title: str) -> None:
    found = explained(marked)
    assert found is not None
    assert found.title == title


def test_what_nobody_knows_is_not_explained() -> None:
    assert explained("kind: form\nid: some^thing") is None
    assert explained("kind: form\n^") is None


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(files().values())), st.data())
def test_everywhere_there_is_an_answer(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    torn = text[:at] + data.draw(st.sampled_from(["", "{", "'", "- ", ": "])) + text[at + 7 :]
    line = torn[:at].count("\n")
    column = len(torn[:at].split("\n")[-1])
    for lang in ("en", "zh-CN"):
        assert complete(torn, line, column, known(), lang).start >= 0
        explain(torn, line, column, known(), lang)
