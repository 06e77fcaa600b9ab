"""Whether somebody may do something with a record, and which records somebody may see."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.events import Actor
from ..core.record import RecordState, Task
from ..core.roles import ADMIN, CUSTOMER, STAFF
from .model import Access, Act

INTERNAL = frozenset({Act.NOTE, Act.HISTORY})  # never for customers, whatever a definition says
_READ = frozenset({Act.READ})
_AS_REQUESTER = frozenset({Act.READ, Act.REPLY, Act.REOPEN})
_AS_HELPER = frozenset({Act.READ, Act.NOTE})
_AS_OWNER = frozenset({Act.READ, Act.WORK, Act.REPLY, Act.NOTE, Act.HISTORY})
_WIDTH = {"none": 0, "own": 1, "team": 2, "all": 3}


def allow(access: Access, act: Act, actor: Actor, record: RecordState | None) -> bool:
    """Return whether *actor* may do *act*; without a record, whether a role of theirs may.

    The system and admins may do everything. Customers reach only their own records and never
    internal notes. Whoever is involved in a record has the rights of that part: requester,
    follower, asked approver, owner of a task, member of a team that may take a task, owner.
    """
    return not explain_denied(access, act, actor, record)


def explain_denied(access: Access, act: Act, actor: Actor, record: RecordState | None) -> str:
    """Return the code of the reason why *actor* may not do *act*, empty when it is allowed.

    ACC101: no role of theirs may. ACC102: a role may, but not with this record. ACC103: not
    the customer's own record. ACC104: internal matters are not for customers.
    """
    if actor.kind == "system" or (actor.kind != "customer" and ADMIN in actor.roles):
        return ""
    if actor.kind == "customer":
        return _deny_customer(access, act, actor, record)
    named = access.acts.get(act, frozenset()) & actor.roles
    if record is None or act is Act.CREATE:
        return "" if named else "ACC101"
    if act in _rights_by_part(actor, record):
        return ""
    scopes = {scope_of(access, role) for role in named}
    if "all" in scopes or ("team" in scopes and record.team in actor.teams):
        return ""
    if scopes and is_own(actor, record):
        return ""
    return "ACC102" if named else "ACC101"


def _deny_customer(access: Access, act: Act, actor: Actor, record: RecordState | None) -> str:
    if act in INTERNAL:
        return "ACC104"
    if record is not None and act is not Act.CREATE and not is_own(actor, record):
        return "ACC103"
    if act in _AS_REQUESTER or CUSTOMER in access.acts.get(act, frozenset()):
        return ""
    return "ACC101"


def scope_of(access: Access, role: str) -> str:
    """Return which records the acts of *role* reach: all | team | own."""
    return access.scope.get(role, "own" if role in (CUSTOMER, STAFF) else "all")


def visible_scope(access: Access, actor: Actor) -> str:
    """Return which records a list may show: "all" | "team" (and own ones) | "own" | "none"."""
    if actor.kind == "system" or (actor.kind != "customer" and ADMIN in actor.roles):
        return "all"
    if actor.kind == "customer":
        return "none" if actor.id is None else "own"
    named = access.acts.get(Act.READ, frozenset()) & actor.roles
    least = "none" if actor.id is None else "own"
    return max((least, *(scope_of(access, role) for role in named)), key=_WIDTH.__getitem__)


def is_own(actor: Actor, record: RecordState) -> bool:
    """Return whether *actor* is involved: requester, owner, follower, asked approver, somebody for a task."""
    if actor.id is None:
        return False
    if actor.kind == "customer":
        return actor.id == record.customer_id
    return any(True for _ in _parts(actor, record))


def _rights_by_part(actor: Actor, record: RecordState) -> frozenset[Act]:
    if actor.id is None:
        return frozenset()
    return frozenset[Act]().union(*_parts(actor, record))


def _parts(actor: Actor, record: RecordState) -> Iterator[frozenset[Act]]:
    """Yield the rights of each part that a colleague has in the record."""
    user = actor.id
    if user == record.owner:
        yield _AS_OWNER
    if user == record.created_by:
        yield _AS_REQUESTER
    if user in record.followers:
        yield _READ
    if any(user == task.owner for task in record.tasks.values()):
        yield _AS_HELPER
    if any(_may_take(actor, task) for task in record.tasks.values()):
        yield _AS_HELPER
    if record.approval and any(user == vote.user and vote.asked for vote in record.approval.votes):
        yield _AS_HELPER


def _may_take(actor: Actor, task: Task) -> bool:
    return task.status == "open" and task.owner is None and task.team in actor.teams
