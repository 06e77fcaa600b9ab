"""The open approval round: who is asked, what was said, and by which rule it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sopwith.core.record import Approval, RecordState, Vote
from sopwith.engine.barred import barred
from sopwith.workflows.model import State

from ..visitor import visitor
from ..wording import gettext as _
from .colleagues import Colleagues


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteLine:
    """One approver. status: approved | rejected | asked | later."""

    name: str
    status: str
    icon: str
    word: str
    note: str
    at: datetime | None
    due_at: datetime | None
    instead_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalFacts:
    """The round. mode, rule: the trade's word for how it is decided, and what it means; late: what becomes of a vote not cast in time."""

    mode: str
    rule: str
    late: str
    votes: Sequence[VoteLine]
    mine: bool
    opened_at: datetime
    approved_to: str
    rejected_to: str
    asked: frozenset[str]  # or barred: whom nobody can add


def mode_words(mode: str, share: int) -> tuple[str, str]:
    """Return the word for a mode and its rule."""
    known = {
        "all": (_("All approve"), _("everybody asked must approve; one rejection ends it")),
        "any": (_("One is enough"), _("one approval is enough; it is rejected when all reject")),
        "in_turn": (_("One after another"), _("one after another; a rejection ends it")),
        "share": (_("By share"), _("%(share)d %% of those asked must approve", share=share)),
    }
    return known.get(mode, (mode, ""))


def late_words(timeout_to: str) -> str:
    """Return what becomes of a vote that is not cast in time: beside the limit of the step it would not be known."""
    if timeout_to == "approve":
        return _("then it counts as approved")
    if timeout_to == "reject":
        return _("then it counts as rejected")
    return _("then the deputy is asked")


def approval_facts(place: State, state: RecordState, people: Colleagues) -> ApprovalFacts | None:
    """Return the open round, None when nothing is to be approved."""
    round_, rule = state.approval, place.approval
    if round_ is None or rule is None or round_.state != state.state:
        return None
    word, means = mode_words(round_.mode, round_.share)
    return ApprovalFacts(
        mode=word,
        rule=means,
        late=late_words(rule.timeout_to),
        votes=[_line(one, people) for one in round_.votes],
        mine=is_asked(round_, visitor().actor.id),
        opened_at=round_.opened_at,
        approved_to=rule.approved,
        rejected_to=rule.rejected,
        asked=frozenset(one.user for one in round_.votes) | barred(rule, state),
    )


def is_asked(round_: Approval | None, user_id: str | None) -> bool:
    """Return whether the colleague is to decide now."""
    votes = round_.votes if round_ is not None else ()
    return any(one.user == user_id and one.asked and not one.decision for one in votes)


def _line(one: Vote, people: Colleagues) -> VoteLine:
    if one.decision == "approve":
        status, icon, word = "approved", "circle-check", _("Approved")
    elif one.decision:
        status, icon, word = "rejected", "circle-x", _("Rejected")
    elif one.asked:
        status, icon, word = "asked", "clock", _("Has not answered yet")
    else:
        status, icon, word = "later", "circle-dashed", _("Is asked later")
    return VoteLine(
        name=people.name(one.user) or _("Nobody"),
        status=status,
        icon=icon,
        word=word,
        note=one.note,
        at=one.at,
        due_at=one.due_at if not one.decision else None,
        instead_of=people.name(one.deputy_for),
    )
