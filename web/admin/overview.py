"""The first page: what is in force, whether all is well, and what to do where it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from sopwith.store.claims import oldest_due
from sopwith.store.inspection import count_inbox, database_size, open_counts, traffic_since
from sopwith.store.installation import Heartbeat, heartbeats
from sopwith.store.job_counts import count_jobs, count_words
from sopwith.store.people import users_by_id
from sopwith.store.releases import live_releases

from ..times import span
from ..visitor import get_service, now
from ..wording import gettext as _
from ..wording import ngettext
from ..written import asked_for
from .blueprint import blueprint
from .live import Known, live
from .wording import KINDS

MOST_NAMED = 200  # versions that are called by their note
LATE = timedelta(minutes=2)
SILENT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is not well, what to do about it, and where."""

    words: str
    advice: str
    address: str
    button: str


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """Show how the installation is."""
    at = live()
    with get_service().database.reading() as connection:
        moves = live_releases(connection, limit=MOST_NAMED)
        authors = users_by_id(connection, [one.author for one in moves[:1] if one.author])
        jobs = count_jobs(connection)
        oldest = oldest_due(connection, now())
        traffic = traffic_since(connection, now() - timedelta(hours=24))
        inbox = count_inbox(connection)
        beats = heartbeats(connection)
        size, dialect = database_size(connection), connection.dialect.name
        counts = open_counts(connection)
    found = asked_for(at.found) if at else ()
    by_state: Counter[str] = Counter()
    for (_kind, state), count in jobs.items():
        by_state[state] += count
    on_release: Counter[str] = Counter()
    for one in counts:
        on_release[one.release] += one.count
    late = oldest is not None and now() - oldest > LATE
    failed_mail = traffic.get(("mail", "failed"), 0) + traffic.get(("mail", "dead"), 0)
    return render_template(
        "admin/overview.html",
        known=at,
        move=moves[0] if moves else None,
        notes={one.release: one.note for one in moves},
        authors=authors,
        kinds=[(kind, n) for kind in KINDS if (n := _count(at, kind))],
        errors=sum(one.severity == "error" for one in found),
        warnings=sum(one.severity == "warning" for one in found),
        jobs=by_state,
        told={state: count_words(by_state[state]) for state in ("ready", "leased", "dead")},
        oldest=oldest,
        traffic=traffic,
        failed_mail=failed_mail,
        inbox=inbox,
        beats=[(one, now() - one.at > SILENT) for one in beats],
        size=size,
        dialect={"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(dialect, dialect),
        on_release=sorted(on_release.items(), key=lambda item: -item[1]),
        troubles=list(_troubles(at, by_state, late, failed_mail, inbox, beats)),
    )


def _count(at: Known | None, kind: str) -> int:
    return sum(one.kind == kind for one in at.documents.values()) if at else 0


def _troubles(
    at: Known | None,
    jobs: Counter[str],
    late: bool,
    failed_mail: int,
    inbox: dict[str, int],
    beats: list[Heartbeat],
) -> Iterator[Trouble]:
    if at is None:
        yield Trouble(
            words=_("Nothing is published yet."),
            advice=_("Install a pack: customers and agents can start at once."),
            address=url_for("studio.gallery"),
            button=_("Install a pack"),
        )
    if jobs["dead"]:
        yield Trouble(
            words=ngettext(
                "%(num)d job was given up.", "%(num)d jobs were given up.", jobs["dead"]
            ),
            advice=_("Read the error, mend its cause, then try again or drop it."),
            address=url_for("admin.jobs", state="dead"),
            button=_("Look at them"),
        )
    if late:
        yield Trouble(
            words=_("Work waits longer than it should."),
            advice=_("Check that a worker runs, and that the machine has room to breathe."),
            address=url_for("admin.jobs"),
            button=_("See what waits"),
        )
    if failed_mail:
        yield Trouble(
            words=ngettext(
                "%(num)d mail did not go out today.",
                "%(num)d mails did not go out today.",
                failed_mail,
            ),
            advice=_(
                "Check the mail server's address and password; what failed is tried again by itself."
            ),
            address=url_for("admin.deliveries", kind="mail", outcome="failed"),
            button=_("See the errors"),
        )
    if inbox.get("failed"):
        yield Trouble(
            words=ngettext(
                "%(num)d message came in and could not be read.",
                "%(num)d messages came in and could not be read.",
                inbox["failed"],
            ),
            advice=_("Nothing is lost: look at it as it came, then try again."),
            address=url_for("admin.inbox", state="failed"),
            button=_("Look at them"),
        )
    silent = [one for one in beats if now() - one.at > SILENT]
    if silent and len(silent) == len(beats):
        yield Trouble(
            words=_(
                "No process has given a sign of life for %(time)s.",
                time=span(now() - max(one.at for one in beats)),
            ),
            advice=_("Start a worker; until then mails and timers wait."),
            address=url_for("admin.jobs"),
            button=_("See what waits"),
        )
