"""Approval rounds: opening, asking, voting, deputies, time-outs, and the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..core.directory import Person
from ..core.events import Actor, Cause, EventKind
from ..core.plain import to_plain
from ..core.record import Approval, Vote
from ..expressions import Duration
from ..sla.ticking import seconds_of
from ..workflows.model import ApprovalRule, Approver
from ..workflows.step import chosen_approvers, next_to_ask, skipped, tally
from .barred import barred
from .draft import Draft
from .notices import notify
from .owners import least_loaded

OPENED = Cause("workflow", "approval")
ASKED, REMINDER = "approval-asked", "approval-reminder"  # the templates by which approvers are told


def open_round(draft: Draft, rule: ApprovalRule) -> None:
    """Open the round of the present state, or close it at once where no approval is needed."""
    scope, context = draft.scope(), draft.context()
    if rule.skip_when is not None and skipped(rule, scope, context):
        trace = rule.skip_when.explain(scope, context)
        draft.explain("approval", draft.state.state, "skipped", "ENG301", [to_trace(trace)])
        draft.emit(
            EventKind.APPROVAL,
            {
                "change": "closed",
                "outcome": "approved",
                "skipped": True,
                "state": draft.state.state,
            },
            OPENED,
        )
        return
    votes: list[Vote] = []
    for approver in chosen_approvers(rule, scope, context):
        vote = _vote_of(draft, rule, approver, {one.user for one in votes})
        if vote is not None:
            votes.append(vote)
    if not votes:
        votes = _last_resort(draft, rule)
    approval = Approval(
        id=f"{draft.state.state}:{draft.state.visits.get(draft.state.state, 1)}",
        state=draft.state.state,
        mode=rule.mode,
        share=rule.share,
        votes=[replace(vote, asked=False) for vote in votes],
        opened_at=draft.now,
    )
    draft.emit(EventKind.APPROVAL, {"change": "opened", "approval": to_plain(approval)}, OPENED)
    ask_next(draft, rule, tell=False)  # a rule on approval:opened tells the first


def _last_resort(draft: Draft, rule: ApprovalRule) -> list[Vote]:
    """Return the one person who must decide when nobody else can: an admin; and raise an incident."""
    admins = draft.directory.with_role("admin")
    # Rather one who is barred than nobody: the incident tells of it.
    admin = least_loaded(admins, barred(rule, draft.state)) or least_loaded(admins)
    draft.emit(
        EventKind.INCIDENT, {"code": "ENG310", "values": {"state": draft.state.state}}, OPENED
    )
    return [Vote(user=admin.id if admin else "")]


def _vote_of(draft: Draft, rule: ApprovalRule, approver: Approver, taken: set[str]) -> Vote | None:
    own = barred(rule, draft.state)
    out = taken | own
    named = _candidates(draft, approver)
    person = least_loaded(named, frozenset(out), prefer_team=draft.state.team)
    if person is None:
        return _instead_of_barred(draft, approver, out) if own & {one.id for one in named} else None
    if person.present:
        return Vote(user=person.id)
    deputy = _deputy(draft, person, approver, out | {person.id})
    if deputy is None:
        return Vote(user=person.id)
    draft.explain(
        "approval", draft.state.state, "deputy", "ENG302", person=person.name, deputy=deputy.name
    )
    return Vote(user=deputy.id, deputy_for=person.id)


def _instead_of_barred(draft: Draft, approver: Approver, out: set[str]) -> Vote | None:
    """Return the deputy's vote where whoever would be asked may not decide on their own work."""
    role = approver.deputy
    deputy = least_loaded(draft.directory.with_role(role), frozenset(out)) if role else None
    if deputy is None:
        return None
    draft.explain("approval", draft.state.state, "deputy", "ENG315", deputy=deputy.name)
    return Vote(user=deputy.id)


def _candidates(draft: Draft, approver: Approver) -> tuple[Person, ...]:
    directory, state = draft.directory, draft.state
    named: str | None = None
    if approver.role:
        if approver.role == "lead" and state.team:
            lead = directory.lead(state.team)
            if lead is not None:
                return (lead,)
        return directory.with_role(approver.role)
    if approver.team:
        lead = directory.lead(approver.team)
        return (lead,) if lead else directory.members(approver.team)
    if approver.user:
        named = approver.user
    elif approver.user_field:
        value = state.values.get(approver.user_field)
        named = value if isinstance(value, str) else None
    elif approver.manager_of:
        asker = directory.person(state.created_by) if state.created_by else None
        named = asker.manager if asker else state.customer.get("manager")
    person = directory.person(named) if named else None
    return (person,) if person else ()


def _deputy(
    draft: Draft, person: Person, approver: Approver | None, out: set[str]
) -> Person | None:
    own = draft.person(person.deputy)
    if own and own.id not in out:
        return own
    role = approver.deputy if approver else None
    return least_loaded(draft.directory.with_role(role), frozenset(out)) if role else None


def ask_next(draft: Draft, rule: ApprovalRule, *, tell: bool = True) -> None:
    """Ask whoever is next, start their time, and tell them."""
    approval = draft.state.approval
    if approval is None:
        return
    for index in next_to_ask(approval.mode, approval.votes):
        vote = approval.votes[index]
        if not vote.asked:
            due = _due(draft, rule.timeout_after)
            asked = replace(vote, asked=True, asked_at=draft.now, due_at=due)
            draft.emit(
                EventKind.APPROVAL,
                {"change": "asked", "index": index, "vote": to_plain(asked)},
                OPENED,
            )
            if tell:
                _tell(draft, vote.user, ASKED)


def _due(draft: Draft, after: Duration | None) -> datetime | None:
    if after is None:
        return None
    working = draft.working() if after.business or after.days else None
    seconds = seconds_of(after, working)
    return working.add(draft.now, seconds) if working else draft.now + timedelta(seconds=seconds)


def vote(draft: Draft, rule: ApprovalRule, actor: Actor, decision: str, note: str) -> None:
    """Write down what one approver decides; refuse what is not theirs to decide."""
    approval = draft.state.approval
    if approval is None:
        draft.refuse("ENG303")
        return
    index = next(
        (
            i
            for i, one in enumerate(approval.votes)
            if one.user == actor.id and one.asked and not one.decision
        ),
        None,
    )
    if index is None:
        draft.refuse("ENG304")
        return
    if decision == "reject" and not note.strip():
        draft.refuse("ENG305", "note")
        return
    cast = replace(approval.votes[index], decision=decision, at=draft.now, note=note)
    draft.emit(EventKind.APPROVAL, {"change": "voted", "index": index, "vote": to_plain(cast)})
    close_if_certain(draft, rule)


def close_if_certain(draft: Draft, rule: ApprovalRule) -> None:
    """Close the round as soon as the outcome is certain, else ask the next."""
    approval = draft.state.approval
    if approval is None:
        return
    outcome = tally(approval.mode, approval.share, approval.votes)
    if outcome == "open":
        ask_next(draft, rule)
        return
    draft.explain(
        "approval", approval.state, outcome, "ENG306" if outcome == "approved" else "ENG307"
    )
    draft.emit(
        EventKind.APPROVAL,
        {"change": "closed", "outcome": outcome, "state": approval.state},
        OPENED,
    )


def time_out(draft: Draft, rule: ApprovalRule, index: int) -> None:
    """Act on an approver who did not answer in time: deputy, or the outcome the definition names."""
    approval = draft.state.approval
    if approval is None or index >= len(approval.votes) or approval.votes[index].decision:
        return
    silent = approval.votes[index]
    cause = Cause("timer", "approval")
    if rule.timeout_to in ("approve", "reject"):
        cast = replace(silent, decision=rule.timeout_to, at=draft.now, note="", due_at=None)
        draft.emit(
            EventKind.APPROVAL,
            {"change": "voted", "index": index, "vote": to_plain(cast), "timeout": True},
            cause,
        )
        close_if_certain(draft, rule)
        return
    person = draft.person(silent.user)
    taken = {one.user for one in approval.votes} | {
        one.deputy_for for one in approval.votes if one.deputy_for
    }
    approver = _approver_of(draft, rule, silent.deputy_for or silent.user)
    out = taken | barred(rule, draft.state)
    deputy = _deputy(draft, person, approver, out) if person else None
    if deputy is None:
        kept = replace(silent, due_at=None)
        draft.emit(
            EventKind.APPROVAL, {"change": "asked", "index": index, "vote": to_plain(kept)}, cause
        )
        draft.emit(
            EventKind.INCIDENT,
            {"code": "ENG311", "values": {"person": person.name if person else silent.user}},
            cause,
        )
        return
    handed = Vote(
        user=deputy.id,
        asked=True,
        deputy_for=silent.deputy_for or silent.user,
        due_at=_due(draft, rule.timeout_after),
        asked_at=draft.now,
    )
    draft.explain(
        "approval",
        approval.state,
        "deputy",
        "ENG308",
        person=person.name if person else silent.user,
        deputy=deputy.name,
    )
    draft.emit(
        EventKind.APPROVAL, {"change": "deputised", "index": index, "vote": to_plain(handed)}, cause
    )
    _tell(draft, deputy.id, ASKED)


def remind(draft: Draft, index: int) -> None:
    """Remind one approver, once."""
    approval = draft.state.approval
    if approval is None or index >= len(approval.votes):
        return
    cause = Cause("timer", "approval")
    draft.emit(EventKind.APPROVAL, {"change": "reminded", "index": index}, cause)
    _tell(draft, approval.votes[index].user, REMINDER)


def _tell(draft: Draft, user: str, template: str) -> None:
    if template in draft.release.templates:
        notify(draft, [f"user:{user}"], template, "both", OPENED)


def _approver_of(draft: Draft, rule: ApprovalRule, user: str) -> Approver | None:
    """Return the line of the definition by which *user* was asked; the first with a deputy for somebody who was added."""
    with_deputy = [one for one in rule.approvers if one.deputy]
    named = (
        one for one in with_deputy if any(person.id == user for person in _candidates(draft, one))
    )
    return next(named, with_deputy[0] if with_deputy else None)


def add_approver(draft: Draft, rule: ApprovalRule, actor: Actor, user: str, instead: bool) -> None:
    """Ask one more approver (加签), or hand one's own vote over (转办)."""
    approval = draft.state.approval
    person = draft.person(user)
    if approval is None:
        draft.refuse("ENG303")
    elif person is None:
        draft.refuse("ENG309", "user")
    elif any(one.user == user and not one.decision for one in approval.votes):
        draft.refuse("ENG312", "user")
    elif user in barred(rule, draft.state):
        draft.refuse("ENG314", "user", person=person.name)
    elif instead:
        index = next(
            (
                i
                for i, one in enumerate(approval.votes)
                if one.user == actor.id and not one.decision
            ),
            None,
        )
        if index is None:
            draft.refuse("ENG304")
            return
        handed = replace(
            approval.votes[index],
            user=user,
            deputy_for=actor.id,
            due_at=_due(draft, rule.timeout_after),
            asked=True,
            asked_at=draft.now,
            reminded=False,
        )
        draft.emit(
            EventKind.APPROVAL, {"change": "deputised", "index": index, "vote": to_plain(handed)}
        )
        _tell(draft, user, ASKED)
    else:
        added = Vote(user=user, asked=False)
        draft.emit(EventKind.APPROVAL, {"change": "added", "vote": to_plain(added)})
        ask_next(draft, rule)


def to_trace(trace: Any) -> Any:
    """Return a condition's trace as plain JSON."""
    return to_plain(trace)
