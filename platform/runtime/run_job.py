"""Carry out one claimed job: renew the lease, act, and settle it, each in its own step."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..core import commands as c
from ..core.events import SYSTEM
from ..store import audit
from ..store.engine import Database
from ..store.jobs import (
    JobClaim,
    NewDelivery,
    add_jobs,
    finish,
    load_claim,
    put_back,
    renew,
)
from ..store.people import user
from ..store.traffic import NewNotice, is_disabled, note_target, sent_since, tell
from .crash import crash_point
from .housekeeping import keep_house
from .job_commands import back_link, command_of, creation_of
from .job_queue import LEASES, Failure, Lane, due_of, mask, new_job, settle_failure
from .ports import DeliveryError, Mailer, OutHook, OutMail, WebhookSender
from .service import LeaseLostError, Outcome, Service
from .sweeps import sweep

log = logging.getLogger(__name__)

FAILING_TOO_LONG = timedelta(days=5)
GONE = 410


class RefusedError(Exception):
    """The engine refused what the job asks for; trying again would not help."""


def secrets_from_environment(reference: str) -> tuple[str, ...]:
    """Return the secrets that *reference* names: ``env:NAME``, several parted by blanks while one is changed."""
    kind, _, name = reference.partition(":")
    text = os.environ.get(name, "") if kind == "env" else reference
    return tuple(text.split())


@dataclass(slots=True, kw_only=True)
class JobRunner:
    """Carries out jobs. mails_an_hour: to one address; more are held back and said to be."""

    service: Service
    mailer: Mailer
    webhooks: WebhookSender
    secrets_of: Callable[[str], tuple[str, ...]] = secrets_from_environment
    mails_an_hour: int = 60
    _handlers: Mapping[str, Callable[[JobClaim], None]] = field(init=False)

    def __post_init__(self) -> None:
        self._handlers = {
            "mail": self._mail,
            "webhook": self._webhook,
            "notice": self._notice,
            "timer": self._timer,
            "command": self._command,
            "create_record": self._create_record,
            "sweep": self._sweep,
            "housekeeping": self._housekeeping,
        }

    def run_job(self, job_id: int, token: str) -> None:
        """Carry out the job if *token* still holds it. Doing so twice is harmless; errors end in the job."""
        job = self._begin(job_id, token)
        if job is None:
            return
        crash_point("job:started")
        try:
            handler = self._handlers.get(job.kind)
            if handler is None:
                raise RefusedError(f"no job of kind {job.kind!r} is known to this version")
            handler(job)
        except LeaseLostError:
            log.info("job %s is in other hands", job.key)
        except RefusedError as error:
            self._fail(job, Failure(error=str(error), is_final=True))
        except Exception as error:
            log.exception("job %s failed", job.key)
            self._fail(job, Failure(error=f"{type(error).__name__}: {error}"))

    @property
    def _database(self) -> Database:
        return self.service.database

    @property
    def _now(self) -> datetime:
        return self.service.clock.now()

    def _begin(self, job_id: int, token: str) -> JobClaim | None:
        """Return the job if it is ours. Before an outside call the lease is made new."""
        with self._database.reading() as connection:
            job = load_claim(connection, job_id, token)
        if job is None or job.lane == Lane.INSIDE:
            return job
        with self._database.writing() as connection:
            until = self._now + LEASES[Lane(job.lane)]
            return job if renew(connection, job_id, token, until) else None

    def _fail(self, job: JobClaim, failure: Failure) -> None:
        with self._database.writing() as connection:
            settle_failure(connection, job, failure, self._now)

    def _finish(self, job: JobClaim) -> None:
        with self._database.writing() as connection:
            if not finish(connection, job):
                raise LeaseLostError(job.key)
            crash_point("finish:deleted")
        crash_point("finish:committed")

    # --- outside ----------------------------------------------------------------------------------

    def _mail(self, job: JobClaim) -> None:
        target, now = str(job.payload["to"]), self._now
        if self._is_too_much(target, now):
            self._hold(job, target, now)
            return
        started = self.service.clock.monotonic()
        try:
            crash_point("mail:before_call")
            self.mailer.send(mail_of(job))
            crash_point("mail:after_call")
        except DeliveryError as error:
            self._fail(*self._failed(job, target, error, started))
            return
        self._finish(replace(job, delivery=self._delivery(target, "sent", started)))

    def _is_too_much(self, target: str, now: datetime) -> bool:
        with self._database.reading() as connection:
            return sent_since(connection, target, now - timedelta(hours=1)) >= self.mails_an_hour

    def _hold(self, job: JobClaim, target: str, now: datetime) -> None:
        error = f"Held back: {self.mails_an_hour} mails went to {target} within an hour."
        later = now + timedelta(minutes=15)
        with self._database.writing() as connection:
            put_back(connection, job, later, mask(error), counts=False)

    def _webhook(self, job: JobClaim) -> None:
        url = str(job.payload["url"])
        with self._database.reading() as connection:
            off = is_disabled(connection, url)
        started = self.service.clock.monotonic()
        if off:
            dropped = self._delivery(url, "dropped", started, error="This address is switched off.")
            self._finish(replace(job, delivery=dropped))
            return
        try:
            crash_point("webhook:before_call")
            status = self.webhooks.post(self._hook_of(job, url))
            crash_point("webhook:after_call")
        except DeliveryError as error:
            self._webhook_failed(job, url, error, started)
            return
        delivery = self._delivery(url, "sent", started, status=status)
        with self._database.writing() as connection:
            note_target(connection, url, self._now, worked=True)
            if not finish(connection, replace(job, delivery=delivery)):
                raise LeaseLostError(job.key)
            crash_point("finish:deleted")

    def _hook_of(self, job: JobClaim, url: str) -> OutHook:
        return OutHook(
            key=job.key,
            url=url,
            body=job.payload.get("body", {}),
            at=self._now,
            secrets=self.secrets_of(str(job.payload.get("secret", ""))),
        )

    def _webhook_failed(
        self, job: JobClaim, url: str, error: DeliveryError, started: float
    ) -> None:
        now, gone = self._now, error.status == GONE
        failed, failure = self._failed(job, url, error, started)
        with self._database.writing() as connection:
            if not settle_failure(connection, failed, failure, now):
                raise LeaseLostError(job.key)
            reason = mask(str(error))
            since = note_target(connection, url, now, worked=False, disable=gone, reason=reason)
            if since is not None and now - since > FAILING_TOO_LONG and not gone:
                note_target(connection, url, now, worked=False, disable=True, reason=reason)
                gone = True
            if gone:
                audit.note(connection, SYSTEM, "webhook.disabled", url, now, {"reason": reason})

    def _failed(
        self, job: JobClaim, target: str, error: DeliveryError, started: float
    ) -> tuple[JobClaim, Failure]:
        final = error.is_final or error.status == GONE
        delivery = self._delivery(
            target, "failed", started, status=error.status, error=mask(str(error))
        )
        return replace(job, delivery=delivery), Failure(error=str(error), is_final=final)

    def _delivery(
        self,
        target: str,
        outcome: str,
        started: float,
        *,
        status: int | None = None,
        error: str = "",
    ) -> NewDelivery:
        spent = self.service.clock.monotonic() - started
        return NewDelivery(
            target=target,
            at=self._now,
            outcome=outcome,
            status=status,
            milliseconds=round(spent * 1000),
            error=error,
        )

    # --- inside -----------------------------------------------------------------------------------

    def _notice(self, job: JobClaim) -> None:
        payload = job.payload
        text, lang = str(payload.get("text", "")), str(payload.get("lang", "en"))
        with self._database.writing() as connection:
            if user(connection, str(payload["user"])) is not None:
                notice = NewNotice(
                    key=job.key,
                    user_id=str(payload["user"]),
                    record_id=job.record_id,
                    kind=str(payload.get("template", "")),
                    text_en=str(payload.get("text_en") or text),
                    text_zh=str(payload.get("text_zh") or text),
                    created_at=self._now,
                )
                tell(connection, [notice])
            else:
                log.warning("notice for %s in %s: no such account", payload["user"], lang)
            if not finish(connection, job):
                raise LeaseLostError(job.key)
            crash_point("notice:written")

    def _timer(self, job: JobClaim) -> None:
        command = c.TimerFired(key=job.payload["key"], due_at=due_of(job))
        self._act(job, command, job.record_id)

    def _command(self, job: JobClaim) -> None:
        command = command_of(job.payload)
        record_id = job.payload.get("record") or job.record_id
        self._act(job, command, record_id)

    def _create_record(self, job: JobClaim) -> None:
        with self._database.writing() as connection:
            if not finish(connection, job):
                raise LeaseLostError(job.key)
            release = self.service.releases.live(connection)
            outcome = self.service.handle_within(connection, creation_of(job, release), None)
            self._require(outcome)
            link = back_link(job, outcome.number)
            key = f"link:{job.key}"
            parent = new_job("command", key, link, self._now, record_id=link["record"])
            add_jobs(connection, [parent])
            crash_point("create:written")
        crash_point("create:committed")
        self.service.wake()

    def _act(self, job: JobClaim, command: c.Command, record_id: str | None) -> None:
        """Carry out *command* and end the job, both or neither: what is refused stays in sight."""
        with self._database.writing() as connection:
            if not finish(connection, job):
                raise LeaseLostError(job.key)
            outcome = self.service.handle_within(connection, command, record_id)
            self._require(outcome)
            crash_point("handle:written")
        crash_point("handle:committed")
        if outcome.decision.effects or outcome.decision.timers:
            self.service.wake()

    def _require(self, outcome: Outcome) -> None:
        """Let a refusal be seen: it becomes the error of the job, which is then given up."""
        if outcome.problems:
            raise RefusedError("; ".join(one.message("en") for one in outcome.problems))

    def _sweep(self, job: JobClaim) -> None:
        with self._database.writing() as connection:
            if not finish(connection, job):
                raise LeaseLostError(job.key)
            sweep(connection, self.service, job, self._now)
            crash_point("sweep:written")
        self.service.wake()

    def _housekeeping(self, job: JobClaim) -> None:
        keep_house(self._database, job, self._now)


def mail_of(job: JobClaim) -> OutMail:
    """Return the mail of a ``mail`` job; the same at every try."""
    payload = job.payload
    name, address = str(payload.get("to_name", "")), str(payload["to"])
    return OutMail(
        key=job.key,
        to=((name, address),),
        subject=str(payload.get("subject", "")),
        text=str(payload.get("text", "")),
        at=due_of(job),
        html=str(payload.get("html", "")),
        auto=str(payload.get("auto", "generated")),
        record_id=job.record_id,
        record_number=str(payload.get("number", "")),
        lang=str(payload.get("lang", "en")),
    )
