"""Workflows that the tests of this folder share, and short ways to make one."""

from __future__ import annotations

from textwrap import dedent, indent

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.roles import BUILT_IN_ROLES
from sopwith.core.span import Span
from sopwith.definitions import read_text
from sopwith.definitions.references import References
from sopwith.expressions import (
    BOOL,
    DATE,
    NUMBER,
    TEXT,
    ChoiceType,
    Context,
    Expression,
    RecordType,
    Schema,
    compile_expression,
)
from sopwith.workflows.model import Workflow
from sopwith.workflows.parse import parse_workflow

SCHEMA = Schema(
    {
        "priority": ChoiceType(("P0", "P1", "P2")),
        "kind": ChoiceType(("bug", "question")),
        "solvable": BOOL,
        "urgent": BOOL,
        "amount": NUMBER,
        "price": NUMBER,
        "city": TEXT,
        "promised": DATE,
        "tried_steps": TEXT,
        "reviewer": TEXT,
        "customer": RecordType("customer", {"tier": ChoiceType(("normal", "vip"))}),
    }
)
REFERENCES = References(
    ids={
        "team": frozenset({"first-line", "tier-2", "complaints"}),
        "form": frozenset({"diagnosis", "account-done"}),
        "role": BUILT_IN_ROLES | {"finance"},
        "routing": frozenset({"software-routing"}),
        "calendar": frozenset({"cn-office", "always"}),
        "field": frozenset(name for name in SCHEMA.fields if name != "customer"),
        "record_type": frozenset({"ticket"}),
    }
)
NOW = Context()
HEAD = """\
kind: workflow
id: after-sales
record_type: ticket
title: {en: After-sales, zh-CN: 售后}
goal: {en: Solve what customers report, zh-CN: 解决客户的问题}
scope: {en: All products, zh-CN: 所有产品}
"""
T = "title: {en: T, zh-CN: 题}, customer_title: {en: C, zh-CN: 客}"
WORK = f"{{{T}, category: open, owner: {{team: first-line}}, limit: 1d"
DONE = f"{{{T}, category: closed}}"


def parse(text: str) -> tuple[Workflow | None, tuple[Diagnostic, ...]]:
    documents, found = read_text(dedent(text), "w.yaml")
    assert not found, [item.render("en") for item in found]
    return parse_workflow(documents[0], SCHEMA)


def workflow(states: str, start: str = "a", head: str = "") -> Workflow:
    """Return the workflow with these *states* (YAML, one a line); it must parse without findings."""
    text = HEAD + f"start: {start}\n" + dedent(head) + "states:\n" + indent(dedent(states), "  ")
    parsed, found = parse(text)
    assert parsed is not None
    assert not found, [item.render("en") for item in found]
    return parsed


def condition(text: str) -> Expression:
    made, found = compile_expression(text, SCHEMA, Span("x"), want=BOOL)
    assert made is not None, found
    return made


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [item.code for item in found]


AFTER_SALES = (
    HEAD
    + """\
start: received
solved: closed
reopen: {to: diagnosis, within: 7d}
cancelled: cancelled
merged: cancelled
cancel_by: [lead, admin]
states:
  received:
    title: {en: Received, zh-CN: 已接收}
    category: open
    customer_title: {en: We have it, zh-CN: 已收到}
    owner: {routing: software-routing}
    limit: {P0: 10m, P1: 30m, P2: 2h}
    go:
      - {to: diagnosis, id: begin, title: {en: Begin, zh-CN: 开始}, style: primary}
  diagnosis:
    title: {en: Diagnosis, zh-CN: 一线诊断}
    category: open
    customer_title: {en: We are looking into it, zh-CN: 正在排查}
    owner: {keep: true, team: first-line}
    limit: {by: kind, cells: {bug: 4bh, question: 2bh}, calendar: cn-office}
    form: diagnosis
    guidance: {en: Try to reproduce it, zh-CN: 尝试复现}
    checklist:
      - {id: reproduced, title: {en: Reproduced, zh-CN: 已复现}, required_when: kind == "bug"}
      - {id: logged, title: {en: Log read, zh-CN: 已看日志}, required: true}
      - {id: tea, title: {en: Tea, zh-CN: 喝茶}}
    go:
      - {to: solving, title: {en: I can solve it, zh-CN: 我能解决}, when: solvable, style: primary}
      - {to: tier2, when: not solvable, ask: [tried_steps], note: required, by: [agent]}
      - {to: waiting}
  solving:
    title: {en: Solving, zh-CN: 处理中}
    category: open
    customer_title: {en: We are fixing it, zh-CN: 正在处理}
    owner: {keep: true, team: first-line}
    limit: 1d
    go:
      - {to: compensation, when: amount > 0}
      - {to: resolved, note: reply, style: primary}
  tier2:
    title: {en: Second line, zh-CN: 二线处理}
    category: open
    customer_step: false
    owner: {team: tier-2}
    limit: {duration: 2bd, calendar: cn-office}
    go: [{to: repair}, {to: solving, id: back}, {to: solving, auto: true, when: urgent}]
  waiting:
    title: {en: Waiting for the customer, zh-CN: 待补充}
    category: waiting
    customer_title: {en: We need your answer, zh-CN: 请补充信息}
    owner: {keep: true, team: first-line}
    limit: 7d
    waits_for: customer
    on_customer_reply: previous
    go: [{to: diagnosis}]
  compensation:
    title: {en: Approval, zh-CN: 补偿审批}
    category: open
    type: approval
    customer_step: false
    owner: {keep: true, team: complaints}
    limit: 1d
    approvers:
      - {role: lead, when: amount <= 2000, deputy: manager}
      - {role: manager, when: amount > 2000, deputy: admin}
    decide_by: {share: 60%}
    skip_when: amount <= 200
    remind: 4bh
    timeout: {after: 1bd, to: deputy}
    approved: resolved
    rejected: solving
  repair:
    title: {en: Repair, zh-CN: 修复}
    category: open
    type: parallel
    customer_step: false
    owner: {team: tier-2}
    limit: 3bd
    branches:
      - {id: account, title: {en: Account, zh-CN: 账号}, owner: {team: tier-2}, form: account-done, limit: 4bh}
      - {id: notice, title: {en: Notice, zh-CN: 通知}, owner: {team: first-line}, when: urgent}
    join: all
    then: solving
  resolved:
    title: {en: Resolved, zh-CN: 待客户验证}
    category: resolved
    customer_title: {en: Please check, zh-CN: 请您确认}
    on_customer_reply: diagnosis
    owner: {keep: true, team: first-line}
    go: [{to: closed}]
  closed:
    title: {en: Closed, zh-CN: 已关闭}
    category: closed
    customer_title: {en: Closed, zh-CN: 已关闭}
  cancelled:
    title: {en: Cancelled, zh-CN: 已取消}
    category: closed
    customer_title: {en: Cancelled, zh-CN: 已取消}
"""
)


def after_sales() -> Workflow:
    parsed, found = parse(AFTER_SALES)
    assert parsed is not None
    assert not found, [item.render("en") for item in found]
    return parsed
