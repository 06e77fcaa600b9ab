"""What else fires beside a rule: those set off together with it, by it, and those that write what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sopwith.release.model import Release
from sopwith.rules.chains import sets_off
from sopwith.rules.model import Rule, Table
from sopwith.rules.overwriting import Overwrite, fire_together, overwrites, runs_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A value that another rule raises afterwards. mine: the value that the rule sets. becomes: what it is then."""

    other: Rule
    field: str
    mine: str
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The other rules that have to do with one. names: for ``writes``, the fields written by each."""

    together: tuple[Rule, ...] = ()
    causes: tuple[Rule, ...] = ()
    caused_by: tuple[Rule, ...] = ()
    writes: tuple[tuple[Rule, tuple[str, ...]], ...] = ()
    overwrites: tuple[Overwrite, ...] = ()
    raised: tuple[Raised, ...] = ()


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
        raised=tuple(raised(release, rule, together)),
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
    ranked = {"priority"} | {field for known in release.rules.values() for field, _by in _raises(known)}  # fmt: skip
    return (
        one.last
        and one.field in ranked
        and any(
            one.mine in order
            and one.theirs in order
            and order.index(one.mine) > order.index(one.theirs)
            for order in _orders(release, rule, one.field)
        )
    )


def raised(release: Release, rule: Rule, together: Iterable[Rule]) -> Iterator[Raised]:
    """Yield what rules of *together* make of the values that *rule* sets, by raising them after it."""
    mine = {name: value for action in rule.then if action.kind == "set" for name, value in action.args.items()}  # fmt: skip
    for one in together:
        for field, by in _raises(one) if runs_before(rule, one) else ():
            for order in _orders(release, rule, field):
                if mine.get(field) in order and (place := order.index(mine[field])):
                    becomes = order[max(0, place - by)]
                    yield Raised(other=one, field=field, mine=mine[field], becomes=becomes)
                    break


def _raises(rule: Rule) -> Iterator[tuple[str, int]]:
    for action in rule.then:
        if action.kind == "raise":
            yield str(action.args.get("field")), int(action.args.get("by", 1))


def _orders(release: Release, rule: Rule, field: str) -> Iterator[list[str]]:
    """Yield the choices of a field, the highest first, of each type of record that *rule* is about."""
    for kind in release.record_types.values():
        found = kind.all_fields.get(field)
        if found is not None and _meets(kind.id, rule.record_type):
            yield [option.id for option in found.options]


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
