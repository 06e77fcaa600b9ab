"""The JSON Schemas for editors and the parsers agree: what is right passes both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sopwith.core.diagnostics import has_errors
from sopwith.definitions import read_text, schema_findings, schema_for

from .samples import findings

ROOT = Path(__file__).parents[3]
KINDS = ("rule", "table", "routing", "team")
RIGHT = re.compile(r"^Right:\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    text
    for name in ("RUL", "ACT", "TBL", "RTE")
    for text in RIGHT.findall((ROOT / "docs" / "diagnostics" / f"{name}.md").read_text("utf-8"))
]
FULL = """
kind: rule
id: everything
title: {en: Everything, zh-CN: 全部}
record_type: ticket
on: [created, "changed:priority", "clock:warned:80"]
when: priority == "P0"
recent: {of: ticket, within: 24h, at_least: 5, same: [module, customer_id], when: 'priority in ["P0", "P1"]'}
order: 50
once: true
enabled: true
then:
  - set: {priority: P0, amount: {value: "amount * 2"}, title: null}
  - raise: {field: priority, by: -1}
  - table: priority-matrix
  - assign: {lead_of: tier-2}
  - route: software-routing
  - notify: {to: [owner, "role:lead"], template: sla-warning, channel: both}
  - page: {team: on-call, template: sla-warning}
  - comment: {text: {en: Hello, zh-CN: 您好}, public: true}
  - tag: [fast-lane]
  - untag: slow
  - transition: {to: escalated}
  - escalate: {kind: hierarchical, to: {role: lead}}
  - start: {id: check, title: {en: Check, zh-CN: 检查}, owner: {team: tier-2}, form: diagnosis, limit: 4h}
  - create: {type: callback, link: callback_of, delay: 3bd, calendar: cn-office, values: {occasion: x, note: {value: "title"}}, owner: {not_owner: true, team: tier-2}}
  - survey: {survey: csat, delay: 1h}
  - webhook: {url: "https://example.com/x?a=1", secret: "env:HOOK", event: ticket.created}
  - follow: [lead]
"""


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_valid_and_describes_every_key(kind: str) -> None:
    schema = schema_for(kind)
    assert schema is not None
    Draft202012Validator.check_schema(dict(schema))
    for name, part in schema["properties"].items():
        assert name == "kind" or part.get("description"), name


@pytest.mark.parametrize("text", [FULL, *EXAMPLES])
def test_what_is_right_passes_schema_and_parser(text: str) -> None:
    documents, _ = read_text(text, "right.yaml")
    for one in documents:
        assert [item.render("en") for item in schema_findings(one)] == []
    assert not has_errors(findings(text)), [item.render("en") for item in findings(text)]
