"""Parsing approval states and parallel states."""

from __future__ import annotations

import re
from collections import Counter

from ..definitions import Reader
from ..definitions.tree import short
from .model import ApprovalRule, Approver, Branch, Owner, ParallelRule
from .parts import Parsing

APPROVAL_KEYS = (
    "approvers",
    "decide_by",
    "skip_when",
    "remind",
    "timeout",
    "same_person",
    "approved",
    "rejected",
)
PARALLEL_KEYS = ("branches", "join", "then")
_WAYS_TO_NAME = ("role", "user", "team", "user_field", "manager_of")
_PERCENT = re.compile(r"([0-9]{1,3}) ?%?")


def parse_approval(parsing: Parsing, reader: Reader) -> ApprovalRule:
    """Return the approval that the keys of an approval state describe."""
    mode, share = _decide_by(reader)
    timeout = reader.reader("timeout")
    after, to = None, "deputy"
    if timeout is not None:
        after = parsing.time(timeout, "after")
        if not timeout.has("after"):
            timeout.error("DEF003", key="after")
        to = timeout.choice("to", ("deputy", "approve", "reject"), "reject", required=True)
        timeout.done()
    return ApprovalRule(
        approvers=tuple(_approver(parsing, item) for item in _one_or_more(reader, "approvers")),
        mode=mode,
        share=share,
        skip_when=parsing.condition(reader, "skip_when"),
        remind_after=parsing.time(reader, "remind"),
        timeout_after=after,
        timeout_to=to,
        approved=reader.identifier("approved", required=True),
        rejected=reader.identifier("rejected", required=True),
        same_person=reader.choice("same_person", ("forbid", "forbid_handlers", "allow"), "forbid"),
    )


def _one_or_more(reader: Reader, key: str) -> list[Reader]:
    """Return a reader of each item of a list of mappings; one mapping counts as a list of one."""
    node = reader.node(key)
    if node is not None and node.kind == "map":
        one = reader.reader(key)
        return [one] if one is not None else []
    return reader.readers(key, required=True)


def _approver(parsing: Parsing, reader: Reader) -> Approver:
    named = [way for way in _WAYS_TO_NAME if reader.has(way)]
    if len(named) != 1:
        span = reader.key_span(named[1]) if named else reader.root.where
        reader.error("WFL007", span=span)
    approver = Approver(
        role=reader.identifier("role") or None,
        user=reader.text("user") or None,
        team=reader.identifier("team") or None,
        user_field=reader.identifier("user_field") or None,
        manager_of=reader.choice("manager_of", ("requester",)) or None,
        when=parsing.condition(reader, "when"),
        deputy=reader.identifier("deputy") or None,
        span=reader.span,
    )
    reader.done()
    return approver


def _decide_by(reader: Reader) -> tuple[str, int]:
    node = reader.node("decide_by")
    if node is None or node.kind != "map":
        modes = ("all", "any", "in_turn")
        return reader.choice("decide_by", modes, "all"), 100
    inner = reader.reader("decide_by")
    share = inner.node("share") if inner is not None else None
    if inner is None:
        return "all", 100
    text = inner.text("share", "100", required=True)
    found = _PERCENT.fullmatch(text.strip())
    percent = int(found[1]) if found else 0
    if share is not None and share.kind == "scalar" and not 1 <= percent <= 100:
        inner.error("WFL005", "share", word=short(text))
        percent = 100
    inner.done()
    return "share", percent or 100


def parse_parallel(parsing: Parsing, reader: Reader) -> ParallelRule:
    """Return the parallel tasks that the keys of a parallel state describe."""
    count: Counter[str] = Counter()
    branches = []
    for item in reader.readers("branches", required=True):
        branch = _branch(parsing, item)
        branches.append(branch)
        count[branch.id] += 1
        if branch.id and count[branch.id] == 2:
            item.error("WFL016", "id", id=branch.id)
    join, need = _join(reader)
    then = reader.identifier("then", required=True)
    return ParallelRule(branches=tuple(branches), join=join, need=need, then=then)


def _branch(parsing: Parsing, reader: Reader) -> Branch:
    owner = parsing.owner(reader, "owner")
    if not reader.has("owner"):
        reader.error("DEF003", key="owner")
    branch = Branch(
        id=reader.identifier("id", required=True),
        title=reader.label("title", required=True),
        owner=owner or Owner(),
        form=reader.identifier("form") or None,
        when=parsing.condition(reader, "when"),
        limit=parsing.limit(reader, "limit"),
        span=reader.span,
    )
    reader.done()
    return branch


def _join(reader: Reader) -> tuple[str, int]:
    node = reader.node("join")
    if node is None or node.value is None:
        return "all", 0
    if node.value in ("all", "any"):
        return str(node.value), 0
    if isinstance(node.value, int) and not isinstance(node.value, bool) and node.value > 0:
        return "n", node.value
    word = short(node.words) if node.kind == "scalar" else "…"
    span = node.span if node.kind == "scalar" else node.where
    reader.error("WFL006", span=span, word=word)
    return "all", 0
