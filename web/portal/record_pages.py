"""Pages of one request for whoever holds its link: follow, reply, say whether it is solved, answer the survey."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, abort, flash, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.commands import (
    AnswerSolved,
    AnswerSurvey,
    Cancel,
    Command,
    Comment,
    NewMessage,
    Reopen,
)
from sopwith.core.events import Actor
from sopwith.core.record import RecordState
from sopwith.messages.model import Survey
from sopwith.messages.survey import lowest_score
from sopwith.release.model import Release
from sopwith.runtime.service import Outcome
from sopwith.store.records import load_record

from ..files import answer as answer_file
from ..forms import sent_files
from ..htmx import go
from ..languages import lang
from ..limits import LINK, SUBMIT, limiter
from ..uploads import usable
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .following import follow, public_files
from .pages import portal

LONGEST = 20_000


def _record() -> RecordState:
    return cast(RecordState, g.record)


def _actor() -> Actor:
    return cast(Actor, g.actor)


@portal.get("/r/<token>")
@limiter.limit(LINK)
def record(token: str) -> ResponseReturnValue:
    """Show where the request stands."""
    return _page(token)


def _page(
    token: str, *, errors: dict[str, str] | None = None, text: str = "", status: int = 200
) -> Response:
    release, looks_on = cast(Release, g.release), bool(g.get("looks_on"))
    with get_service().database.reading() as connection:
        state = load_record(connection, _record().id) or _record()
        seen = follow(connection, release, state, _actor())
        kept = usable(connection, request.form.getlist("files"), visitor())
    page = render_template(
        "portal/record.html",
        token=token,
        seen=seen,
        errors=errors or {},
        text=text,
        files=kept,
        survey=None if looks_on else _open_survey(state, release),
        looks_on=looks_on,
    )
    return make_response(page, status)


def _open_survey(state: RecordState, release: Release) -> str | None:
    """Return the address of a survey that waits for its answer."""
    links = get_service().links
    for ask in state.surveys.values():
        if ask.answered_at is None and ask.survey in release.surveys:
            return url_for("portal.survey", token=links.survey_token(state.id, ask.id))
    return None


@portal.get("/r/<token>/received")
@limiter.limit(LINK)
def received(token: str) -> ResponseReturnValue:
    """Say that the request came in, its number and what happens next."""
    with get_service().database.reading() as connection:
        seen = follow(connection, cast(Release, g.release), _record(), _actor())
    return render_template("portal/received.html", token=token, seen=seen)


@portal.post("/r/<token>/reply")
@limiter.limit(SUBMIT)
def reply(token: str) -> ResponseReturnValue:
    """Add to the conversation."""
    message = _message()
    outcome = _handle(Comment(actor=_actor(), message=message, public=True, author="customer"))
    if not outcome.accepted:
        said = _sentence(outcome) if message.text or message.files else _("Please write something.")
        return _page(token, errors={"text": said}, text=message.text, status=422)
    flash(_("Thank you, your message is with us."), "good")
    return go(url_for("portal.record", token=token))


@portal.post("/r/<token>/solved")
@limiter.limit(SUBMIT)
def solved(token: str) -> ResponseReturnValue:
    """Take the answer to "is it solved?"."""
    answers = {"yes": True, "no": False}
    wish = answers.get(request.form.get("solved", ""))
    if wish is None:
        abort(400)
    message = _message()
    said = message if message.text or message.files else None
    outcome = _handle(AnswerSolved(actor=_actor(), solved=wish, message=said))
    thanks = (
        _("Thank you. We are glad that it is solved.")
        if wish
        else _("Thank you for telling us. We are looking at it again.")
    )
    return _after(outcome, token, thanks)


@portal.post("/r/<token>/reopen")
@limiter.limit(SUBMIT)
def reopen(token: str) -> ResponseReturnValue:
    """Open the request again, with what is still wrong."""
    message = _message()
    if not message.text:
        return _page(
            token, errors={"reopen": _("Please tell us what is still not right.")}, status=422
        )
    outcome = _handle(Reopen(actor=_actor(), message=message))
    return _after(outcome, token, _("Your request is open again."))


@portal.post("/r/<token>/cancel")
@limiter.limit(SUBMIT)
def cancel(token: str) -> ResponseReturnValue:
    """Withdraw the request."""
    outcome = _handle(Cancel(actor=_actor(), reason=request.form.get("text", "").strip()[:LONGEST]))
    return _after(outcome, token, _("Your request is withdrawn."))


def _after(outcome: Outcome, token: str, thanks: str) -> ResponseReturnValue:
    if not outcome.accepted:
        return _page(token, errors={"": _sentence(outcome)}, status=422)
    flash(thanks, "good")
    return go(url_for("portal.record", token=token))


def _handle(command: Command) -> Outcome:
    return get_service().handle(command, _record().id)


def _sentence(outcome: Outcome) -> str:
    return " ".join(one.message(lang()) for one in outcome.problems)


def _message() -> NewMessage:
    """Return what was written, with the files that came along and are the visitor's own."""
    text = request.form.get("text", "").replace("\r\n", "\n").strip()[:LONGEST]
    ids = [*(one for one in request.form.getlist("files") if one), *sent_files("upload:files")]
    with get_service().database.reading() as connection:
        own = [one for one in dict.fromkeys(ids) if one in usable(connection, ids, visitor())]
    return get_service().message(text, files=tuple(own))


@portal.get("/r/<token>/files/<file_id>")
@limiter.limit(LINK)
def file(token: str, file_id: str) -> ResponseReturnValue:
    """Return a file of the request that is for the customer."""
    with get_service().database.reading() as connection:
        found = public_files(connection, _record().id, [file_id])
    if file_id not in found:
        abort(404)
    return answer_file(found[file_id])


@portal.get("/s/<token>")
@limiter.limit(LINK)
def survey(token: str) -> ResponseReturnValue:
    """Ask the question. An answer in the address is only proposed: mail programs open links, people press buttons."""
    asked = _asked()
    chosen = request.args.get("score", "")
    return _survey_page(token, asked, chosen=chosen)


@portal.post("/s/<token>")
@limiter.limit(LINK)
def answer(token: str) -> ResponseReturnValue:
    """Take the answer; a later one replaces it."""
    asked = _asked()
    score, comment = request.form.get("score", ""), request.form.get("comment", "").strip()[:2000]
    if not score.isascii() or not score.isdigit() or len(score) > 2:
        words = _("Please choose an answer.")
        return _survey_page(token, asked, comment=comment, error=words, status=422)
    command = AnswerSurvey(actor=_actor(), ask=_ask_id(), score=int(score), comment=comment)
    outcome = _handle(command)
    if not outcome.accepted:
        error = _sentence(outcome)
        return _survey_page(token, asked, chosen=score, comment=comment, error=error, status=422)
    return go(url_for("portal.survey", token=token, thanks=1))


def _ask_id() -> str:
    return cast(str, g.ask)


def _asked() -> Survey:
    ask = _record().surveys.get(_ask_id())
    found = cast(Release, g.release).surveys.get(ask.survey) if ask else None
    if found is None:
        abort(404)
    return found


def _survey_page(
    token: str,
    asked: Survey,
    *,
    chosen: str = "",
    comment: str | None = None,
    error: str = "",
    status: int = 200,
) -> Response:
    ask = _record().surveys[_ask_id()]
    scores = [str(one) for one in range(lowest_score(asked), asked.scale + 1)]
    before = "" if ask.score is None else str(ask.score)
    context: dict[str, Any] = {
        "token": token,
        "survey": asked,
        "scores": scores,
        "chosen": chosen if chosen in scores else before,
        "comment": ask.comment if comment is None else comment,
        "error": error,
        "thanks": bool(request.args.get("thanks")) and ask.answered_at is not None,
        "answered": ask.answered_at is not None,
        "number": _record().number,
        "looks_on": bool(g.get("looks_on")),
    }
    return make_response(render_template("portal/survey.html", **context), status)
