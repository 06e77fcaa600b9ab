"""Carry out claimed jobs: what is inside the database together, what leaves it one by one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field

from ..store.claims import lanes_of
from .digests import Gathering
from .inside_jobs import InsideJobs
from .lanes import IN_DATABASE
from .outside_jobs import OutsideJobs, secrets_from_environment
from .ports import Mailer, WebhookSender
from .service import Service

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class JobRunner:
    """Carries out jobs. mails_an_hour: to one address; more are held back and said to be. gathering: into digests.

    node: the name of this process; what it begins is in its hands, and is freed when it gives no sign of life.
    """

    service: Service
    mailer: Mailer
    webhooks: WebhookSender
    secrets_of: Callable[[str], tuple[str, ...]] = secrets_from_environment
    mails_an_hour: InitVar[int] = 60
    gathering: Gathering = field(default_factory=Gathering)
    node: str = ""
    inside: InsideJobs = field(init=False)
    outside: OutsideJobs = field(init=False)

    def __post_init__(self, mails_an_hour: int) -> None:
        self.inside = InsideJobs(service=self.service, node=self.node)
        self.outside = OutsideJobs(
            service=self.service,
            mailer=self.mailer,
            webhooks=self.webhooks,
            secrets_of=self.secrets_of,
            mails_an_hour=mails_an_hour,
            gathering=self.gathering,
            node=self.node,
        )

    def run_jobs(self, ids: Sequence[int], token: str) -> None:
        """Carry out the jobs that *token* still holds. Doing so twice is harmless; errors end in the jobs.

        Raises what the database raises when it is away; then nothing was noted about the rest.
        """
        with self.service.database.reading() as connection:
            lanes = lanes_of(connection, ids, token)
        inside = [one for one in ids if lanes.get(one) in IN_DATABASE]
        if inside:
            self.inside.carry_out(inside, token)
        for one in ids:
            if one in lanes and one not in inside:
                self.outside.carry_out(one, token)

    def run_job(self, job_id: int, token: str) -> None:
        """Carry out one job."""
        self.run_jobs([job_id], token)
