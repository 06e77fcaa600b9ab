"""Work: what waits, runs and was given up; and what went out."""

from __future__ import annotations

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.runtime.changed_jobs import (
    PARTS,
    change,
    change_for_audit,
    shown_parts,
    without_secret,
)
from sopwith.store.audit import note
from sopwith.store.dead_letters import count_dead, revive_all, rewrite
from sopwith.store.inspection import (
    deliveries_page,
    drop_job,
    job_of,
    jobs_page,
    numbers_of,
    tries_of,
)
from sopwith.store.job_counts import count_jobs, count_words
from sopwith.store.jobs import JobSummary, revive

from ..htmx import go, show
from ..languages import lang
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .acting import audited
from .blueprint import blueprint
from .listing import more_url

STATES = ("ready", "leased", "dead")
TARGETS = {"mail": "to", "webhook": "url", "digest": "to"}


@blueprint.get("/jobs")
def jobs() -> ResponseReturnValue:
    """List jobs of one state."""
    state = request.args.get("state", "")
    chosen = {"state": state if state in STATES else "", "kind": request.args.get("kind", ""), "q": request.args.get("q", "")}  # fmt: skip
    with get_service().database.reading() as connection:
        counts = count_jobs(connection)
        dead = sum(n for (_kind, one), n in counts.items() if one == "dead")
        chosen["state"] = chosen["state"] or ("dead" if dead else "ready")
        page = jobs_page(
            connection,
            chosen["state"],
            kind=chosen["kind"],
            words=chosen["q"],
            cursor=request.args.get("after", ""),
        )
        numbers = numbers_of(connection, [one.record_id for one in page.items])
    totals = {one: sum(n for (_kind, at), n in counts.items() if at == one) for one in STATES}
    told = {one: count_words(number) for one, number in totals.items()}
    return show(
        "admin/jobs.html",
        "results" if "after" not in request.args else "more_results",
        page=page,
        numbers=numbers,
        chosen=chosen,
        totals=totals,
        told=told,
        counts=counts,
        kinds=sorted({kind for kind, _state in counts}),
        dead_kinds=sorted({kind for kind, at in counts if at == "dead"}),
        more=more_url("admin.jobs", page.more, chosen),
    )


@blueprint.get("/jobs/<int:job_id>")
def job(job_id: int) -> ResponseReturnValue:
    """Show one job with all it holds."""
    return _job_page(_job(job_id))


def _job(job_id: int) -> JobSummary:
    with get_service().database.reading() as connection:
        found = job_of(connection, job_id)
    if found is None:
        abort(404)
    return found


def _job_page(
    found: JobSummary, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        numbers = numbers_of(connection, [found.record_id])
        tries = tries_of(connection, found.key)
    page = render_template(
        "admin/job.html",
        job=found,
        numbers=numbers,
        tries=tries,
        held=without_secret(found.payload),
        parts_shown=shown_parts(found.kind, found.payload) | (typed or {}),
        can_drop=found.state == "dead" or (found.kind in TARGETS and found.state == "ready"),
        errors=errors or {},
    )
    return page, 422 if errors else 200


@blueprint.post("/jobs/retry-all")
def retry_all() -> ResponseReturnValue:
    """Try all jobs of a kind again that were given up."""
    kind = request.form.get("kind", "")
    with get_service().database.reading() as connection:
        if kind not in count_dead(connection):
            abort(404)
    with get_service().database.writing() as connection:
        count = revive_all(connection, kind, now())
        note(connection, visitor().actor, "job.retry_all", kind, now(), {"count": count})
    get_service().wake()
    flash(_("They are tried again now."), "good")
    return go(url_for("admin.jobs", state="dead"))


@blueprint.post("/jobs/<int:job_id>/retry")
def retry_job(job_id: int) -> ResponseReturnValue:
    """Try a job again that was given up."""
    found = _job(job_id)
    with audited("job.retry", found.key) as connection:
        if not revive(connection, job_id, now()):
            abort(404)
    get_service().wake()
    flash(_("It is tried again now."), "good")
    return go(url_for("admin.jobs", state="dead"))


@blueprint.post("/jobs/<int:job_id>")
def change_job(job_id: int) -> ResponseReturnValue:
    """Let a job say something else than it did, under its old key, and try it again."""
    found = _job(job_id)
    parts = PARTS.get(found.kind, ())
    if not parts or found.state == "leased":
        abort(404)
    typed = {name: request.form[name] for name in parts if name in request.form}
    payload, wrong = change(found.kind, found.payload, typed)
    if wrong:
        return _job_page(found, typed, {one.part: one.words.get(lang()) for one in wrong})
    with audited("job.change", found.key, change_for_audit(found.payload, payload)) as connection:
        if not rewrite(connection, job_id, payload, now()):
            abort(404)
    get_service().wake()
    flash(_("It is changed, and it is tried again."), "good")
    return go(url_for("admin.job", job_id=job_id))


@blueprint.post("/jobs/<int:job_id>/drop")
def drop(job_id: int) -> ResponseReturnValue:
    """Drop a job for good. Timers that still wait stay: a record counts on them."""
    found = _job(job_id)
    if found.state != "dead" and found.kind not in TARGETS:
        abort(404)
    body = {"kind": found.kind, "error": found.last_error}
    with audited("job.drop", found.key, body) as connection:
        if not drop_job(connection, job_id):
            abort(404)
    flash(_("It is dropped. The audit log keeps what it was."), "good")
    return go(url_for("admin.jobs", state="dead"))


@blueprint.get("/deliveries")
def deliveries() -> ResponseReturnValue:
    """List what went out, and what did not."""
    chosen = {name: request.args.get(name, "") for name in ("kind", "outcome", "q")}
    with get_service().database.reading() as connection:
        page = deliveries_page(
            connection,
            kind=chosen["kind"],
            outcome=chosen["outcome"],
            words=chosen["q"],
            cursor=request.args.get("after", ""),
        )
        numbers = numbers_of(connection, [one.record_id for one in page.items])
    return show(
        "admin/deliveries.html",
        "results" if "after" not in request.args else "more_results",
        page=page,
        numbers=numbers,
        chosen=chosen,
        more=more_url("admin.deliveries", page.more, chosen),
    )
