"""``sopwith jobs``: what waits and what was given up, from the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from ..core.events import SYSTEM
from ..core.plain import instant_text
from ..runtime.changed_jobs import without_secret
from ..runtime.service import Service
from ..store import audit
from ..store.dead_letters import revive_all
from ..store.inspection import job_of, jobs_page
from ..store.jobs import JobSummary, drop_dead, revive
from .people import DATA, opened

JSON = click.option(
    "--json", "as_json", is_flag=True, help="For programs: JSON on standard output."
)
STATES = ("ready", "leased", "dead")
PAGE = 200


@click.group(name="jobs")
def jobs_group() -> None:
    """Work that waits, and work that was given up.

    Example: sopwith jobs list --state dead --kind mail
    """


@jobs_group.command("list")
@click.option("--state", type=click.Choice(STATES), default="dead", show_default=True)
@click.option("--kind", default="", help="Only of one kind, such as mail, webhook or timer.")
@click.option("--search", default="", help="Words in the key, the address, the text or the error.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=PAGE, show_default=True)
@JSON
@DATA
def list_jobs(
    state: str, kind: str, search: str, limit: int, as_json: bool, data: Path | None
) -> None:
    """List jobs of one state.

    Example: sopwith jobs list --kind webhook --json.

    Exit 1 when jobs that were given up are listed, else 0.
    """
    with opened(data) as service, service.database.reading() as connection:
        page = jobs_page(connection, state, kind=kind, words=search, limit=limit)
    if as_json:
        click.echo(json.dumps({"total": page.total, "at_least": page.at_least, "jobs": [_plain(one) for one in page.items]}, ensure_ascii=False))  # fmt: skip
    else:
        for one in page.items:
            click.echo(_line(one))
        click.echo(f"{page.total} jobs; {len(page.items)} are shown.")
    if state == "dead" and page.items:
        raise SystemExit(1)


@jobs_group.command("show")
@click.argument("job_id", type=int)
@JSON
@DATA
def show(job_id: int, as_json: bool, data: Path | None) -> None:
    """Show one job with all that it holds.

    Example: sopwith jobs show 17.
    """
    with opened(data) as service:
        found = _found(service, job_id)
    plain = {**_plain(found), "payload": without_secret(found.payload)}
    if as_json:
        click.echo(json.dumps(plain, ensure_ascii=False))
        return
    for name, value in plain.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(f"{name}: {text}")


@jobs_group.command("retry")
@click.argument("job_ids", type=int, nargs=-1)
@click.option("--all", "all_kind", metavar="KIND", help="All of one kind that were given up; * for every kind.")  # fmt: skip
@JSON
@DATA
def retry(job_ids: tuple[int, ...], all_kind: str | None, as_json: bool, data: Path | None) -> None:
    """Try jobs again that were given up.

    Example: sopwith jobs retry 17 18, or: sopwith jobs retry --all mail.

    Exit 1 when one of them was not given up.
    """
    if bool(job_ids) == bool(all_kind):
        raise click.UsageError("Give numbers of jobs, or --all with a kind.")
    with opened(data) as service, service.database.writing() as connection:
        now = service.clock.now()
        if all_kind:
            kind = None if all_kind == "*" else all_kind
            count = revive_all(connection, kind, now)
            audit.note(connection, SYSTEM, "job.retry_all", all_kind, now, {"count": count})
            missing: list[int] = []
        else:
            missing = [one for one in job_ids if not _noted(connection, service, one, "job.retry")]
            count = len(job_ids) - len(missing)
    _report(as_json, "tried again", count, missing)


@jobs_group.command("drop")
@click.argument("job_ids", type=int, nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON
@DATA
def drop(job_ids: tuple[int, ...], yes: bool, as_json: bool, data: Path | None) -> None:
    """Drop jobs that were given up, for good.

    Example: sopwith jobs drop 17 --yes.

    Exit 1 when one of them was not given up.
    """
    if not yes:
        click.confirm(f"Drop {len(job_ids)} jobs for good?", abort=True)
    with opened(data) as service, service.database.writing() as connection:
        missing = [one for one in job_ids if not _noted(connection, service, one, "job.drop")]
    _report(as_json, "dropped", len(job_ids) - len(missing), missing)


def _noted(connection: Connection, service: Service, job_id: int, action: str) -> bool:
    """Do it to one dead job, with its line in the audit log; False when it is not dead."""
    found, now = job_of(connection, job_id), service.clock.now()
    if found is None or found.state != "dead":
        return False
    done = (
        revive(connection, job_id, now) if action == "job.retry" else drop_dead(connection, job_id)
    )
    body = {"kind": found.kind, "error": found.last_error}
    audit.note(connection, SYSTEM, action, found.key, now, body)
    return done


def _report(as_json: bool, words: str, count: int, missing: Sequence[int]) -> None:
    if as_json:
        click.echo(json.dumps({"count": count, "not_given_up": list(missing)}))
    else:
        click.echo(f"{count} jobs {words}.")
        for one in missing:
            click.echo(f"Job {one} was not given up, or is done.", err=True)
    if missing:
        raise SystemExit(1)


def _found(service: Service, job_id: int) -> JobSummary:
    with service.database.reading() as connection:
        found = job_of(connection, job_id)
    if found is None:
        raise click.ClickException(f"There is no job {job_id}: it is done, or never was.")
    return found


def _plain(job: JobSummary) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "key": job.key,
        "record": job.record_id,
        "due_at": instant_text(job.due_at),
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "error": job.last_error,
    }


def _line(job: JobSummary) -> str:
    target = job.payload.get("to") or job.payload.get("url") or job.key
    return f"{job.id}  {job.kind}  {target}  {instant_text(job.due_at)}  {job.attempts}/{job.max_attempts}  {job.last_error}"
