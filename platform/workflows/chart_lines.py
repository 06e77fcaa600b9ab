"""The lines of a flow chart: what is drawn of the ways of a workflow, and in which layer states stand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from ..core.text import Lang
from .graph import steps
from .model import Workflow

_HIDDEN = frozenset({"cancelled", "merged", "reopen", "previous"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All ways from one state to another, drawn as one."""

    source: str
    target: str
    kind: str
    label: str
    conditional: bool


def lines_of(workflow: Workflow, drawn: frozenset[str], lang: Lang) -> list[Line]:
    """Return the lines between the *drawn* states: cancelling, merging and reopening are left out."""
    found: dict[tuple[str, str], Line] = {}
    for step in steps(workflow):
        if step.kind in _HIDDEN or not {step.source, step.target} <= drawn:
            continue
        label, conditional = _label(workflow, step.source, step.kind, step.position, lang)
        line = found.get((step.source, step.target))
        if line is not None:
            words = [word for word in (line.label, label) if word]
            found[step.source, step.target] = replace(
                line,
                label=" / ".join(dict.fromkeys(words)),
                conditional=line.conditional and conditional,
            )
            continue
        found[step.source, step.target] = Line(
            source=step.source,
            target=step.target,
            kind=step.kind,
            label=label,
            conditional=conditional,
        )
    return list(found.values())


_KIND_WORDS = {
    "approved": ("approved", "同意"),
    "rejected": ("rejected", "驳回"),
    "then": ("all done", "全部完成"),
    "reply": ("customer replies", "客户回复"),
    "solved": ("customer confirms", "客户确认解决"),
}


def _label(
    workflow: Workflow, source: str, kind: str, position: int, lang: Lang
) -> tuple[str, bool]:
    if kind == "go":
        way = workflow.states[source].go[position]
        target = workflow.states[way.to]
        title = way.title.get(lang)
        return ("" if title == target.title.get(lang) else title), way.when is not None
    rule = workflow.states[source].parallel
    if kind == "then" and rule is not None and rule.join != "all":
        need = 1 if rule.join == "any" else rule.need
        return (f"{need} 项完成" if lang.startswith("zh") else f"{need} done"), False
    english, chinese = _KIND_WORDS[kind]
    return (chinese if lang.startswith("zh") else english), False


def back_lines(start: str, names: list[str], lines: list[Line]) -> frozenset[tuple[str, str]]:
    """Return the lines that lead to a state on the way by which it was come from, loops included."""
    follow: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        follow[line.source].append(line.target)
    back: set[tuple[str, str]] = set()
    finished: set[str] = set()
    for root in [start, *names] if start in names else names:
        if root in finished:
            continue
        path = {root}
        stack = [(root, iter(follow[root]))]
        while stack:
            name, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                stack.pop()
                path.discard(name)
                finished.add(name)
            elif target in path:
                back.add((name, target))
            elif target not in finished:
                path.add(target)
                stack.append((target, iter(follow[target])))
    return frozenset(back)


def layers_of(names: list[str], lines: list[Line]) -> dict[str, int]:
    """Return for each state the length of the longest way to it; *lines* have no circle.

    States without any line, such as the one for cancelled records, stand at the bottom.
    """
    waiting = dict.fromkeys(names, 0)
    follow: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        waiting[line.target] += 1
        follow[line.source].append(line.target)
    layer = dict.fromkeys(names, 0)
    ready = [name for name in names if not waiting[name]]
    while ready:
        name = ready.pop()
        for target in follow[name]:
            layer[target] = max(layer[target], layer[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    tied = {name for line in lines for name in (line.source, line.target)}
    deepest = max(layer.values(), default=0)
    return {name: layer[name] if name in tied else deepest for name in names}
