"""One command in; events, effects, timers and the explanation out. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..core import commands as c
from ..core.decision import Decision, Problem
from ..core.directory import Directory
from ..core.events import EventKind
from ..core.record import RecordState
from ..release.model import Release
from . import asks, life, timed, work
from .calls import answer
from .draft import Draft
from .notices import notify
from .rounds import catch_up, settle
from .timers import changes, wanted

Handler = Callable[[Draft, Any], None]

_HANDLERS: dict[type[c.Command], Handler] = {
    c.Create: life.create,
    c.Submit: work.submit,
    c.Transition: work.transition,
    c.Comment: work.comment,
    c.Assign: work.assign,
    c.Tag: work.tag,
    c.Follow: work.follow,
    c.Check: work.check,
    c.SetDue: work.set_due,
    c.Decide: work.decide_approval,
    c.AddApprover: work.add_approver,
    c.FinishTask: work.finish_task,
    c.AnswerSolved: asks.answer_solved,
    c.AskSurvey: asks.ask_survey,
    c.AnswerSurvey: asks.answer_survey,
    c.Reopen: life.reopen,
    c.Cancel: life.cancel,
    c.Merge: life.merge,
    c.Absorb: life.absorb,
    c.AddLink: life.add_link,
    c.LinkClosed: timed.link_closed,
    c.TimerFired: timed.timer_fired,
    c.RunRule: timed.run_rule,
    c.Delivered: timed.delivered,
}


def decide(
    release: Release,
    state: RecordState | None,
    command: c.Command,
    now: datetime,
    directory: Directory,
) -> Decision:
    """Return what *command* changes in the record *state* (None: it is to be created) at *now*.

    now: an aware UTC instant. A refused command has problems and nothing else. The same arguments
    give the same decision; nothing outside them is read.
    """
    type_id = command.type if isinstance(command, c.Create) else state.type if state else ""
    record_type = release.record_types.get(type_id)
    if record_type is None:
        return _refused("ENG002", type=type_id)
    draft = Draft(release, record_type, state, command.actor, now, directory)
    if state is not None:
        if command.expected_version is not None and command.expected_version != state.version:
            return _refused("ENG001")
        catch_up(draft)
        _note_customer(draft)
    _HANDLERS[type(command)](draft, command)
    if draft.problems:
        return draft.decision(())
    if state is not None:
        answer(draft, command)
    if not draft.events and not draft.pending:
        return Decision()
    settle(draft)
    if isinstance(command, c.Create) and record_type.ack:
        notify(draft, ["customer"], record_type.ack, "mail", life.ACKNOWLEDGE)
    before, after = wanted(release, record_type, state), wanted(release, record_type, draft.state)
    return draft.decision(changes(before, after))


def _refused(code: str, **values: str) -> Decision:
    return Decision(problems=(Problem(code=code, values=values),))


def _note_customer(draft: Draft) -> None:
    """Note the customer's facts when they are no longer those the record knows."""
    if draft.state.customer_id is None:
        return
    facts = draft.directory.customer(draft.state.customer_id)
    if facts is not None and dict(facts) != draft.state.customer:
        draft.emit(EventKind.CUSTOMER, {"id": draft.state.customer_id, "facts": dict(facts)})
