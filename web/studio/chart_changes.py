"""What is different between two versions of a workflow, drawn on one flow chart: added, removed, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sopwith.release.difference import ChangeKind, DocumentDifference
from sopwith.release.model import Release
from sopwith.workflows.chart_lines import lines_of
from sopwith.workflows.model import State, Workflow

from ..desk.words import labels_of
from ..flowchart import FlowChart, flow_chart, workflow_names
from ..languages import lang
from ..wording import gettext as _
from .trial_page import Marks

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedChart:
    """One workflow with its changes."""

    workflow: Workflow
    chart: FlowChart
    marks: Marks


def changed_charts(
    before: Release | None, after: Release | None, found: Sequence[DocumentDifference]
) -> list[ChangedChart]:
    """Return a chart for each workflow in *found*; nothing for a draft that makes no release."""
    charts = []
    for one in found:
        if one.kind != "workflow":
            continue
        old = before.workflows.get(one.id) if before else None
        new = after.workflows.get(one.id) if after else None
        if (old is None and new is None) or (new is None and one.change is not ChangeKind.REMOVED):
            continue
        release = after if new is not None and after is not None else before
        if release is not None:
            charts.append(_chart(release, old, new, one))
    return charts


def _chart(
    release: Release, old: Workflow | None, new: Workflow | None, found: DocumentDifference
) -> ChangedChart:
    both = united(old, new)
    kind = release.record_types.get(both.record_type)
    chart = flow_chart(
        both,
        "zh-CN" if lang() == "zh-CN" else "en",
        names=workflow_names(release, both),
        labels=labels_of(release, kind) if kind and kind.workflow == both.id else None,
    )
    nodes = _states(old, new, found)
    edges = {}
    lines = [_lines(one) for one in (old, new)]
    for edge in chart.edges:
        key = (edge.source, edge.target)
        if key in lines[1] and key not in lines[0]:
            edges[key] = ADDED
        elif key in lines[0] and key not in lines[1]:
            edges[key] = REMOVED
    words = {ADDED: _("added"), REMOVED: _("removed"), CHANGED: _("modified")}
    used = {*nodes.values(), *edges.values()}
    marks = Marks(
        nodes=nodes, edges=edges, words={key: one for key, one in words.items() if key in used}
    )
    return ChangedChart(workflow=both, chart=chart, marks=marks)


def _states(
    old: Workflow | None, new: Workflow | None, found: DocumentDifference
) -> Mapping[str, str]:
    was, now = (set(one.states) if one else set() for one in (old, new))
    touched = {
        str(part.path[1])
        for part in found.parts
        if len(part.path) > 1 and part.path[0] == "states" and part.change is not ChangeKind.MOVED
    }
    marks = dict.fromkeys(touched & was & now, CHANGED)
    marks |= dict.fromkeys(now - was, ADDED)
    marks |= dict.fromkeys(was - now, REMOVED)
    return marks


def united(old: Workflow | None, new: Workflow | None) -> Workflow:
    """Return one workflow with the states and ways of both: what is gone stands where it led to."""
    if new is None or old is None:
        whole = new or old
        assert whole is not None
        return whole
    states: dict[str, State] = {}
    for name, state in new.states.items():
        before = old.states.get(name)
        known = {way.to for way in state.go}
        gone = tuple(way for way in before.go if way.to not in known) if before else ()
        states[name] = replace(state, go=(*state.go, *gone))
    states |= {name: state for name, state in old.states.items() if name not in new.states}
    return replace(new, states=states)


def _lines(workflow: Workflow | None) -> set[tuple[str, str]]:
    """Return the lines of the workflow by itself."""
    if workflow is None:
        return set()
    return {
        (one.source, one.target) for one in lines_of(workflow, frozenset(workflow.states), "en")
    }
