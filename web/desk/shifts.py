"""The shifts of the visitor's teams, and asking a colleague to take one over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.core.roles import ADMIN
from sopwith.rules.model import Team
from sopwith.rules.swaps import ON_CALL, Turn, laid_over, turn, turns, works_then
from sopwith.runtime.swapping import Refusal, SwapRefusedError, Wish, answer, ask, take_back
from sopwith.store.people import Membership, User, memberships
from sopwith.store.swaps import ShiftSwap, agreed, swaps_of

from ..htmx import go, show
from ..languages import lang, locale, zone_info
from ..visitor import everybody, get_service, now, visitor
from ..wording import gettext as _
from .blueprint import desk

AHEAD = timedelta(weeks=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One shift of one day as the page shows it. give: where the visitor can offer it to colleagues."""

    title: str
    team: str
    hours: str
    people: str
    is_mine: bool
    is_gap: bool
    is_off: bool
    give: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as the page shows it: what is asked, how it stands, and what the visitor can do about it."""

    id: str
    words: str
    what: str
    standing: str
    kind: str
    can_answer: bool
    can_take_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the visitor wants to give away, and to whom."""

    team: str
    shift: str
    day: str
    words: str
    options: Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What is known about the teams of one visitor."""

    at: datetime
    me: str
    teams: Mapping[str, Team]
    mine: frozenset[str]
    leads: frozenset[str]
    members: Mapping[str, Sequence[User]]
    people: Mapping[str, User]

    def named(self, team: str, name: str) -> User | None:
        """Return the member whom a roster calls *name*."""
        return next((one for one in self.members[team] if name in (one.id, one.login)), None)

    def title(self, team: str, shift: str) -> str:
        """Return what a shift is called."""
        if shift == ON_CALL:
            return _("On call")
        known = self.teams.get(team)
        found = next((one for one in known.shifts if one.id == shift), None) if known else None
        return found.title.get(lang()) if found else shift

    def name(self, user_id: str | None) -> str:
        """Return the name of a colleague."""
        found = self.people.get(user_id or "")
        return found.name if found else user_id or ""

    def has(self, team: str, known: Turn, user_id: str) -> bool:
        """Return whether a member of *team* is on one of its shifts."""
        one = next((one for one in self.members[team] if one.id == user_id), None)
        return one is not None and (one.id in known.people or one.login in known.people)


@desk.get("/shifts")
def shifts() -> ResponseReturnValue:
    """Show four weeks of the visitor's teams, what was asked about them, and the form for giving one away."""
    return _page()


@desk.post("/shifts/ask")
def ask_for_swap() -> ResponseReturnValue:
    """Ask a colleague to take over one shift of one day, or to exchange it for one of theirs."""
    form = request.form
    taker, back_shift, back_day = ([*form.get("taker", "").split("|"), "", ""])[:3]
    wish = _wish(form.get("team", ""), form.get("shift", ""), form.get("day", ""), taker, back_shift, back_day)  # fmt: skip
    if wish is None:
        abort(400)
    try:
        ask(get_service(), visitor().actor, wish)
    except SwapRefusedError as error:
        return _page(_refusal(error.reason), 422)
    flash(_("Your colleague was asked. Until they agree, the shift stays yours."), "good")
    return go(url_for("desk.shifts"))


@desk.post("/shifts/<swap_id>/<reply>")
def answer_swap(swap_id: str, reply: str) -> ResponseReturnValue:
    """Accept, refuse or take back one request."""
    service, actor = get_service(), visitor().actor
    try:
        if reply == "back":
            take_back(service, actor, swap_id)
        elif reply in ("accept", "refuse"):
            answer(service, actor, swap_id, accept=reply == "accept")
        else:
            abort(404)
    except SwapRefusedError as error:
        if error.reason is Refusal.NO_RIGHT:
            abort(404)
        return _page(_refusal(error.reason), 422)
    said = {
        "accept": _("The shift has changed hands."),
        "refuse": _("Refused. The shift stays as it was."),
        "back": _("Taken back."),
    }
    flash(said[reply], "good")
    return go(url_for("desk.shifts"))


def _wish(
    team: str, shift: str, day: str, taker: str, back_shift: str, back_day: str
) -> Wish | None:
    try:
        back = (back_shift, date.fromisoformat(back_day)) if back_shift else None
        return Wish(team=team, shift=shift, day=date.fromisoformat(day), taker=taker, back=back)
    except ValueError:
        return None


def _refusal(reason: Refusal) -> str:
    return {
        Refusal.GONE: _("This shift does not take place any more. The list below shows what does."),
        Refusal.BEGAN: _("The shift has begun; it cannot change hands any more. Ask your lead."),
        Refusal.NOT_THEIRS: _("The roster has changed: who gives the shift is not on it any more."),
        Refusal.NO_MEMBER: _("Only colleagues of the same team can take over a shift. Choose one of them."),
        Refusal.ON_IT: _("This colleague is on the shift already. Choose somebody else."),
        Refusal.BUSY: _("One of you would work two shifts at the same time. Choose somebody else, or exchange the two shifts."),
        Refusal.ASKED: _("Somebody was asked about this shift already. Take that back first, or wait for the answer."),
        Refusal.SETTLED: _("This was answered or taken back already."),
    }[reason]  # fmt: skip


def _page(problem: str = "", status: int = 200) -> Response:
    asked = request.values
    with get_service().database.reading() as connection:
        duties = _duties(connection)
        known = swaps_of(connection, duties.mine | duties.leads, duties.at)
    only_mine = asked.get("whose") == "mine"
    return show(
        "desk/shifts.html",
        status=status,
        problem=problem,
        offer=_offer(duties, asked),
        requests=[_request(duties, one, known) for one in known if _concerns(duties, one)],
        days=_days(duties, known, only_mine),
        only_mine=only_mine,
        has_team=bool(duties.mine),
    )


def _duties(connection: Connection) -> Duties:
    """Gather what is known, with every shift that changed hands."""
    actor, at = visitor().actor, now()
    service = get_service()
    release = service.releases.live(connection) if service.has_release() else None
    people = {one.id: one for one in everybody(connection)}
    all_members: dict[str, list[Membership]] = {}
    for one in memberships(connection):
        all_members.setdefault(one.team, []).append(one)
    rostered = {
        one.id: laid_over(one, agreed(connection, one.id, at))
        for one in (release.teams.values() if release else ())
        if one.shifts or one.roster
    }
    own = {name: next((m for m in some if m.user_id == actor.id), None) for name, some in all_members.items()}  # fmt: skip
    return Duties(
        at=at,
        me=actor.id or "",
        teams=rostered,
        mine=frozenset(name for name, found in own.items() if found and name in rostered),
        leads=frozenset(
            name
            for name in rostered
            if ADMIN in actor.roles or (own.get(name) is not None and own[name].is_lead)  # type: ignore[union-attr]
        ),
        members={
            name: [people[m.user_id] for m in all_members.get(name, ()) if m.user_id in people and people[m.user_id].active]
            for name in rostered
        },
        people=people,
    )  # fmt: skip


def _days(
    duties: Duties, known: Iterable[ShiftSwap], only_mine: bool
) -> list[tuple[str, bool, list[Row]]]:
    """Return the days ahead in words, whether each is today, with their shifts."""
    open_ones = {(one.team, one.shift, one.day, one.giver) for one in known if one.state == "asked"}
    found: list[tuple[datetime, Row]] = []
    for name in sorted(duties.mine):
        for one in turns(duties.teams[name], duties.at, duties.at + AHEAD):
            row = _row(duties, name, one, open_ones)
            if row.is_mine or not only_mine:
                found.append((one.begins, row))
    found.sort(key=lambda pair: (pair[0], pair[1].team, pair[1].title))
    zone = zone_info()
    today = duties.at.astimezone(zone).date()
    days = groupby(found, key=lambda pair: pair[0].astimezone(zone).date())
    return [(_day_words(day), day == today, [row for _begins, row in some]) for day, some in days]


def _row(duties: Duties, team: str, one: Turn, open_ones: set[tuple[str, str, str, str]]) -> Row:
    people = [found for name in one.people if (found := duties.named(team, name)) is not None]
    is_mine = any(found.id == duties.me for found in people)
    is_open = (team, one.shift, one.day.isoformat(), duties.me) in open_ones
    can_give = is_mine and not is_open and one.begins > duties.at
    return Row(
        title=duties.title(team, one.shift),
        team=duties.teams[team].title.get(lang()),
        hours=_hours(one, zone_info()),
        people=_(", ").join(_("you") if found.id == duties.me else found.name for found in people),
        is_mine=is_mine,
        is_gap=not people and not one.called_off,
        is_off=one.called_off,
        give=url_for("desk.shifts", team=team, shift=one.shift, day=one.day.isoformat())
        if can_give
        else "",
    )


def _offer(duties: Duties, asked: Mapping[str, str]) -> Offer | None:
    """Return the form for giving one shift away, None where the visitor did not choose one of theirs."""
    name, shift, day = asked.get("team", ""), asked.get("shift", ""), asked.get("day", "")
    wish = _wish(name, shift, day, "", "", "")
    if wish is None or name not in duties.mine:
        return None
    team = duties.teams[name]
    given = turn(team, shift, wish.day)
    if given is None or given.begins <= duties.at or not duties.has(name, given, duties.me):
        return None
    ahead = [one for one in turns(team, duties.at, duties.at + AHEAD) if one.begins > duties.at]
    options = []
    for person in sorted(duties.members[name], key=lambda one: (one.away, one.name)):
        if person.id == duties.me or duties.has(name, given, person.id):
            continue
        theirs = [one for one in ahead if duties.has(name, one, person.id) and not duties.has(name, one, duties.me)]  # fmt: skip
        words = f"{person.name} ({_('away')})" if person.away else person.name
        names = frozenset((person.id, person.login))
        is_busy = works_then(duties.teams.values(), names, team, given)
        choices = [("", _("%(person)s works at that time", person=words)) if is_busy else (person.id, _("%(person)s takes it over", person=words))]  # fmt: skip
        choices += [(f"{person.id}|{one.shift}|{one.day.isoformat()}", _("in exchange for %(shift)s", shift=_what(duties, name, one))) for one in theirs]  # fmt: skip
        options.append((words, choices))
    return Offer(team=name, shift=shift, day=day, words=_what(duties, name, given), options=options)


def _what(duties: Duties, team: str, one: Turn) -> str:
    return f"{_day_words(one.day)} {duties.title(team, one.shift)} {_hours(one, zone_info())}"


def _concerns(duties: Duties, one: ShiftSwap) -> bool:
    return duties.me in (one.giver, one.taker) or one.team in duties.leads


def _request(duties: Duties, one: ShiftSwap, known: Sequence[ShiftSwap]) -> Request:
    leads, began = one.team in duties.leads, one.begins_at <= duties.at
    kind, standing = _standing(duties, one, known)
    is_open = one.state == "asked" and not began
    giver = _("You") if one.giver == duties.me else duties.name(one.giver)
    taker = _("you") if one.taker == duties.me else duties.name(one.taker)
    what = _part(duties, one.team, one.shift, one.day)
    if one.back_shift and one.back_day:
        back = _part(duties, one.team, one.back_shift, one.back_day)
        what = _("%(shift)s for %(back)s", shift=what, back=back)
    return Request(
        id=one.id,
        words=f"{giver} → {taker}",
        what=what,
        standing=standing,
        kind=kind,
        can_answer=is_open and (one.taker == duties.me or leads),
        can_take_back=(is_open and (one.giver == duties.me or leads))
        or (one.state == "accepted" and not began and leads),
    )


def _part(duties: Duties, team: str, shift: str, day: str) -> str:
    return f"{_day_words(date.fromisoformat(day))} {duties.title(team, shift)}"


def _standing(duties: Duties, one: ShiftSwap, known: Sequence[ShiftSwap]) -> tuple[str, str]:
    """Return how a request stands: a word for its looks, and words for people."""
    by = _("you") if one.answered_by == duties.me else duties.name(one.answered_by)
    if one.state == "asked":
        if one.begins_at <= duties.at:
            return "over", _("not answered in time")
        return "asked", _("waits for an answer")
    if one.state == "refused":
        return "over", _("refused by %(who)s", who=by)
    if one.state == "withdrawn":
        return "over", _("taken back by %(who)s", who=by)
    if not _in_force(duties, one, known):
        return "lost", _("agreed, but no longer applies: the roster or the team has changed")
    return "agreed", _("agreed by %(who)s", who=by)


def _in_force(duties: Duties, one: ShiftSwap, known: Sequence[ShiftSwap]) -> bool:
    """Return whether the roster shows what was agreed, or who took the shift over passed it on."""
    team = duties.teams.get(one.team)
    found = turn(team, one.shift, date.fromisoformat(one.day)) if team else None
    if found is None:
        return False
    passed_on = any(
        (other.state, other.giver, other.team, other.shift, other.day)
        == ("accepted", one.taker, one.team, one.shift, one.day)
        for other in known
    )
    return passed_on or duties.has(one.team, found, one.taker)


def _hours(one: Turn, zone: ZoneInfo) -> str:
    begins, ends = one.begins.astimezone(zone), one.ends.astimezone(zone)
    if ends.date() == begins.date():
        return f"{begins:%H:%M}–{ends:%H:%M}"
    return _("%(begins)s–%(ends)s the next day", begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}")


def _day_words(day: date) -> str:
    pattern = "M月d日EEEE" if lang() == "zh-CN" else "EEE d MMM"
    return str(format_date(day, pattern, locale=locale()))
