"""Crowds of notices: when one operation would put very many lines into one person's list, it puts in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from ..core.text import Text
from ..store.jobs import JobClaim
from ..store.traffic import NewNotice

MOST = 20
"""So many notices for one person are told one by one; more at once become one."""

SHOWN = 3
_WORDS = Text("{count} messages at once: {some} …", "一次收到 {count} 条通知：{some} 等")
_PART = Text("; ", "；")


def crowds_of(jobs: Sequence[JobClaim]) -> list[list[JobClaim]]:
    """Return the notices among *jobs* that are too many for one person, by person."""
    by_user: dict[str, list[JobClaim]] = {}
    for job in jobs:
        if job.kind == "notice" and job.payload.get("user"):
            by_user.setdefault(str(job.payload["user"]), []).append(job)
    return [some for some in by_user.values() if len(some) > MOST]


def one_for_many(jobs: Sequence[JobClaim], now: datetime) -> NewNotice:
    """Return one notice in place of those of *jobs*, with a key that is the same for the same jobs."""
    said = [str(job.payload.get("text", "")) for job in jobs[:SHOWN]]
    keys = "\n".join(job.key for job in jobs)
    return NewNotice(
        key=f"crowd:{sha256(keys.encode()).hexdigest()[:40]}",
        user_id=str(jobs[0].payload["user"]),
        record_id=None,
        kind="crowd",
        text_en=_WORDS.en.format(count=len(jobs), some=_PART.en.join(said)),
        text_zh=_WORDS.zh.format(count=len(jobs), some=_PART.zh.join(said)),
        created_at=now,
    )
