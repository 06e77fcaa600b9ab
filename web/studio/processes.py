"""The processes of a draft: for each type of record the definitions that a change of it is mostly about."""

from __future__ import annotations

from dataclasses import dataclass

from sopwith.release.model import RecordType

from .bench import Bench, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One type of record with its form, its workflow, its promises and its routing, and the rules for it alone."""

    type: RecordType
    lines: tuple[Line, ...]
    rules: tuple[Line, ...]


def processes_of(bench: Bench) -> list[Process]:
    """Return the processes of a draft that can be read, those that customers may begin first."""
    lines = {(one.kind, one.id): one for _kind, some in bench.outline() for one in some}
    rules = bench.partly.rules.values()
    found = []
    for one in sorted(bench.partly.record_types.values(), key=lambda one: not one.portal):
        wanted = (("form", one.intake), ("workflow", one.workflow), ("sla", one.sla), ("routing", one.routing))  # fmt: skip
        mine = [("rule", rule.id) for rule in rules if rule.record_type == one.id]
        found.append(
            Process(
                type=one,
                lines=tuple(lines[kind, name] for kind, name in wanted if name and (kind, name) in lines),
                rules=tuple(lines[key] for key in mine if key in lines),
            )
        )  # fmt: skip
    return found
