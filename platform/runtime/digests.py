"""Digests: a burst of mails about promises to one address becomes one mail that lists each record.

The first few go at once. From then on, within a short window, what comes is gathered for some minutes.
What was escalated and what has the highest priority is never gathered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..core.plain import instant
from ..core.text import Text
from ..store.digests import (
    Line,
    add_lines,
    hold_address,
    open_digest,
    sent_lately,
    take_waiting,
    waiting_mails,
)
from ..store.jobs import JobClaim, add_jobs, finish
from .crash import crash_point
from .job_queue import due_of, new_job
from .lanes import Lane
from .ports import OutMail

GATHERED = ("breached", "due_soon", "assigned")
"""What a mail must be about to be gathered, the gravest first."""

NEVER = frozenset({"P0", "p0"})
"""Priorities whose mails always go at once."""

AT_ONCE = 1_000
"""How many waiting mails are gathered in one transaction."""

_ABOUT = {
    "breached": Text("Promise broken", "已超时"),
    "due_soon": Text("Due soon", "即将到期"),
    "assigned": Text("Assigned to you", "已分派给您"),
}
_SUBJECT = Text("{count} messages about {records} records", "{records} 条记录的 {count} 条通知")
_INTRO = Text(
    "Many messages for you came within a short time. Here they are in one mail.",
    "短时间内有多条通知发给您，现汇总如下。",
)
_DUE = Text("due", "到期时间")
_COMMA = Text(", ", "、")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """When mails are gathered: from the mail number *after* within *window*, for *wait*. after 0: never."""

    after: int = 5
    window: timedelta = timedelta(minutes=10)
    wait: timedelta = timedelta(minutes=5)


def may_be_gathered(job: JobClaim) -> bool:
    """Return whether a mail may become a line of a digest."""
    payload = job.payload
    if payload.get("kind") != "user" or payload.get("about") not in GATHERED:
        return False
    priority = (payload.get("digest") or {}).get("priority")
    return job.attempt == 1 and priority not in NEVER


def gather(connection: Connection, job: JobClaim, rules: Gathering, now: datetime) -> bool | None:
    """Put the mail *job*, and all like it that wait, into a digest when too many went out of late.

    Returns whether it did; None when the job is in other hands. One transaction: each mail is either
    a job or a line.
    """
    address = str(job.payload["to"])
    if rules.after <= 0 or not may_be_gathered(job):
        return False
    hold_address(connection, address)
    digest = open_digest(connection, address)
    if digest is None and sent_lately(connection, address, now - rules.window) < rules.after - 1:
        return False
    if not finish(connection, job):
        return None
    if digest is None:
        digest = f"digest:{job.key}"
        names = ("to", "to_name", "lang")
        payload: dict[str, Any] = {name: job.payload.get(name, "") for name in names}
        payload |= {"about": "breached", "zone": (job.payload.get("digest") or {}).get("zone")}
        made = new_job("digest", digest, payload, now, due_at=now + rules.wait)
        add_jobs(connection, [made])
    others = [
        one
        for one in waiting_mails(connection, address, GATHERED, (Lane.MAIL, Lane.URGENT), AT_ONCE)
        if may_be_gathered(replace(one, attempt=1))
    ]
    taken = set(take_waiting(connection, [one.id for one in others]))
    lines = [job, *(one for one in others if one.id in taken)]
    add_lines(connection, digest, address, lines, now)
    crash_point("retry:written")
    return True


def digest_of(job: JobClaim, lines: Sequence[Line]) -> OutMail:
    """Return the mail of a ``digest`` job; the same at every try, since nothing is added once it is begun."""
    payload = job.payload
    lang = str(payload.get("lang") or "en")
    zone = ZoneInfo(str(payload.get("zone") or "UTC"))
    by_record: dict[str, list[Line]] = {}
    for line in lines:
        by_record.setdefault(line.record_id or str(line.body.get("number")), []).append(line)
    entries = sorted((_entry(some, lang, zone) for some in by_record.values()), key=_gravest)
    subject = _SUBJECT.get(lang).format(count=len(lines), records=len(entries))
    text = [_INTRO.get(lang), ""]
    html = [f"<p>{escape(_INTRO.get(lang))}</p>", "<ul>"]
    for one in entries:
        text += [f"{one.head} — {one.what}{one.due}", f"  {one.link}", ""]
        html.append(
            f'<li><a href="{escape(one.link)}">{escape(one.head)}</a><br>{escape(one.what + one.due)}</li>'
        )
    html.append("</ul>")
    return OutMail(
        key=job.key,
        to=((str(payload.get("to_name", "")), str(payload["to"])),),
        subject=subject,
        text="\n".join(text),
        html="\n".join(html),
        at=due_of(job),
        lang=lang,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    rank: int
    head: str
    what: str
    due: str
    link: str


def _gravest(entry: _Entry) -> tuple[int, str]:
    return entry.rank, entry.head


def _entry(lines: Sequence[Line], lang: str, zone: ZoneInfo) -> _Entry:
    """Return what is said of one record: everything that was told about it, once."""
    last = lines[-1].body
    more = last.get("digest") or {}
    about = sorted({str(line.body.get("about")) for line in lines}, key=GATHERED.index)
    due = more.get("due")
    when = instant(due).astimezone(zone).strftime("%Y-%m-%d %H:%M") if due else ""
    return _Entry(
        rank=GATHERED.index(about[0]),
        head=f"[{last.get('number', '')}] {more.get('title', '')}".strip(),
        what=_COMMA.get(lang).join(_ABOUT[one].get(lang) for one in about),
        due=f"{_COMMA.get(lang)}{_DUE.get(lang)} {when}" if when else "",
        link=str(more.get("link", "")),
    )
