"""What the customer is asked: is it solved, and how was it."""

from __future__ import annotations

from datetime import timedelta

from ..core import commands as c
from ..core.events import Cause, EventKind
from ..core.record import Category
from ..expressions import Duration
from ..messages.survey import valid_score
from ..sla.ticking import seconds_of
from .actions import say
from .draft import Draft
from .life import open_again, within_reopening
from .moves import enter
from .notices import asker, notify


def answer_solved(draft: Draft, command: c.AnswerSolved) -> None:
    """Close on yes, reopen on no; only while the record waits for this answer."""
    actor = command.actor
    if actor.kind == "customer" and actor.id != draft.state.customer_id:
        draft.refuse("ENG003")
        return
    if draft.state.category is not Category.RESOLVED and not (
        draft.state.category is Category.CLOSED and not command.solved and within_reopening(draft)
    ):
        draft.refuse("ENG025")
        return
    if command.message is not None and command.message.text.strip():
        say(draft, command.message, public=True, author="customer")
    if command.solved:
        draft.happen("solved:yes")
        if draft.workflow.solved_state:
            enter(draft, draft.workflow.solved_state, transition="solved")
    else:
        draft.happen("solved:no")
        if draft.workflow.reopen_to:
            open_again(draft)


def ask_survey(draft: Draft, command: c.AskSurvey) -> None:
    """Send a survey, unless the record is open again, it was sent before, or the contact was asked too recently."""
    survey = draft.release.surveys.get(command.survey)
    state = draft.state
    ask_id = command.key.replace(":", "-")
    asked = asker(draft)
    if survey is None or state.is_open or asked is None or ask_id in state.surveys:
        return
    cap = survey.cap
    if cap is not None and draft.directory.was_surveyed(asked, draft.now - _span(cap)):
        draft.explain("survey", survey.id, "capped", "ENG501")
        capped = {"rule": f"survey:{survey.id}", "occasion": "capped"}
        draft.emit(EventKind.RULE, capped, Cause("rule", survey.id))
        return
    cause = Cause("rule", f"survey:{survey.id}")
    draft.emit(EventKind.SURVEY, {"id": ask_id, "survey": survey.id, "change": "asked"}, cause)
    if survey.template:
        link = draft.directory.survey_link(state.id, ask_id)
        words = {lang: survey.question.get(lang) for lang in ("en", "zh-CN")}
        notify(
            draft,
            ["customer"],
            survey.template,
            "mail",
            cause,
            {"survey": {"link": link, "question": words.get(state.lang, "")}},
        )


def answer_survey(draft: Draft, command: c.AnswerSurvey) -> None:
    """Take an answer; a later one replaces an earlier one."""
    ask = draft.state.surveys.get(command.ask)
    survey = draft.release.surveys.get(ask.survey) if ask else None
    if ask is None or survey is None:
        draft.refuse("ENG502")
        return
    if survey.expires is not None and draft.now > ask.asked_at + timedelta(
        seconds=seconds_of(survey.expires, None)
    ):
        draft.refuse("ENG503")
        return
    if not valid_score(survey, command.score):
        draft.refuse("ENG504", "score")
        return
    draft.emit(
        EventKind.SURVEY,
        {
            "id": ask.id,
            "survey": ask.survey,
            "change": "answered",
            "score": command.score,
            "comment": command.comment[:2000],
        },
    )


def _span(duration: Duration) -> timedelta:
    return timedelta(seconds=seconds_of(duration, None))
