"""Trials of drafts: what each administrator tried is kept with the draft, and gone with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ..lab.trial import Trial
from ..store.installation import forget_setting, put_setting, setting
from ..store.releases import trial_setting
from .service import Service


class OtherTrialError(Exception):
    """The trial has other steps by now than whoever wants to go on saw: another tab of theirs went on."""


def trial_of(connection: Connection, draft_id: str, user_id: str) -> Trial | None:
    """Return what the administrator tries with the draft, None when nothing was begun."""
    found = setting(connection, trial_setting(draft_id, user_id))
    return None if found is None else _read(found)


def keep_trial(
    service: Service, draft_id: str, user_id: str, trial: Trial, seen: int | None = None
) -> None:
    """Keep the trial. seen: how many steps the page showed; raises OtherTrialError when there are others by now."""
    name = trial_setting(draft_id, user_id)
    with service.database.writing() as connection:
        found = setting(connection, name)
        if seen is not None and (found is None or len(_read(found).steps) != seen):
            raise OtherTrialError(draft_id)
        put_setting(connection, name, _plain(trial), service.clock.now())


def note_files(service: Service, draft_id: str, user_id: str, files: Mapping[str, int]) -> None:
    """Note the sizes of files that were sent in the trial; nothing when it was ended meanwhile."""
    name = trial_setting(draft_id, user_id)
    with service.database.writing() as connection:
        found = setting(connection, name)
        if found is not None:
            known = {**found.get("files", {}), **files}
            put_setting(connection, name, {**found, "files": known}, service.clock.now())


def end_trial(service: Service, draft_id: str, user_id: str) -> None:
    """Forget the trial."""
    with service.database.writing() as connection:
        forget_setting(connection, trial_setting(draft_id, user_id))


def _plain(trial: Trial) -> dict[str, Any]:
    return {
        "record_type": trial.record_type,
        "now": trial.now,
        "zone": trial.zone,
        "steps": [dict(step) for step in trial.steps],
        "files": dict(trial.files),
    }


def _read(kept: Mapping[str, Any]) -> Trial:
    return Trial(
        record_type=str(kept["record_type"]),
        now=str(kept["now"]),
        zone=str(kept["zone"]),
        steps=tuple(kept["steps"]),
        files=dict(kept.get("files", {})),
    )
