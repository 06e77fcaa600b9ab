"""What the scenarios of a draft exercise: painted on its flow charts, and what none of them ever does in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.lab.coverage import Coverage, Move, Way, coverage_of
from sopwith.release.model import Release
from sopwith.store.releases import Draft, files_in_force
from sopwith.workflows.model import Workflow

from ..desk.words import labels_of
from ..flowchart import FlowChart, flow_chart, workflow_names
from ..htmx import is_htmx
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from ..wording import ngettext
from .bench import Bench, bench_of
from .blueprint import blueprint, the_draft
from .failing_reason import main_reason
from .scenario_mending import failing_of
from .scenario_offers import Offers, offers_of
from .scenario_runs import Result, Runs, go_on, runs_of
from .trial_page import Marks

A_PORTION = 0.8
"""Seconds that one question of a page in the background may take."""
FEW = 3
"""Workflows whose charts all stand open where the draft changes none of them; failing scenarios that the panel shows."""
AT_ONCE = 6.0
"""Seconds that the page of the coverage may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One workflow. is_open: its chart, at first. never_states, never_ways: what no scenario enters or goes, in words."""

    workflow: Workflow
    is_open: bool
    chart: FlowChart
    marks: Marks
    summary: str
    never_states: Sequence[str]
    never_ways: Sequence[str]


@blueprint.get("/<draft_id>/scenarios")
def scenarios(draft_id: str) -> ResponseReturnValue:
    """Run some more of the scenarios and tell how all went so far: what a page asks after each save."""
    draft = the_draft(draft_id)
    seen = request.args.get("revision", "")
    made = bench_of(draft.documents)
    if seen.isascii() and seen.isdigit() and int(seen) != draft.revision:
        return jsonify(revision=draft.revision, stale=True)
    if made.release is None:
        return jsonify(revision=draft.revision, words="", is_done=True, failing=[])
    runs = runs_of(draft.documents, made)
    go_on(runs, made.release, A_PORTION)
    found = runs.in_order()
    failing = [one for one in found if not one.passed]
    offers = offers_of(made, made.release, runs, A_PORTION if runs.is_done else None)
    return jsonify(
        revision=draft.revision,
        total=runs.total,
        run=len(found),
        passed=len(found) - len(failing),
        failed=len(failing),
        is_done=runs.is_done and offers.is_whole,
        words=said(runs, found),
        calm=offers.words,
        reason=main_reason(made.release, failing),
        clean=clean_words(runs, found, offers),
        failing=[{"id": one.id, "title": one.title.get(lang())} for one in failing[:20]],
    )


def said(runs: Runs, found: Sequence[Result]) -> str:
    """Return in words how the scenarios went so far."""
    good = sum(1 for one in found if one.passed)
    if not runs.total:
        return _("No scenarios yet")
    if not runs.is_done:
        return _("%(done)d of %(total)d scenarios were run", done=len(found), total=runs.total)
    if good == runs.total:
        return ngettext("%(good)d of %(num)d scenario passes", "%(good)d of %(num)d scenarios pass", runs.total, good=good)  # fmt: skip
    bad = runs.total - good
    return ngettext("%(num)d scenario of %(total)d fails", "%(num)d scenarios of %(total)d fail", bad, total=runs.total)  # fmt: skip


NONE = Offers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How the draft's scenarios went so far, in words; failed: how many of them did not hold."""

    words: str = ""
    failed: int = 0
    is_done: bool = True
    offers: Offers = NONE


def clean_words(runs: Runs, found: Sequence[Result], offers: Offers) -> str:
    """Return what stands where no problem does: never that all is well while scenarios fail."""
    if runs.is_done and any(not one.passed for one in found):
        return _("No errors · %(scenarios)s", scenarios=offers.words or said(runs, found))
    return _("It checks clean.")


def how_scenarios_went(draft: Draft, made: Bench, *, run: bool = False) -> Went:
    """Return how those of the draft's scenarios went that were run already. run: some more of them, for a while."""
    if made.release is None:
        return Went()
    runs = runs_of(draft.documents, made)
    if run:
        go_on(runs, made.release, A_PORTION)
    found = runs.in_order()
    failed = sum(not one.passed for one in found)
    offers = offers_of(made, made.release, runs, A_PORTION if run and runs.is_done else None)
    return Went(words=said(runs, found), failed=failed, is_done=runs.is_done and offers.is_whole, offers=offers)  # fmt: skip


@blueprint.get("/<draft_id>/coverage")
def coverage(draft_id: str) -> ResponseReturnValue:
    """Show which states, ways and rules the scenarios exercise, and which never; to htmx only what puts failing ones right."""
    draft = the_draft(draft_id)
    made = bench_of(draft.documents)
    if is_htmx():
        return render_template("studio/mending.html", draft=draft, **_mending(draft, made))
    if made.release is None:
        return render_template("studio/coverage.html", draft=draft, is_broken=True)
    runs = runs_of(draft.documents, made)
    go_on(runs, made.release, AT_ONCE)
    found = runs.in_order()
    failing = failing_of(made, made.release, found)
    offers = offers_of(made, made.release, runs, AT_ONCE)
    fired = {name for one in found for name in one.fired}
    walked = [one.walked for one in found]
    shown = _open_charts(made)
    return render_template(
        "studio/coverage.html",
        draft=draft,
        is_broken=False,
        results=found,
        failing=failing,
        offers=offers,
        runs=runs,
        said=said(runs, found),
        workflows=[
            covered(made.release, one, walked, is_open=one.id in shown)
            for one in made.release.workflows.values()
        ],
        idle=_never(made.release, fired),
        rules=len(made.release.rules),
    )


def _mending(draft: Draft, made: Bench) -> Mapping[str, Any]:
    """Return what the panel at the chip shows: how the scenarios went, and what puts those right that fail."""
    if made.release is None:
        return {"is_broken": True, "failing": (), "said": "", "reason": "", "offers": NONE}
    runs = runs_of(draft.documents, made)
    go_on(runs, made.release, AT_ONCE)
    found = runs.in_order()
    failed = [one for one in found if not one.passed]
    offers = offers_of(made, made.release, runs, AT_ONCE)
    return {
        "is_broken": False,
        "offers": offers,
        "said": said(runs, found),
        "reason": main_reason(made.release, failed),
        "failing": () if offers.words else failing_of(made, made.release, failed[:FEW]),
    }


def _open_charts(made: Bench) -> frozenset[str]:
    """Return the ids of the workflows whose text is not the one in effect; where none is another one, of all if they are few."""
    with get_service().database.reading() as connection:
        files = files_in_force(connection)
    texts = {one.key: one.text for one in bench_of(files).documents}
    flows = [one for one in made.documents if one.kind == "workflow"]
    changed = frozenset(one.id for one in flows if texts.get(one.key) != one.text)
    return changed or frozenset(one.id for one in flows if len(flows) <= FEW)


def _never(release: Release, fired: set[str]) -> list[Text]:
    return [one.title or Text(one.id, one.id) for one in release.rules.values() if one.id not in fired and one.enabled]  # fmt: skip


def covered(
    release: Release,
    workflow: Workflow,
    runs: Sequence[frozenset[Move]],
    *,
    is_open: bool = True,
) -> Covered:
    """Return what of *workflow* was exercised. runs: the moves of one scenario each."""
    found = coverage_of(workflow, runs)
    kind = release.record_types.get(workflow.record_type)
    chart = flow_chart(
        workflow,
        "zh-CN" if lang() == "zh-CN" else "en",
        names=workflow_names(release, workflow),
        labels=labels_of(release, kind) if kind else None,
    )
    edges = [(one.source, one.target) for one in chart.edges]
    marks = Marks(
        nodes={name: mark_of([count]) for name, count in found.states.items()},
        edges={key: mark_of([count for _way, count in found.between(*key)]) for key in edges},
        words={"covered": _("exercised by a scenario"), "partly": _("only some of its ways are exercised"), "never": _("never exercised")},
    )  # fmt: skip
    used = {*marks.nodes.values(), *marks.edges.values()}
    return Covered(
        workflow=workflow,
        is_open=is_open,
        chart=chart,
        marks=replace(
            marks, words={key: words for key, words in marks.words.items() if key in used}
        ),
        summary=summary(found),
        never_states=[
            one.title.get(lang()) for one in workflow.states.values() if not found.states[one.id]
        ],
        never_ways=[way_words(workflow, way) for way, count in found.ways.items() if not count],
    )


def mark_of(counts: Sequence[int]) -> str:
    """Return how states or ways are painted of which so many scenarios make use."""
    if not any(counts):
        return "never"
    return "covered" if all(counts) else "partly"


def way_words(workflow: Workflow, way: Way) -> str:
    """Return from where to where a way leads, and what it is called."""
    source, target = (
        workflow.states[way.source].title.get(lang()),
        workflow.states[way.to].title.get(lang()),
    )
    ends = f"{source} → {target}"
    if way.key.startswith("go/"):
        title = workflow.states[way.source].go[int(way.key[3:])].title.get(lang())
    else:
        title = {"approved": _("Approved"), "rejected": _("Rejected"), "then": _("All done"), "reply": _("Customer replies"), "solved": _("Customer confirms")}[way.key]  # fmt: skip
    return f"{ends}{_(': ')}{title}" if title and title != target else ends


def summary(found: Coverage) -> str:
    """Return in words how much of a workflow is exercised."""
    return _(
        "%(good)d of %(all)d states, %(ways)d of %(every)d ways are exercised.",
        good=sum(1 for count in found.states.values() if count),
        all=len(found.states),
        ways=sum(1 for count in found.ways.values() if count),
        every=len(found.ways),
    )
