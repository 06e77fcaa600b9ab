"""Which rules an event sets off: cost grows with the rules that match, not with those that exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from typing import Any

from ..expressions import Context, Trace
from .model import Rule
from .shapes import NO_HITS, Hits, Matcher, Plan, plan_of

_MAX_HEARD = 10_000
_UNHEARD: Any = object()


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, by the name that triggers use, with what conditions read as ``event``."""

    name: str
    event: Mapping[str, Any] = field(default_factory=dict)


class RuleIndex:
    """The enabled rules of one record type (and of any), found by trigger and condition.

    Rules are ordered by their order, then by id. Indexes are made when a happening is first
    looked up, conditions are compiled when they are first evaluated; threads may share one.
    """

    def __init__(self, rules: Iterable[Rule], record_type: str) -> None:
        wanted = (record_type, "any")
        chosen = [rule for rule in rules if rule.enabled and rule.record_type in wanted]
        self._rules = tuple(sorted(chosen, key=lambda rule: (rule.order, rule.id)))
        self._by_trigger: dict[str, list[int]] = {}
        for rank, rule in enumerate(self._rules):
            for name in {one.event for one in rule.triggers if one.kind == "event"}:
                self._by_trigger.setdefault(name, []).append(rank)
        self._plans: dict[int, Plan] = {}
        self._matchers: dict[tuple[str, ...], Matcher] = {}
        self._heard: dict[str, Matcher | None] = {}

    def listening(self, happening: str) -> tuple[Rule, ...]:
        """Return the rules with a trigger for *happening*, whatever their conditions."""
        return tuple(self._rules[rank] for rank in self._ranks(self._triggers(happening)))

    def matching(
        self, happenings: Sequence[Happening], values: Mapping[str, Any], context: Context
    ) -> tuple[tuple[Rule, Happening], ...]:
        """Return every rule with every happening that sets it off and for which its condition holds.

        Conditions read *values*, and the happening's event as ``event``. In the order of rules,
        for one rule in the order of happenings.
        """
        found: list[tuple[Hits, Happening]] = []
        for happening in happenings:
            hits = self._hits(happening, values, context)
            if hits.ranks:
                found.append((hits, happening))
        if len(found) == 1:
            hits, happening = found[0]
            return tuple(zip(hits.rules, repeat(happening)))
        pairs = sorted(
            (rank, place) for place, (hits, _) in enumerate(found) for rank in hits.ranks
        )
        return tuple((self._rules[rank], found[place][1]) for rank, place in pairs)

    def rules_for(
        self, happening: Happening, values: Mapping[str, Any], context: Context
    ) -> tuple[Rule, ...]:
        """Return the rules that one happening sets off: ``matching`` without the pairs, which cost more."""
        return self._hits(happening, values, context).rules

    def _hits(self, happening: Happening, values: Mapping[str, Any], context: Context) -> Hits:
        matcher: Matcher | None = self._heard.get(happening.name, _UNHEARD)
        if matcher is _UNHEARD:
            matcher = self._hear(happening.name)
        if matcher is None:
            return NO_HITS
        scope = {**values, "event": happening.event} if matcher.needs_event else values
        return matcher.find(scope, context)

    def timed(self) -> tuple[Rule, ...]:
        """Return the rules with a trigger in time: after, at or every."""
        return self._timed

    @cached_property
    def _timed(self) -> tuple[Rule, ...]:
        return tuple(
            rule for rule in self._rules if any(one.kind != "event" for one in rule.triggers)
        )

    @cached_property
    def fields_watched(self) -> frozenset[str]:
        """Return the fields whose change some rule waits for by name."""
        start = "changed:"
        return frozenset(
            name.removeprefix(start) for name in self._by_trigger if name.startswith(start)
        )

    def _triggers(self, happening: str) -> tuple[str, ...]:
        """Return the triggers in use that *happening* sets off: its name, and the names it begins with."""
        known = self._by_trigger
        if ":" not in happening:
            return (happening,) if happening in known else ()
        parts = happening.split(":")
        names = (":".join(parts[:count]) for count in range(1, len(parts) + 1))
        return tuple(name for name in names if name in known)

    def _ranks(self, triggers: tuple[str, ...]) -> list[int]:
        if len(triggers) == 1:
            return self._by_trigger[triggers[0]]
        return sorted({rank for name in triggers for rank in self._by_trigger[name]})

    def _hear(self, happening: str) -> Matcher | None:
        """Return who listens to *happening*, and remember it; names of tags and fields are many."""
        if len(self._heard) >= _MAX_HEARD:
            self._heard.clear()
        matcher = self._heard[happening] = self._matcher(self._triggers(happening))
        return matcher

    def _matcher(self, triggers: tuple[str, ...]) -> Matcher | None:
        if not triggers:
            return None
        found = self._matchers.get(triggers)
        if found is None:
            ranks = self._ranks(triggers)
            for rank in ranks:
                if rank not in self._plans:
                    self._plans[rank] = plan_of(self._rules[rank].when)
            found = Matcher([(rank, self._rules[rank]) for rank in ranks], self._plans)
            self._matchers[triggers] = found
        return found


def explain_rule(
    rule: Rule, values: Mapping[str, Any], context: Context
) -> tuple[bool, Trace | None]:
    """Return whether the condition of *rule* holds, and why; no condition always holds."""
    if rule.when is None:
        return True, None
    trace = rule.when.explain(values, context)
    return trace.result is True, trace
