"""The processes of a draft: for each type of record the definitions that a change of it is mostly about."""

from __future__ import annotations

from dataclasses import dataclass

from sopwith.release.model import RecordType

from ..wording import gettext as _
from ..wording import ngettext
from .bench import Bench, Line

ANY = "any"
"""The type of a rule that is for records of every type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One type of record with its form, its workflow, its promises and its routing, and the rules for it alone; shared: how many are for all types."""

    type: RecordType
    lines: tuple[Line, ...]
    rules: tuple[Line, ...]
    shared: int

    @property
    def rules_words(self) -> str:
        """Return how many rules act on its records."""
        return rules_words(len(self.rules), self.shared)


def rules_words(own: int, shared: int) -> str:
    """Return how many rules act on records of one type: those for it alone, and those for all types."""
    if not own:
        return ngettext("%(num)d rule for all types", "%(num)d rules for all types", shared)
    mine = ngettext("%(num)d rule", "%(num)d rules", own)
    if not shared:
        return mine
    more = ngettext("%(num)d more for all types", "%(num)d more for all types", shared)
    return _("%(rules)s, and %(more)s", rules=mine, more=more)


def processes_of(bench: Bench) -> list[Process]:
    """Return the processes of a draft that can be read, those that customers may begin first."""
    lines = {(one.kind, one.id): one for _kind, some in bench.outline() for one in some}
    rules = bench.partly.rules.values()
    shared = sum(rule.record_type == ANY for rule in rules)
    found = []
    for one in sorted(bench.partly.record_types.values(), key=lambda one: not one.portal):
        wanted = (("form", one.intake), ("workflow", one.workflow), ("sla", one.sla), ("routing", one.routing))  # fmt: skip
        mine = [("rule", rule.id) for rule in rules if rule.record_type == one.id]
        found.append(
            Process(
                type=one,
                lines=tuple(lines[kind, name] for kind, name in wanted if name and (kind, name) in lines),
                rules=tuple(lines[key] for key in mine if key in lines),
                shared=shared,
            )
        )  # fmt: skip
    return found
