"""Walking a routing chain: who gets the record, and why everybody before did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ..core.directory import Directory, Person
from ..expressions import Context
from .model import Routing, Strategy

_NEVER = datetime.min.replace(tzinfo=UTC)
DEFAULT_WITHIN = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """What one link of the chain led to.

    outcome: chosen | skipped (its condition does not hold) | nobody. code and values: the
    sentence. candidates: everybody looked at, as plain JSON: id, name, load, verdict (chosen, free,
    away, off_shift, full, excluded, unskilled, outside).
    """

    by: str
    team: str | None
    outcome: str
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    candidates: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who gets the record: a person, or a team's queue (owner None). via: the strategy that found them."""

    owner: str | None
    team: str | None
    via: str
    steps: tuple[RouteStep, ...] = ()


def choose(
    routing: Routing,
    values: Mapping[str, Any],
    customer_id: str | None,
    directory: Directory,
    now: datetime,
    context: Context,
    exclude: frozenset[str] = frozenset(),
) -> Route:
    """Return the first person or queue that the chain of *routing* leads to.

    A person is taken only if present, on shift where the team works in shifts, not in *exclude*, and with fewer open records than their
    capacity and the link's cap; while nobody of a team is on shift, who is on call for it. Ties: fewest open records, then the longest time without being given
    one, then by id. Without a queue at its end a chain may lead to nobody.
    """
    search = _Search(routing, values, customer_id, directory, now, exclude)
    for link in routing.chain:
        if link.when is not None and not link.when.holds(values, context):
            search.note(link, "skipped", "RTE101", condition=link.when.text)
            continue
        if link.by == "queue":
            search.note(link, "chosen", "RTE102", team=link.team or "")
            return Route(owner=None, team=link.team, via="queue", steps=tuple(search.steps))
        found = search.follow(link)
        if found is not None:
            team = search.team_for(link, found)
            return Route(owner=found.id, team=team, via=link.by, steps=tuple(search.steps))
    return Route(owner=None, team=None, via="", steps=tuple(search.steps))


class _Search:
    """One walk; collects the steps."""

    def __init__(
        self,
        routing: Routing,
        values: Mapping[str, Any],
        customer_id: str | None,
        directory: Directory,
        now: datetime,
        exclude: frozenset[str],
    ) -> None:
        self.routing = routing
        self.values = values
        self.customer_id = customer_id
        self.directory = directory
        self.now = now
        self.exclude = exclude
        self.steps: list[RouteStep] = []
        self._shifts: dict[str, frozenset[str] | None] = {}

    def note(
        self,
        link: Strategy,
        outcome: str,
        code: str,
        candidates: tuple[Mapping[str, Any], ...] = (),
        **values: str | int,
    ) -> None:
        self.steps.append(
            RouteStep(
                by=link.by,
                team=link.team,
                outcome=outcome,
                code=code,
                values=values,
                candidates=candidates,
            )
        )

    def follow(self, link: Strategy) -> Person | None:
        """Return whom one link finds, after noting the step."""
        match link.by:
            case "on_call":
                return self._on_call(link)
            case "dedicated":
                return self._dedicated(link)
            case "last_agent":
                return self._last_agent(link)
            case "skill":
                return self._skilled(link)
            case "user":
                return self._named(link)
            case "least_loaded":
                return self._best(link, self._members(link), "RTE131", by_turn=False)
            case "round_robin":
                return self._best(link, self._members(link), "RTE132", by_turn=True)
        raise ValueError(f"no way of routing: {link.by!r}")

    def team_for(self, link: Strategy, person: Person) -> str | None:
        """Return the team in which *person* works on the record."""
        if link.team:
            return link.team
        last = next((one.team for one in reversed(self.routing.chain) if one.by == "queue"), None)
        if last is None or last in person.teams or not person.teams:
            return last or min(person.teams, default=None)
        return min(person.teams)

    # one person

    def _dedicated(self, link: Strategy) -> Person | None:
        if self.customer_id is None:
            self.note(link, "nobody", "RTE103")
            return None
        customer = self.directory.customer(self.customer_id) or {}
        manager = customer.get("manager")
        if not isinstance(manager, str) or not manager:
            self.note(
                link, "nobody", "RTE111", customer=str(customer.get("name") or self.customer_id)
            )
            return None
        return self._one(link, manager, "RTE112", "RTE113")

    def _last_agent(self, link: Strategy) -> Person | None:
        if self.customer_id is None:
            self.note(link, "nobody", "RTE103")
            return None
        within = timedelta(seconds=link.within.seconds) if link.within else DEFAULT_WITHIN
        agent = self.directory.last_agent(self.customer_id, self.now - within)
        if agent is None:
            self.note(link, "nobody", "RTE114", within=str(link.within or "90d"))
            return None
        return self._one(link, agent, "RTE115", "RTE116")

    def _named(self, link: Strategy) -> Person | None:
        name = link.user_field or ""
        user = self.values.get(name)
        if not isinstance(user, str) or not user:
            self.note(link, "nobody", "RTE104", field=name)
            return None
        return self._one(link, user, "RTE117", "RTE118")

    def _one(self, link: Strategy, user_id: str, chosen: str, missed: str) -> Person | None:
        """Take one person by id, or note what keeps them: unknown, excluded, outside, away, full."""
        person = self.directory.person(user_id)
        if person is None:
            self.note(link, "nobody", "RTE105", name=user_id)
            return None
        verdict = self._verdict(link, person)
        if verdict == "free" and link.team and link.team not in person.teams:
            verdict = "outside"
        candidates = (_candidate(person, "chosen" if verdict == "free" else verdict),)
        if verdict == "free":
            self.note(link, "chosen", chosen, candidates, name=person.name)
            return person
        code, extra = _REASONS[verdict]
        values: dict[str, str | int] = {"name": person.name}
        if extra == "load":
            values["load"] = person.load
        elif extra == "team":
            values["team"] = link.team or ""
        # The sentence of the link where it has one for "away", else the common reason.
        self.note(link, "nobody", missed if verdict == "away" else code, candidates, **values)
        return None

    # several people

    def _members(self, link: Strategy) -> list[tuple[Person, str]]:
        people = self.directory.members(link.team or "")
        return [(one, self._verdict(link, one)) for one in people]

    def _on_call(self, link: Strategy) -> Person | None:
        """Take the first on the roster who is present; somebody full only if nobody has room."""
        team = link.team or ""
        roster = self._roster(link)
        if not roster:
            self.note(link, "nobody", "RTE121", team=team)
            return None
        person = _first_called(link, roster)
        if person is None:
            self.note(link, "nobody", "RTE122", _listed(roster, None), team=team)
            return None
        self.note(link, "chosen", "RTE123", _listed(roster, person), team=team, name=person.name)
        return person

    def _roster(self, link: Strategy) -> list[tuple[Person, str]]:
        """Return who is on call for the link's team; shifts do not matter to them."""
        people = self.directory.on_call(link.team or "", self.now)
        return [(one, self._verdict(link, one, any_time=True)) for one in people]

    def _out_of_hours(self, link: Strategy, people: list[tuple[Person, str]]) -> Person | None:
        """Take who is on call, because nobody of the team is on shift."""
        team = link.team or ""
        roster = self._roster(link)
        person = _first_called(link, roster)
        called = {one.id for one, _ in roster}
        listed = [*roster, *(pair for pair in people if pair[0].id not in called)]
        if person is None:
            self.note(link, "nobody", "RTE137", _listed(listed, None), team=team)
            return None
        self.note(link, "chosen", "RTE124", _listed(listed, person), team=team, name=person.name)
        return person

    def _skilled(self, link: Strategy) -> Person | None:
        name = link.field or ""
        needed = _texts(self.values.get(name))
        if not needed:
            self.note(link, "nobody", "RTE104", field=name)
            return None
        people = [
            (one, verdict if needed <= one.skills else "unskilled")
            for one, verdict in self._members(link)
        ]
        skill = ", ".join(sorted(needed))
        if people and self._on_shift(link.team or "") == frozenset():
            return self._out_of_hours(link, people)
        if all(verdict == "unskilled" for _, verdict in people):
            self.note(
                link, "nobody", "RTE133", _listed(people, None), team=link.team or "", skill=skill
            )
            return None
        return self._best(link, people, "RTE134", by_turn=False, skill=skill)

    def _best(
        self,
        link: Strategy,
        people: list[tuple[Person, str]],
        code: str,
        *,
        by_turn: bool,
        **values: str | int,
    ) -> Person | None:
        free = [one for one, verdict in people if verdict == "free"]
        team = link.team or ""
        if not free:
            on_shift = self._on_shift(team)
            if people and on_shift == frozenset():
                return self._out_of_hours(link, people)
            code = ("RTE135" if on_shift is None else "RTE138") if people else "RTE136"
            self.note(link, "nobody", code, _listed(people, None), team=team)
            return None
        person = min(free, key=_turn if by_turn else _ease)
        shown = ", ".join(f"{one.name} {one.load}" for one in free[:8]) + ("…" if free[8:] else "")
        self.note(
            link,
            "chosen",
            code,
            _listed(people, person),
            team=team,
            name=person.name,
            people=shown,
            **values,
        )
        return person

    def _verdict(self, link: Strategy, person: Person, *, any_time: bool = False) -> str:
        if person.id in self.exclude:
            return "excluded"
        if not person.present:
            return "away"
        if not any_time and not self._works_now(link, person):
            return "off_shift"
        limits = [limit for limit in (person.capacity, link.cap) if limit is not None]
        return "full" if limits and person.load >= min(limits) else "free"

    def _works_now(self, link: Strategy, person: Person) -> bool:
        """Return whether *person* is on shift in the team in which they would work on the record.

        Where that is not said, in any of their teams; a team without shifts works always.
        """
        queue = next((one.team for one in reversed(self.routing.chain) if one.by == "queue"), None)
        sure = link.team or (queue if queue in person.teams else None)
        asked = sorted(person.teams if sure is None else person.teams & {sure})
        shifts = [self._on_shift(one) for one in asked]
        return not shifts or any(one is None or person.id in one for one in shifts)

    def _on_shift(self, team: str) -> frozenset[str] | None:
        if team not in self._shifts:
            self._shifts[team] = self.directory.on_shift(team, self.now)
        return self._shifts[team]


def _first_called(link: Strategy, roster: list[tuple[Person, str]]) -> Person | None:
    """Return the first on the roster with room; somebody full only if nobody has room and no cap is set."""
    person = next((one for one, verdict in roster if verdict == "free"), None)
    if person is None and link.cap is None:
        person = next((one for one, verdict in roster if verdict == "full"), None)
    return person


_REASONS = {
    "away": ("RTE116", ""),
    "off_shift": ("RTE119", ""),
    "full": ("RTE106", "load"),
    "excluded": ("RTE107", ""),
    "outside": ("RTE108", "team"),
}


def _turn(person: Person) -> tuple[datetime, str]:
    return (person.last_given_at or _NEVER, person.id)


def _ease(person: Person) -> tuple[int, datetime, str]:
    return (person.load, *_turn(person))


def _texts(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value} - {""})
    if isinstance(value, (list, tuple)):
        return frozenset(one for one in value if isinstance(one, str) and one)
    return frozenset()


def _candidate(person: Person, verdict: str) -> Mapping[str, Any]:
    return {"id": person.id, "name": person.name, "load": person.load, "verdict": verdict}


def _listed(
    people: Iterable[tuple[Person, str]], chosen: Person | None
) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        _candidate(one, "chosen" if chosen is not None and one.id == chosen.id else verdict)
        for one, verdict in people
    )
