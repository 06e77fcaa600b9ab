"""Jobs that leave the database: mails and webhooks, one by one and never inside a transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..core.events import SYSTEM
from ..store import audit
from ..store.claims import load_claim, renew
from ..store.digests import end_lines, lines_of
from ..store.engine import Database
from ..store.jobs import JobClaim, NewDelivery, finish, put_back
from ..store.traffic import is_disabled, note_target, sent_since
from .breakers import failed, speaks_of_destination, worked
from .crash import crash_point
from .digests import Gathering, digest_of, gather, may_be_gathered
from .job_queue import LEASES, Failure, Lane, due_of, instant_of, mask, settle_failure
from .ports import DeliveryError, Mailer, OutHook, OutMail, WebhookSender
from .secret_references import webhook_secrets
from .service import LeaseLostError, Service
from .watching import job_ended, step, watched_delivery, watched_job

log = logging.getLogger(__name__)

FAILING_TOO_LONG = timedelta(days=5)
LONG_AGO = 10.0
"""Seconds after which who began a job looks once more whether it is still its own, before the call."""

GONE = 410


secrets_from_environment = webhook_secrets()
"""Where secrets of webhooks are looked up when no folder is set: the variables, and the usual folder."""


@dataclass(slots=True, kw_only=True)
class OutsideJobs:
    """Brings mails and webhooks out. mails_an_hour: to one address; more are held back and said to be.

    node: the name of this process, under which it gives signs of life; else a job stays with who claimed it.
    """

    service: Service
    mailer: Mailer
    webhooks: WebhookSender
    secrets_of: Callable[[str], tuple[str, ...]] = secrets_from_environment
    mails_an_hour: int = 60
    gathering: Gathering = field(default_factory=Gathering)
    node: str = ""

    def carry_out(self, job_id: int, token: str) -> None:
        """Carry out the job if *token* still holds it; errors end in the job."""
        job = self._begin(job_id, token)
        if job is None:
            return
        crash_point("job:started")
        try:
            with watched_job(job, self.service.clock.now):
                self._bring_out(job)
        except LeaseLostError:
            log.info("job %s is in other hands", job.key)
        except Exception as error:
            log.exception("job %s failed", job.key)
            self._fail(job, Failure(error=f"{type(error).__name__}: {error}"))

    def _bring_out(self, job: JobClaim) -> None:
        try:
            if job.kind == "mail":
                if not self._is_gathered(job):
                    self._mail(job, mail_of(job))
            elif job.kind == "digest":
                self._digest(job)
            elif job.kind == "webhook":
                self._webhook(job)
            else:
                error = f"no job of kind {job.kind!r} is known to this version"
                self._fail(job, Failure(error=error, is_final=True))
        except LeaseLostError:
            job_ended("lost")
            raise

    @property
    def _database(self) -> Database:
        return self.service.database

    @property
    def _now(self) -> datetime:
        return self.service.clock.now()

    def _begin(self, job_id: int, token: str) -> JobClaim | None:
        """Return the job if it is ours and nobody began it yet, its lease made new."""
        with self._database.writing(patient=True) as connection:
            job = load_claim(connection, job_id, token)
            if job is None:
                return None
            now = instant_of(self._database, self.service.clock)
            lease, at = LEASES[Lane(job.lane)], self.service.clock.monotonic()
            ours = renew(connection, job_id, token, now, lease, only_once=True, node=self.node)
            return replace(job, begun_at=at) if ours else None

    def _look_again(self, job: JobClaim) -> None:
        """See that the job is still ours when this process stood still for a while: others may have it."""
        if self.service.clock.monotonic() - job.begun_at < LONG_AGO:
            return
        now = instant_of(self._database, self.service.clock)
        with self._database.writing(patient=True) as connection:
            if not renew(connection, job.id, job.token, now, LEASES[Lane(job.lane)]):
                raise LeaseLostError(job.key)

    def _fail(self, job: JobClaim, failure: Failure) -> None:
        job_ended("dead" if failure.is_final or job.is_last else "failed")
        with self._database.writing(patient=True) as connection:
            settle_failure(connection, job, failure, self._now)

    def _finish(self, job: JobClaim) -> None:
        with self._database.writing(patient=True) as connection:
            if job.delivery is not None and job.delivery.outcome == "sent":
                worked(connection, job.destination, self._now)
            if not finish(connection, job):
                raise LeaseLostError(job.key)
            if job.kind == "digest":
                end_lines(connection, job.key, str(job.payload["to"]), self._now)
            crash_point("finish:deleted")
        crash_point("finish:committed")

    def _is_gathered(self, job: JobClaim) -> bool:
        """Return whether the mail became a line of a digest."""
        if self.gathering.after <= 0 or not may_be_gathered(job):
            return False
        with self._database.writing(patient=True) as connection:
            found = gather(connection, job, self.gathering, self._now)
        if found is None:
            raise LeaseLostError(job.key)
        if found:
            job_ended("gathered")
        return found

    def _digest(self, job: JobClaim) -> None:
        with self._database.reading() as connection:
            lines = lines_of(connection, job.key)
        if lines:
            self._mail(job, digest_of(job, lines))
        else:
            self._finish(job)

    def _mail(self, job: JobClaim, mail: OutMail) -> None:
        target, now = str(job.payload["to"]), self._now
        if self._is_too_much(target, now):
            self._hold(job, target, now)
            return
        started = self.service.clock.monotonic()
        try:
            self._look_again(job)
            crash_point("mail:before_call")
            with step("send mail"):
                self.mailer.send(mail)
            crash_point("mail:after_call")
        except DeliveryError as error:
            tried, failure = self._failed(job, target, error, started)
            with self._database.writing(patient=True) as connection:
                self._settle(connection, tried, failure, error)
            return
        self._finish(replace(job, delivery=self._delivery(target, "sent", started)))

    def _is_too_much(self, target: str, now: datetime) -> bool:
        with self._database.reading() as connection:
            return sent_since(connection, target, now - timedelta(hours=1)) >= self.mails_an_hour

    def _hold(self, job: JobClaim, target: str, now: datetime) -> None:
        error = f"Held back: {self.mails_an_hour} mails went to {target} within an hour."
        later = now + timedelta(minutes=15)
        with self._database.writing(patient=True) as connection:
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
            self._look_again(job)
            crash_point("webhook:before_call")
            with step("call webhook"):
                status = self.webhooks.post(self._hook_of(job, url))
            crash_point("webhook:after_call")
        except DeliveryError as error:
            self._webhook_failed(job, url, error, started)
            return
        delivery = self._delivery(url, "sent", started, status=status)
        with self._database.writing(patient=True) as connection:
            note_target(connection, url, self._now, worked=True)
            worked(connection, job.destination, self._now)
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
        tried, failure = self._failed(job, url, error, started)
        with self._database.writing(patient=True) as connection:
            if not self._settle(connection, tried, failure, error):
                raise LeaseLostError(job.key)
            reason = mask(str(error))
            since = note_target(connection, url, now, worked=False, disable=gone, reason=reason)
            if since is not None and now - since > FAILING_TOO_LONG and not gone:
                note_target(connection, url, now, worked=False, disable=True, reason=reason)
                gone = True
            if gone:
                audit.note(connection, SYSTEM, "webhook.disabled", url, now, {"reason": reason})

    def _settle(
        self, connection: Connection, job: JobClaim, failure: Failure, error: DeliveryError
    ) -> bool:
        """Note a failed try. One that speaks of a destination whose breaker is open loses no try."""
        is_open = speaks_of_destination(job.kind, error) and failed(
            connection, job.destination, self._now, mask(str(error))
        )
        if is_open and not failure.is_final:
            job_ended("held")
            kept = put_back(connection, job, self._now, mask(str(error)), counts=False)
            crash_point("retry:written")
            return kept
        job_ended("dead" if failure.is_final or job.is_last else "failed")
        return settle_failure(connection, job, failure, self._now)

    def _failed(
        self, job: JobClaim, target: str, error: DeliveryError, started: float
    ) -> tuple[JobClaim, Failure]:
        final = error.is_final or error.status == GONE
        delivery = self._delivery(
            target, "failed", started, status=error.status, error=mask(str(error))
        )
        return replace(job, delivery=delivery), Failure(error=str(error), is_final=final)

    @watched_delivery
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
