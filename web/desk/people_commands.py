"""What is said about a record, who has it, who follows it, and who decides on it."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue

from sopwith.core import commands as c

from ..forms import sent_files
from ..uploads import usable
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import desk
from .carrying import LONGEST, back, carry_out, refused, told
from .record_page import Extra, record


@desk.post("/records/<record_id>/say")
def say(record_id: str) -> ResponseReturnValue:
    """Reply to the customer, or leave a note for colleagues."""
    text = request.form.get("text", "").strip()[:LONGEST]
    public = request.form.get("kind") == "reply"
    ids = [*request.form.getlist("files"), *sent_files("upload:files")]
    with get_service().database.reading() as connection:
        mine = usable(connection, [one for one in ids if one], visitor())
    message = get_service().message(
        text, files=tuple(one for one in dict.fromkeys(ids) if one in mine)
    )
    command = c.Comment(actor=visitor().actor, message=message, public=public)
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        kept = {"text": text, "kind": "reply" if public else "note", "files": list(mine)}
        return refused(outcome, extra=Extra(panel="say", kept=kept))
    flash(_("Your reply is on its way.") if public else _("The note is kept."), "good")
    return back(record_id, "composer")


@desk.post("/records/<record_id>/assign")
def assign(record_id: str) -> ResponseReturnValue:
    """Take the record, give it to somebody or to a team's queue, or let routing choose again."""
    actor, how = visitor().actor, request.form.get("how", "give")
    owner, team = request.form.get("owner") or None, request.form.get("team") or None
    state, _release = record()
    if how == "take":
        owner, team = actor.id, None
    elif how == "release":
        owner, team = None, state.team
    elif how == "route":
        owner = team = None
    elif owner is None and team is None:
        kept = {"owner": "", "team": ""}
        return refused(told("ENG018", "owner", record_id), extra=Extra(panel="assign", kept=kept))
    outcome = carry_out(c.Assign(actor=actor, owner=owner, team=team), record_id)
    if not outcome.accepted:
        return refused(
            outcome, extra=Extra(panel="assign", kept={"owner": owner or "", "team": team or ""})
        )
    flash(_("Assigned."), "good")
    return back(record_id)


@desk.post("/records/<record_id>/follow")
def follow(record_id: str) -> ResponseReturnValue:
    """Start or stop following."""
    actor = visitor().actor
    command = c.Follow(actor=actor, user=actor.id or "", follow=request.form.get("follow") == "1")
    outcome = get_service().handle(command, record_id)
    return back(record_id) if outcome.accepted else refused(outcome)


@desk.post("/records/<record_id>/tag")
def tag(record_id: str) -> ResponseReturnValue:
    """Add tags, separated by commas, or remove one."""
    add = tags_in(request.form.get("add", ""))
    remove = tuple(one for one in request.form.getlist("remove") if one)
    outcome = get_service().handle(c.Tag(actor=visitor().actor, add=add, remove=remove), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="tag", kept={"add": request.form.get("add", "")}))
    return back(record_id)


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that somebody typed, separated by commas of either kind."""
    words = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(dict.fromkeys(one.strip()[:60] for one in words if one.strip()))[:20]


@desk.post("/records/<record_id>/decide")
def decide(record_id: str) -> ResponseReturnValue:
    """Approve or reject."""
    decision, note = request.form.get("decision", ""), request.form.get("note", "")[:LONGEST]
    outcome = carry_out(c.Decide(actor=visitor().actor, decision=decision, note=note), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="decide", kept={"note": note}))
    flash(_("You approved.") if decision == "approve" else _("You rejected."), "good")
    return back(record_id)


@desk.post("/records/<record_id>/approver")
def approver(record_id: str) -> ResponseReturnValue:
    """Ask one more approver (加签), or hand one's own vote over (转办)."""
    user, instead = request.form.get("user", ""), request.form.get("how") == "instead"
    command = c.AddApprover(actor=visitor().actor, user=user, instead=instead)
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="approver", kept={"user": user}))
    return back(record_id)
