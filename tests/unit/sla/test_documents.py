"""Documents of SLA policies: what they mean, their schema, their documented examples, and that none makes the parser fail."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.diagnostics import has_errors
from sopwith.core.messages.sla import SLA
from sopwith.definitions import read_text, schema_findings, schema_for
from sopwith.expressions import Duration
from sopwith.sla.model import Metric

from .documents import LEVELS, judged, judged_text

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics" / "SLA.md"
SECTION = re.compile(
    r"^## (\w+)\n.*?^Wrong:\n\n```yaml\n(.*?)^```\n\nRight:\n\n```yaml\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SECTIONS = [found.groups() for found in SECTION.finditer(DOCS.read_text("utf-8"))]
WORDS = {"en": "Words", "zh-CN": "文字"}
BASE: dict[str, Any] = {
    "kind": "sla",
    "id": "example",
    "record_type": "ticket",
    "title": WORDS,
    "policies": [
        {"id": "all", "title": WORDS, "calendar": "office", "targets": {"next_reply": "1h"}}
    ],
}
WHOLE = """\
kind: sla
id: whole
record_type: ticket
title: {en: Everything, zh-CN: 全部}
by: priority
pause: ["waiting:customer", waiting:vendor]
warn: [80%, 50]
reopen: new_cycle
retarget: from_change
policies:
  - id: vip
    title: {en: VIP, zh-CN: VIP}
    when: customer.tier == "vip"
    calendar: office
    targets:
      first_response: {P0: 15m, P1: 30m, P2: 2bh, calendar: office}
      resolution: {P0: 4h, P1: 1d, P2: 2bd}
      next_reply: 4h
      next_update: {P0: 1h}
      engagement: {role: lead, P0: 24h}
      promise: {field: promised, calendar: office}
  - {id: all, title: {en: All, zh-CN: 全部}, calendar: office, targets: {first_response: 1bd}}
"""
EXAMPLES = 2000 if os.environ.get("SOPWITH_FULL") else 60


def test_every_key_means_something() -> None:
    documents, found = read_text(WHOLE, "whole.yaml")
    made, more = judged(documents[0])
    assert (found, more) == ((), ())
    assert made is not None
    assert (made.by, made.reopen, made.retarget) == ("priority", "new_cycle", "from_change")
    assert made.pause == {"waiting:customer", "waiting:vendor"}
    assert made.warn == (50, 80)
    vip, everybody = made.policies
    targets = {one.metric: one for one in vip.targets}
    assert vip.when is not None
    assert everybody.when is None
    assert targets[Metric.FIRST_RESPONSE].cells["P2"] == Duration(seconds=7200, business=True)
    assert targets[Metric.FIRST_RESPONSE].calendar == "office"
    assert targets[Metric.NEXT_REPLY].duration == Duration(seconds=14_400)
    assert targets[Metric.ENGAGEMENT].role == "lead"
    assert targets[Metric.PROMISE].date_field == "promised"
    assert everybody.targets[0].duration == Duration(seconds=0, business=True, days=1)


def test_defaults() -> None:
    documents, _ = read_text(json.dumps(BASE), "base.json")
    made, found = judged(documents[0])
    assert found == ()
    assert made is not None
    assert (made.by, made.reopen, made.retarget) == ("priority", "resume", "from_creation")
    assert (made.pause, made.warn) == (frozenset({"waiting:customer"}), (50, 80))


def test_nothing_pauses_and_nothing_warns_where_the_lists_are_empty() -> None:
    documents, _ = read_text(json.dumps({**BASE, "pause": [], "warn": []}), "base.json")
    made, _ = judged(documents[0])
    assert made is not None
    assert (made.pause, made.warn) == (frozenset(), ())


# --- examples -------------------------------------------------------------------------------------


def codes(part: str) -> list[str]:
    shown = read_text("kind: part\nid: part\n" + part, "part.yaml")[0][0].value
    keys = {key: value for key, value in shown.items() if key not in ("kind", "id")}
    return [one.code for one in judged_text(json.dumps({**BASE, **keys}), "example.json")]


def test_every_code_has_its_section() -> None:
    assert [code for code, *_ in SECTIONS] == sorted(one for one in SLA if one.startswith("SLA"))


@pytest.mark.parametrize(("code", "wrong", "right"), SECTIONS, ids=[one[0] for one in SECTIONS])
def test_example_shows_what_it_says(code: str, wrong: str, right: str) -> None:
    assert codes(wrong) == [code]
    assert codes(right) == []


# --- schema ---------------------------------------------------------------------------------------


def test_the_schema_accepts_what_the_parser_accepts() -> None:
    documents, _ = read_text(WHOLE, "whole.yaml")
    assert schema_findings(documents[0]) == ()


def keys_of(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for name, inner in schema.items():
            if name != "common":
                yield from keys_of(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys_of(inner)


def test_every_key_of_the_schema_is_known_to_the_parser() -> None:
    written = {str(node.key) for node in read_text(WHOLE, "whole.yaml")[0][0].node.walk()}
    assert set(keys_of(dict(schema_for("sla") or {}))) - written == set()


# --- never fails ----------------------------------------------------------------------------------

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "1h", "²", "50%", "9" * 5000, "2bd", "P0", "waiting", "a == ", *LEVELS])
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["field", "role", "calendar", "P0", "when", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
TARGETS = st.dictionaries(st.sampled_from([*(one.value for one in Metric), "x"]), JUNK, max_size=4)
POLICY = st.fixed_dictionaries(
    {},
    optional={
        "id": JUNK,
        "title": JUNK,
        "when": JUNK,
        "calendar": JUNK,
        "targets": TARGETS | JUNK,
        "x": JUNK,
    },
)
DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("record_type", "title", "by", "pause", "warn", "reopen", "retarget", "x"), JUNK
        ),
        "policies": st.lists(POLICY | JUNK, max_size=3) | JUNK,
    },
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(DOCUMENT)
def test_no_document_makes_it_fail(value: dict[str, Any]) -> None:
    text = json.dumps({"kind": "sla", "id": "x", **value}, ensure_ascii=False)
    documents, _ = read_text(text, "x.json")
    for document in documents:
        made, found = judged(document)
        assert made is not None or has_errors(found)
        for one in (*found, *schema_findings(document)):
            assert one.message("en")
            assert one.message("zh-CN")


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["pause", "warn", "by", "reopen", "retarget"]), JUNK, max_size=2
    ),
    TARGETS,
)
def test_what_is_kept_fits_the_schema(more: dict[str, Any], targets: dict[str, Any]) -> None:
    policy = {**BASE["policies"][0], "targets": targets or {"next_reply": "1h"}}
    text = json.dumps({**BASE, **more, "policies": [policy]}, ensure_ascii=False)
    for document in read_text(text, "x.json")[0]:
        made, _ = judged(document)
        if made is not None:
            wrong = [
                one
                for one in schema_findings(document)
                if one.code in ("DEF003", "DEF004", "DEF013")
            ]
            assert wrong == [], text
