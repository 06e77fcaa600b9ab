"""What else fires beside a rule: those set off together with it, by it, and those that write what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sopwith.release.model import Release
from sopwith.rules.chains import sets_off
from sopwith.rules.model import Rule, Table
from sopwith.rules.overwriting import Overwrite, fire_together, overwrites


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The other rules that have to do with one. names: for ``writes``, the fields written by each."""

    together: tuple[Rule, ...] = ()
    causes: tuple[Rule, ...] = ()
    caused_by: tuple[Rule, ...] = ()
    writes: tuple[tuple[Rule, tuple[str, ...]], ...] = ()
    overwrites: tuple[Overwrite, ...] = ()


def beside(release: Release, rule: Rule) -> Beside:
    """Return which other rules that are switched on fire with *rule*, by it, before it, or write what it reads."""
    others = [
        one
        for one in release.rules.values()
        if one.id != rule.id and one.enabled and _meets(one.record_type, rule.record_type)
    ]
    chains = sets_off(tuple(release.rules.values()), release.tables)
    known = {one.id: one for one in release.rules.values()}
    together = tuple(one for one in others if fire_together(one, rule))
    return Beside(
        together=together,
        overwrites=overwrites(rule, together),
        causes=_named(chains.get(rule.id, ()), known, rule),
        caused_by=_named((one for one, some in chains.items() if rule.id in some), known, rule),
        writes=tuple(
            (one, names)
            for one in others
            if (names := tuple(sorted(_written(one, release.tables) & _read(rule))))
        ),
    )


def lowers(release: Release, rule: Rule, one: Overwrite) -> bool:
    """Return whether *rule* has the last word and puts a field lower than the other rule did.

    Only choices that rules raise have an order, the highest first, and the priority, which clocks go by.
    """
    ranked = {"priority"} | {
        str(action.args.get("field"))
        for known in release.rules.values()
        for action in known.then
        if action.kind == "raise"
    }
    kinds = [release.record_types[rule.record_type]] if rule.record_type in release.record_types else release.record_types.values()  # fmt: skip
    if not one.last or one.field not in ranked:
        return False
    fields = (kind.all_fields.get(one.field) for kind in kinds)
    orders = ([option.id for option in field.options] for field in fields if field is not None)
    return any(
        one.mine in order
        and one.theirs in order
        and order.index(one.mine) > order.index(one.theirs)
        for order in orders
    )


def _meets(one: str, other: str) -> bool:
    return "any" in (one, other) or one == other


def _named(ids: Iterable[str], known: Mapping[str, Rule], rule: Rule) -> tuple[Rule, ...]:
    return tuple(known[one] for one in ids if one in known and one != rule.id)


def _read(rule: Rule) -> set[str]:
    found = {name.split(".")[0] for name in rule.when.names} if rule.when else set()
    for action in rule.then:
        for expression in action.expressions.values():
            found |= {name.split(".")[0] for name in expression.names}
    return found - {"event", "customer"}


def _written(rule: Rule, tables: Mapping[str, Table]) -> set[str]:
    found: set[str] = set()
    for action in rule.then:
        match action.kind:
            case "set":
                found |= set(action.args)
            case "raise":
                found.add(str(action.args.get("field")))
            case "table" if action.args.get("table") in tables:
                found |= set(tables[str(action.args["table"])].outputs)
            case "assign" | "route" | "escalate":
                found |= {"owner", "team"}
            case "transition":
                found |= {"state", "category", "entered_at", "previous_state"}
            case "tag" | "untag":
                found.add("tags")
    return found
