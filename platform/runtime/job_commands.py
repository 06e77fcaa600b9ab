"""Jobs as commands: what automation wants done with a record, read from a job's payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from ..core import commands as c
from ..core.links import other_end
from ..core.plain import instant
from ..release.model import Release
from ..store.jobs import JobClaim

Payload = Mapping[str, Any]


class UnknownCommandError(ValueError):
    """A job asks for a command that this version does not know."""


def command_of(payload: Payload) -> c.Command:
    """Return the command that a job of kind ``command`` carries; raises UnknownCommandError."""
    read = _READERS.get(payload.get("command", ""))
    if read is None:
        raise UnknownCommandError(f"unknown command {payload.get('command')!r}")
    return read(payload)


def created_id(job: JobClaim) -> str:
    """Return the id of the record that *job* opens: always the same one, so it cannot open two."""
    return sha256(job.key.encode()).hexdigest()[:32]


def creation_of(job: JobClaim, release: Release) -> c.Create:
    """Return the command that opens the record of a ``create_record`` job, tied to its parent."""
    payload = job.payload
    kind = release.record_types.get(payload["type"])
    link = (
        payload.get("link", "related"),
        payload["parent"],
        payload.get("parent_number", ""),
        payload.get("parent_type", ""),
    )
    return c.Create(
        record_id=created_id(job),
        number="",
        type=payload["type"],
        form=kind.intake if kind else "",
        values=payload.get("values", {}),
        customer_id=payload.get("customer_id"),
        channel="automation",
        lang=payload.get("lang", "en"),
        links=(link,),
        team=payload.get("team"),
        not_user=payload.get("not_user"),
        generation=payload.get("generation", 0),
    )


def back_link(job: JobClaim, number: str) -> dict[str, Any]:
    """Return the payload of the job that ties the parent to the record just opened."""
    link = job.payload.get("link", "related")
    return {
        "command": "add_link",
        "record": job.payload["parent"],
        "kind": other_end(link),
        "other": created_id(job),
        "number": number,
        "type": job.payload["type"],
    }


def _absorb(payload: Payload) -> c.Command:
    replied = payload.get("first_reply_at")
    return c.Absorb(
        record=payload["from"],
        number=payload["number"],
        created_at=instant(payload["created_at"]),
        first_reply_at=instant(replied) if replied else None,
    )


def _ask_survey(payload: Payload) -> c.Command:
    return c.AskSurvey(survey=payload["survey"], key=payload["key"])


def _run_rule(payload: Payload) -> c.Command:
    return c.RunRule(rule=payload["rule"], round=payload["round"])


def _add_link(payload: Payload) -> c.Command:
    return c.AddLink(
        kind=payload["kind"],
        record=payload["other"],
        number=payload.get("number", ""),
        type=payload.get("type", ""),
    )


def _link_closed(payload: Payload) -> c.Command:
    return c.LinkClosed(kind=payload["kind"], record=payload["other"], state=payload["state"])


def _delivered(payload: Payload) -> c.Command:
    return c.Delivered(
        key=payload["key"],
        kind=payload["kind"],
        target=payload["target"],
        outcome=payload["outcome"],
        error=payload.get("error", ""),
    )


_READERS: Mapping[str, Callable[[Payload], c.Command]] = {
    "absorb": _absorb,
    "ask_survey": _ask_survey,
    "run_rule": _run_rule,
    "add_link": _add_link,
    "link_closed": _link_closed,
    "delivered": _delivered,
}
