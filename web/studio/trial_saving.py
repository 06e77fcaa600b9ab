"""A trial as a scenario: whether it can be one, and under which id."""

from __future__ import annotations

import re

from sopwith.lab.trial import Played
from sopwith.store.releases import Draft

from ..wording import gettext as _
from .bench import Bench
from .trial_story import misfit_of

_WORD = re.compile(r"[^a-z0-9]+")


def unkeepable(played: Played, title: str) -> str:
    """Return why the trial cannot be saved, empty when it can."""
    if not title:
        return _("Give the scenario a name: what does it show?")
    if not played.trial.steps:
        return _("Take a step first: there is nothing to save yet.")
    if any(misfit_of(run) for run in played.runs):
        return _("Some steps do not fit the draft any more. Take them back first.")
    return ""


def free_name(bench: Bench, draft: Draft, folder: str, title: str) -> str:
    """Return an id of the scenario that nothing has yet, made of its title."""
    taken = {one.id for one in bench.documents if one.kind == "scenario"}
    stem = _WORD.sub("-", title.lower()).strip("-")[:40].strip("-") or "trial"
    stem = stem if stem[0].isalpha() else f"trial-{stem}"
    name, number = stem, 1
    while name in taken or f"{folder}/scenarios/{name}.yaml" in draft.documents:
        number += 1
        name = f"{stem}-{number}"
    return name
