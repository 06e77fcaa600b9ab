"""What happens to open records when a draft is published: which could move, what must be mapped, how each would fare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.core.record import RecordState
from sopwith.core.text import Text
from sopwith.release.model import Release
from sopwith.runtime.moving import Fitting, States, preview, standing, unmapped
from sopwith.runtime.releases import NoReleaseError, hash_of
from sopwith.runtime.service import Service
from sopwith.store.open_records import Standing
from sopwith.store.releases import Draft

from ..desk.words import state_title, workflow_of
from ..htmx import show
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .bench import Bench, bench_of
from .blueprint import blueprint, the_draft

SEPARATOR = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One state in which records stand. is_gone: the new release does not have it any more."""

    id: str
    title: str
    count: int
    is_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """The open records of one type. states: where they may go; empty when the release has no such type any more."""

    type: str
    title: Text
    count: int
    places: tuple[Place, ...]
    states: tuple[tuple[str, Text], ...]

    @property
    def gone(self) -> tuple[Place, ...]:
        """Return the states that need a mapping."""
        return tuple(one for one in self.places if one.is_gone and self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingLine:
    """One open record with how it would fare, in words. icon: with the verdict, never colour alone."""

    id: str
    number: str
    title: str
    state: str
    verdict: str
    icon: str
    words: str


def future_release(draft: Draft, made: Bench) -> Release | None:
    """Return the release that publishing the draft would make, None while there are errors."""
    return None if made.release is None else replace(made.release, hash=hash_of(draft.documents))


def movable(connection: Connection, service: Service, new: Release) -> list[Movable]:
    """Return the open records by type, as *new* would find them."""
    by_type: dict[str, list[Standing]] = {}
    for one in standing(connection, new.hash):
        by_type.setdefault(one.type, []).append(one)
    return [_movable(connection, service, new, kind, found) for kind, found in by_type.items()]


def _movable(
    connection: Connection, service: Service, new: Release, record_type: str, found: list[Standing]
) -> Movable:
    kind = new.record_types.get(record_type)
    workflow = new.workflows[kind.workflow] if kind else None
    known = workflow.states if workflow is not None else {}
    places: dict[str, Place] = {}
    for one in found:
        before = places.get(one.state)
        places[one.state] = Place(
            id=one.state,
            title=before.title if before else _old_title(connection, service, one),
            count=one.count + (before.count if before else 0),
            is_gone=one.state not in known,
        )
    return Movable(
        type=record_type,
        title=kind.title if kind else Text(record_type, record_type),
        count=sum(one.count for one in found),
        places=tuple(places.values()),
        states=tuple((name, one.title) for name, one in known.items()),
    )


def _old_title(connection: Connection, service: Service, one: Standing) -> str:
    try:
        old = service.releases.get(one.release, connection)
    except NoReleaseError:
        return one.state
    kind = old.record_types.get(one.type)
    return state_title(old.workflows[kind.workflow], one.state) if kind else one.state


def chosen() -> dict[str, States]:
    """Return what the page wishes: for each type that shall move the new states of those that are gone."""
    wish: dict[str, dict[str, str]] = {}
    for name in request.values:
        what, _sep, rest = name.partition(SEPARATOR)
        if what == "move" and request.values[name] == "move":
            wish.setdefault(rest, {})
    return {kind: mapping(kind) for kind in wish}


def mapping(record_type: str) -> dict[str, str]:
    """Return the new state for each state of the type that the page maps."""
    start = f"map{SEPARATOR}{record_type}{SEPARATOR}"
    return {
        name.removeprefix(start): request.values[name]
        for name in request.values
        if name.startswith(start) and request.values[name]
    }


def problems_of(draft: Draft, wish: Mapping[str, States]) -> dict[str, str]:
    """Return what keeps open records from moving as wished, by the name of the field."""
    new = future_release(draft, bench_of(draft.documents))
    if new is None:
        return {}
    with get_service().database.reading() as connection:
        return unmapped_words(connection, unmapped(standing(connection, new.hash), new, wish))


def unmapped_words(connection: Connection, missing: Sequence[Standing]) -> dict[str, str]:
    """Return what to say about records whose state is gone and not mapped, by the name of the field."""
    return {
        f"map{SEPARATOR}{one.type}{SEPARATOR}{one.state}": _(
            "Choose where the records in “%(state)s” go, or let them stay on their release.",
            state=_old_title(connection, get_service(), one),
        )
        for one in missing
    }


@blueprint.get("/<draft_id>/publish/records/<type_id>")
def fitting(draft_id: str, type_id: str) -> ResponseReturnValue:
    """Show how each open record of a type would fare, a page at a time."""
    draft = the_draft(draft_id)
    service = get_service()
    new = future_release(draft, bench_of(draft.documents))
    if new is None:
        abort(404)
    states = mapping(type_id)
    with service.database.reading() as connection:
        types = [one for one in movable(connection, service, new) if one.type == type_id]
        after = request.args.get("after", "")[:64]
        found, more = preview(connection, service, new, type_id, states, after=after)
        lines = [line_of(connection, service, new, one) for one in found]
    kept = {f"map{SEPARATOR}{type_id}{SEPARATOR}{state}": to for state, to in states.items()}
    return show(
        "studio/moving.html",
        "lines",
        draft=draft,
        one=types[0] if types else None,
        type_id=type_id,
        states=states,
        kept=kept,
        lines=lines,
        more=more,
        after=after,
    )


_ICONS = {"stays": "circle-check", "enters": "arrow-right", "unmapped": "alert-triangle", "cannot": "circle-x"}  # fmt: skip


def line_of(connection: Connection, service: Service, new: Release, found: Fitting) -> FittingLine:
    """Return how one open record would fare, in words."""
    state = found.record.state
    return FittingLine(
        id=state.id,
        number=state.number,
        title=found.record.title or state.number,
        state=_state_now(connection, service, state),
        verdict=found.verdict,
        icon=_ICONS[found.verdict],
        words=_verdict(new, found),
    )


def _state_now(connection: Connection, service: Service, state: RecordState) -> str:
    try:
        old = service.releases.get(state.release, connection)
        return state_title(workflow_of(old, state), state.state)
    except (NoReleaseError, KeyError):
        return state.state


def _verdict(new: Release, found: Fitting) -> str:
    if found.verdict == "stays":
        return _("Fits: it goes on where it is, with its tasks and votes.")
    if found.verdict == "unmapped":
        return _("Needs a mapping: its state is gone.")
    if found.verdict == "enters":
        title = state_title(workflow_of(new, found.record.state), found.target)
        return _(
            "Fits: it enters “%(state)s”, and what is to be done there begins anew.", state=title
        )
    words = " ".join(one.message(lang()) for one in found.problems)
    return words or _("Cannot move: its own release is not known any more.")
