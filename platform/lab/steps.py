"""The steps of scenarios and sample records as commands."""

from __future__ import annotations

from collections.abc import Callable

from ..core import commands as c
from ..core.events import Actor
from ..core.links import other_end
from ..core.record import RecordState
from ..release.model import Release
from .scenario import Step

RELATED = "related"
Say = Callable[..., c.NewMessage]
Target = Callable[[str], RecordState]


def command_of(
    step: Step, actor: Actor, state: RecordState, release: Release, say: Say, target: Target
) -> c.Command:
    """Return the command that *step* means for the record *state*.

    say: makes a message of words, and of the names of files where there are some. target: the record that a step names beside its own. Raises KeyError when
    the step lacks something, or names what does not exist.
    """
    args, verb = step.args, step.verb
    if verb in ("reply", "note", "message"):
        author = "customer" if verb == "message" else "agent"
        return c.Comment(
            actor=actor,
            message=_message(step, say),
            public=verb != "note",
            author=author,
        )
    if verb == "submit":
        return c.Submit(
            actor=actor,
            form=args.get("form") or form_of(state, release),
            values=args.get("values", {}),
        )
    if verb == "go":
        note = say(args["note"]) if args.get("note") else None
        return c.Transition(actor=actor, to=args["to"], values=args.get("values", {}), note=note)
    if verb in ("approve", "reject"):
        return c.Decide(actor=actor, decision=verb, note=str(args.get("note", "")))
    if verb == "finish":
        return c.FinishTask(actor=actor, task=args["task"], values=args.get("values", {}))
    if verb == "assign":
        return c.Assign(
            actor=actor, owner=args.get("owner"), team=args.get("team"), task=args.get("task")
        )
    if verb == "check":
        return c.Check(
            actor=actor,
            item=args["item"],
            done=args.get("done", True),
            playbook=str(args.get("playbook", "")),
        )
    if verb == "solved":
        message = say(args["text"]) if args.get("text") else None
        return c.AnswerSolved(
            actor=actor, solved=args.get("answer") in (True, "yes"), message=message
        )
    if verb == "survey":
        ask = next(reversed(state.surveys), "")
        return c.AnswerSurvey(
            actor=actor, ask=ask, score=args["score"], comment=str(args.get("comment", ""))
        )
    if verb == "cancel":
        return c.Cancel(actor=actor, reason=str(args.get("reason", "")))
    if verb == "reopen":
        return c.Reopen(actor=actor, message=say(args["text"]) if args.get("text") else None)
    if verb == "tag":
        return c.Tag(
            actor=actor, add=tuple(args.get("add", ())), remove=tuple(args.get("remove", ()))
        )
    if verb == "merge":
        other = target(args["into"])
        return c.Merge(actor=actor, into=other.id, into_number=other.number)
    if verb == "link":
        other = target(args["other"])
        kind = str(args.get("kind", RELATED))
        return c.AddLink(
            actor=actor, kind=kind, record=other.id, number=other.number, type=other.type
        )
    if verb == "follow":
        user = str(args.get("user", actor.id or ""))
        return c.Follow(
            actor=actor, user=user, follow=args.get("follow", True) in (True, "yes", "true")
        )
    return c.AddApprover(actor=actor, user=args["user"], instead=bool(args.get("instead", False)))


def _message(step: Step, say: Say) -> c.NewMessage:
    text, files = str(step.args.get("text", "")), [str(one) for one in step.args.get("files") or ()]
    return say(text, files=tuple(files)) if files else say(text)


def tied_back(step: Step, actor: Actor, state: RecordState) -> c.AddLink:
    """Return the command for the other end of a link: it reads from both."""
    kind = other_end(str(step.args.get("kind", RELATED)))
    return c.AddLink(actor=actor, kind=kind, record=state.id, number=state.number, type=state.type)


def form_of(state: RecordState, release: Release) -> str:
    """Return the form of the state that the record is in, else the one that opened it."""
    kind = release.record_types[state.type]
    return release.workflows[kind.workflow].states[state.state].form or kind.intake
