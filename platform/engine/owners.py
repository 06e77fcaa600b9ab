"""Who becomes responsible: the owner of a state, of a task, and the routing chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..core.directory import Person
from ..core.events import Cause, EventKind
from ..core.roles import ADMIN
from ..core.text import Text
from ..rules.route import Route, choose
from ..workflows.model import Owner
from .barred import handled
from .draft import Draft


def own_state(draft: Draft, cause: Cause) -> None:
    """Give the record to whom the present state names, after rules had their say."""
    owner = draft.place.owner
    if owner is not None and not draft.owner_set:
        person, team, via = resolve(draft, owner)
        give(draft, person, team, via, cause)
    draft.owner_set = draft.awaits_owner = False


def resolve(draft: Draft, owner: Owner) -> tuple[str | None, str | None, str]:
    """Return person, team and the way they were found; a team without person means its queue."""
    state = draft.state
    exclude = (
        frozenset(one for one in (state.first_owner, state.owner) if one)
        if owner.not_previous
        else frozenset()
    )
    if owner.keep and state.owner and state.owner not in exclude:
        return state.owner, state.team or owner.team, "keep"
    if owner.routing:
        found = route(draft, owner.routing, exclude)
        return found.owner, found.team or owner.team, found.via
    if owner.user_field:
        named = state.values.get(owner.user_field)
        if isinstance(named, str) and draft.person(named) and named not in exclude:
            return named, owner.team or state.team, "user_field"
    if owner.role:
        person = least_loaded(
            draft.directory.with_role(owner.role), exclude, prefer_team=state.team
        )
        if person:
            return person.id, owner.team or next(iter(sorted(person.teams)), None), "role"
    team = owner.team or state.team
    if owner.not_previous and team:
        person = least_loaded(on_duty(draft, team), exclude)
        if person:
            return person.id, team, "not_previous"
    if team is None:
        return _last_resort(draft, exclude)
    if owner.keep:
        return None, team, "queue"
    stays = state.owner and state.team == team and not exclude
    return (state.owner, team, "same_team") if stays else (None, team, "queue")


def _last_resort(draft: Draft, exclude: frozenset[str]) -> tuple[str | None, str | None, str]:
    """Return who has it when a definition leads to nobody: the owner, the colleague who opened it, an admin."""
    for name in (draft.state.owner, draft.state.created_by):
        if draft.person(name) and name not in exclude:
            return name, None, "last_resort"
    admins = draft.directory.with_role(ADMIN)
    admin = least_loaded(admins, exclude) or least_loaded(admins)  # rather the same than nobody
    return (admin.id if admin else None), None, "last_resort"


def route(draft: Draft, routing_id: str, exclude: frozenset[str] = frozenset()) -> Route:
    """Walk a routing chain and explain each step."""
    chain = draft.release.routings[routing_id]
    found = choose(
        chain,
        draft.scope(),
        draft.state.customer_id,
        draft.directory,
        draft.now,
        draft.context(),
        exclude,
    )
    person = draft.person(found.owner)
    draft.explain(
        "routing",
        routing_id,
        "chosen",
        "ENG201" if person else "ENG202",
        found.steps,
        person=person.name if person else "",
        team=_team_title(draft, found.team),
        via=found.via,
    )
    return found


def _team_title(draft: Draft, team: str | None) -> Text | str:
    known = draft.release.teams.get(team or "")
    return known.title if known else team or ""


def give(draft: Draft, person: str | None, team: str | None, via: str, cause: Cause) -> None:
    """Write the owner down if it changes."""
    state = draft.state
    if (person, team or state.team) == (state.owner, state.team):
        return
    body = {"owner": person, "team": team or state.team, "via": via, "from": state.owner}
    draft.emit(EventKind.OWNER, body | handled(draft), cause)


def on_duty(draft: Draft, team: str) -> tuple[Person, ...]:
    """Return the members of *team*; who is not on shift now counts as away."""
    people = draft.directory.members(team)
    on_shift = draft.directory.on_shift(team, draft.now)
    if on_shift is None:
        return people
    return tuple(replace(one, present=one.present and one.id in on_shift) for one in people)


def least_loaded(
    people: Iterable[Person], exclude: frozenset[str] = frozenset(), prefer_team: str | None = None
) -> Person | None:
    """Return the present person with the fewest open records; away people only if nobody is present."""
    found = [one for one in people if one.id not in exclude]
    return min(
        found,
        key=lambda one: (
            not one.present,
            prefer_team is not None and prefer_team not in one.teams,
            one.load,
            one.id,
        ),
        default=None,
    )
