from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.record import (
    Approval,
    Category,
    Clock,
    ClockStatus,
    Link,
    RecordState,
    SurveyAsk,
    Task,
    Vote,
)
from sopwith.store.canonical import canonical, digest
from sopwith.store.columns import clean, dump_json, encoding
from sopwith.store.record_json import dump_state, load_state
from tests.support.samples import state

EXAMPLES = 500 if os.environ.get("SOPWITH_FULL") else 40
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants bounds without a zone
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
MAYBE = st.none() | TEXT
LATER = st.none() | MOMENT
COUNT = st.integers(0, 1000)
CLOCK = st.builds(
    Clock,
    id=TEXT,
    metric=TEXT,
    policy=TEXT,
    calendar=TEXT,
    target=COUNT,
    started_at=MOMENT,
    status=st.sampled_from(ClockStatus),
    used=COUNT,
    since=LATER,
    due_at=LATER,
    warn=st.tuples(COUNT),
    breached_at=LATER,
    manual=st.booleans(),
)
TASK = st.builds(Task, id=TEXT, branch=TEXT, state=TEXT, opened_at=MOMENT, done_at=LATER)
VOTE = st.builds(Vote, user=TEXT, asked=st.booleans(), at=LATER, deputy_for=MAYBE)
APPROVAL = st.builds(
    Approval, id=TEXT, state=TEXT, mode=TEXT, votes=st.lists(VOTE, max_size=2), opened_at=MOMENT
)
ASK = st.builds(SurveyAsk, id=TEXT, survey=TEXT, asked_at=MOMENT, score=st.none() | COUNT)
LINK = st.builds(Link, kind=TEXT, record=TEXT, number=TEXT, type=TEXT)
STATE = st.builds(
    RecordState,
    id=TEXT,
    number=TEXT,
    type=TEXT,
    release=TEXT,
    version=COUNT,
    category=st.sampled_from(Category),
    entered_at=MOMENT,
    values=st.dictionaries(TEXT, JSON, max_size=4),
    customer_id=MAYBE,
    tags=st.lists(TEXT, max_size=3).map(tuple),
    created_at=MOMENT,
    updated_at=MOMENT,
    first_reply_at=LATER,
    clocks=st.dictionaries(TEXT, CLOCK, max_size=2),
    tasks=st.dictionaries(TEXT, TASK, max_size=2),
    approval=st.none() | APPROVAL,
    checklist=st.dictionaries(TEXT, st.booleans(), max_size=2),
    links=st.lists(LINK, max_size=2).map(tuple),
    surveys=st.dictionaries(TEXT, ASK, max_size=2),
    visits=st.dictionaries(TEXT, COUNT, max_size=2),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(STATE)
def test_every_state_comes_back_as_it_was(given_state: RecordState) -> None:
    text = dump_state(given_state)
    assert load_state(text) == given_state
    assert dump_state(load_state(text)) == text


@settings(max_examples=EXAMPLES, deadline=None)
@given(JSON, st.text(max_size=20))
def test_any_value_becomes_text_that_both_databases_take(value: Any, odd: str) -> None:
    for text in (dump_json([value, odd, {odd: odd}]), canonical([value, odd])):
        text.encode()
        assert "\x00" not in text
        json.loads(text)
    assert "\x00" not in clean(odd)
    clean(odd).encode()


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(TEXT, JSON, max_size=5))
def test_the_order_of_keys_does_not_change_a_hash(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical(value) == canonical(turned)
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_no_two_lists_of_parts_have_the_same_digest() -> None:
    lists: list[list[str | int]] = [
        ["a", "b"],
        ["ab"],
        ["a,b"],
        ["a", "b", ""],
        ["", "ab"],
        [1],
        ["1"],
    ]
    assert len({digest(*parts) for parts in lists}) == len(lists)


def test_what_json_does_not_know_is_refused() -> None:
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            dump_state(state(values={"n": number}))


def test_a_state_of_the_future_says_so() -> None:
    data = json.loads(dump_state(state())) | {"format": 2}
    with pytest.raises(ValueError, match="update Sopwith"):
        load_state(json.dumps(data))


def test_a_state_as_the_first_version_wrote_it_can_be_read() -> None:
    stored = (
        '{"format":1,"id":"1","number":"T-1","type":"ticket","release":"r","version":3,"state":"s",'
        '"category":"waiting","entered_at":"2026-11-20T08:00:00Z","values":{"a":[1,2.5,null]},'
        '"created_at":"2026-11-20T08:00:00Z","updated_at":"2026-11-20T08:00:00.5Z","tags":["x"],'
        '"clocks":{"c":{"id":"c","metric":"resolution","policy":"p","calendar":"k","target":60,'
        '"started_at":"2026-11-20T08:00:00Z","status":"paused"}},"links":[{"kind":"k","record":"2"}]}'
    )
    found = load_state(stored)
    assert found.category is Category.WAITING
    assert found.clocks["c"].status is ClockStatus.PAUSED
    assert found.links == (Link(kind="k", record="2"),)
    assert found.tags == ("x",)


@settings(max_examples=EXAMPLES)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    ),
    st.booleans(),
)  # fmt: skip
def test_the_shorter_way_through_the_encoder_writes_the_same(value: Any, is_sorted: bool) -> None:
    encoder = json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=is_sorted
    )
    assert encoding(encoder)(value) == encoder.encode(value)


def test_the_shorter_way_refuses_what_json_does_not_know() -> None:
    encode = encoding(json.JSONEncoder(ensure_ascii=False, allow_nan=False))
    for value in ([float("nan")], {"a": float("inf")}):
        with pytest.raises(ValueError, match="not JSON"):
            encode(value)
    with pytest.raises(TypeError):
        encode([object()])
