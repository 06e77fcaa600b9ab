"""What scenarios exercise of one workflow, for the three views of its editor: counts by state and way, the path of the last trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import abort, jsonify, url_for
from flask.typing import ResponseReturnValue

from sopwith.lab.coverage import Coverage, Move, Way, coverage_of
from sopwith.release.model import Release
from sopwith.runtime.trials import trial_of
from sopwith.store.releases import Draft
from sopwith.workflows.model import Workflow

from ..visitor import get_service, visitor
from ..wording import gettext as _
from ..wording import ngettext
from .bench import Bench, bench_of
from .blueprint import blueprint, the_draft
from .coverage import A_PORTION, mark_of, summary, way_words
from .scenario_runs import go_on, runs_of
from .trial_world import playing


@blueprint.get("/<draft_id>/workflows/<name>/coverage")
def cover_workflow(draft_id: str, name: str) -> ResponseReturnValue:
    """Tell how many scenarios enter each state and go each way, and where the last trial went."""
    draft = the_draft(draft_id)
    made = bench_of(draft.documents)
    if not any(one.key == ("workflow", name) for one in made.documents):
        abort(404)
    workflow = made.partly.workflows.get(name)
    if made.release is None or workflow is None:
        words = _("The draft has errors, so its scenarios cannot run. Mend them first.")
        return jsonify(
            revision=draft.revision, is_done=True, words=words, states={}, lines={}, ways={}
        )
    runs = runs_of(draft.documents, made)
    go_on(runs, made.release, A_PORTION)
    found = coverage_of(workflow, (one.walked for one in runs.in_order()))
    lit = {one for one in _tried(draft, made, made.release) if one.workflow == name}
    return jsonify(
        revision=draft.revision,
        is_done=runs.is_done,
        words=_words(found, runs.total, is_done=runs.is_done),
        trial=_("The path of your last trial is marked too.") if lit else "",
        address=url_for("studio.coverage", draft_id=draft_id, _anchor=f"flow-{name}"),
        states=_states(found, {one.to for one in lit}),
        lines=_lines(workflow, found, {(one.source, one.to) for one in lit}),
        ways=_ways(found, coverage_of(workflow, [lit])),
    )


def _words(found: Coverage, total: int, *, is_done: bool) -> str:
    if not total:
        return _("There are no scenarios yet. Try the draft and save the run as one.")
    many = ngettext("%(num)d scenario", "%(num)d scenarios", total)
    said, more = f"{many}{_(': ')}{summary(found)}", _("The others are being run.")
    return said if is_done else f"{said} {more}"


def _tried(draft: Draft, bench: Bench, release: Release) -> frozenset[Move]:
    """Return where the records of the reader's trial went, nothing when there is none."""
    me = visitor().actor.id or ""
    with get_service().database.reading() as connection:
        trial = trial_of(connection, draft.id, me)
    if trial is None or not trial.steps or trial.record_type not in release.record_types:
        return frozenset()
    with playing(f"{draft.id}:{me}", draft.documents, bench, release, trial) as played:
        return played.player.walked()


def _states(found: Coverage, lit: set[str]) -> Mapping[str, Any]:
    return {
        name: {
            "counts": [count],
            "mark": mark_of([count]),
            "lit": name in lit,
            "words": ngettext("%(num)d scenario comes here", "%(num)d scenarios come here", count) if count else _("no scenario comes here"),
        }
        for name, count in found.states.items()
    }  # fmt: skip


def _lines(workflow: Workflow, found: Coverage, lit: set[tuple[str, str]]) -> Mapping[str, Any]:
    """Return what each line of the chart shows: the counts of its ways, in the order of the definition."""
    lines: dict[tuple[str, str], list[tuple[Way, int]]] = {}
    for way, count in found.ways.items():
        lines.setdefault((way.source, way.to), []).append((way, count))
    return {
        f"{source}>{to}": {
            "counts": [count for _way, count in some],
            "mark": mark_of([count for _way, count in some]),
            "lit": (source, to) in lit,
            "words": _(", ").join(_gone(workflow, some)),
        }
        for (source, to), some in lines.items()
    }


def _ways(found: Coverage, tried: Coverage) -> Mapping[str, Any]:
    """Return what each way of the tree and the outline shows, by its state and key."""
    return {
        f"{way.source}/{way.key}": {
            "mark": mark_of([count]),
            "lit": bool(tried.ways[way]),
            "words": ngettext("%(num)d scenario", "%(num)d scenarios", count) if count else _("no scenario"),
        }
        for way, count in found.ways.items()
    }  # fmt: skip


def _gone(workflow: Workflow, some: Iterable[tuple[Way, int]]) -> list[str]:
    return [
        ngettext("%(way)s: %(num)d scenario", "%(way)s: %(num)d scenarios", count, way=way_words(workflow, way))
        for way, count in some
    ]  # fmt: skip
