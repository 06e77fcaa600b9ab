"""The ``access`` part of a record type: text to model."""

from __future__ import annotations

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..core.roles import ADMIN, AGENT, BUILT_IN_ROLES, CUSTOMER, LEAD, MANAGER, STAFF
from ..definitions import Node, Reader
from ..definitions.tree import short
from .model import SCOPES, Access, Act

_WORKERS = frozenset({AGENT, LEAD})
_LEADERS = frozenset({LEAD, MANAGER})
DEFAULTS: dict[Act, frozenset[str]] = {
    Act.CREATE: BUILT_IN_ROLES,
    Act.READ: _WORKERS | {MANAGER, ADMIN},
    Act.WORK: _WORKERS,
    Act.REPLY: _WORKERS,
    Act.NOTE: _WORKERS | {MANAGER},
    Act.ASSIGN: _WORKERS | {MANAGER},
    Act.TAKE: _WORKERS,
    Act.MERGE: _WORKERS,
    Act.CANCEL: _LEADERS,
    Act.REOPEN: _WORKERS,
    Act.SET_DUE: _LEADERS,
    Act.HISTORY: _WORKERS | {MANAGER},
}
"""Who may do what where a record type does not say."""
_NOT_FOR_CUSTOMERS = frozenset(
    {Act.NOTE, Act.HISTORY, Act.ASSIGN, Act.TAKE, Act.MERGE, Act.SET_DUE}
)
_SCOPES = {CUSTOMER: "own", STAFF: "own"}


def parse_access(
    node: Node | None, roles: frozenset[str] = frozenset()
) -> tuple[Access, tuple[Diagnostic, ...]]:
    """Return the rights that *node* states, with the defaults for what it leaves out.

    node: the value of ``access``, None when the record type has none. roles: those that exist
    besides the built-in ones.
    """
    found: list[Diagnostic] = []
    acts, scope = dict(DEFAULTS), dict(_SCOPES)
    reader = Reader(node, found).into(node) if node is not None else None
    if reader is not None:
        known = sorted(BUILT_IN_ROLES | roles)
        for act in Act:
            if reader.node(act) is not None:
                acts[act] = _roles(reader, act, known)
        scope.update(_scopes(reader, known))
        reader.done()
    found.sort(key=lambda item: (item.span.line, item.span.column))
    return Access(acts=acts, scope=scope), tuple(found)


def _roles(reader: Reader, act: Act, known: list[str]) -> frozenset[str]:
    chosen = set()
    for child in reader.scalars(act):
        role = child.words
        if role not in known:
            reader.unknown("ACC001", child, known)
        elif role == CUSTOMER and act in _NOT_FOR_CUSTOMERS:
            reader.error("ACC002", span=child.span, act=str(act))
        elif role in chosen:
            reader.error("ACC004", span=child.span, role=role, act=str(act))
        chosen.add(role)
    return frozenset(chosen)


def _scopes(reader: Reader, known: list[str]) -> dict[str, str]:
    inner = reader.reader("scope")
    if inner is None:
        return {}
    scopes = {}
    for role, child in reader.entries("scope", free=True):
        wide = inner.choice(role, SCOPES, "own")
        if role not in known:
            _unknown_key(inner, child, known)
        elif (role == CUSTOMER and wide != "own") or (role == ADMIN and wide != "all"):
            inner.error("ACC003", role, role=role, scope="own" if role == CUSTOMER else "all")
        else:
            scopes[role] = wide
    return scopes


def _unknown_key(reader: Reader, child: Node, known: list[str]) -> None:
    word = str(child.key)
    meant = guess(word, known)
    values: dict[str, str | int] = {"word": short(word)}
    if meant is not None:
        values["guess"] = meant
    reader.found.append(Diagnostic(span=child.where, code="ACC001", values=values))
