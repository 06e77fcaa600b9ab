"""Colleagues take over shifts from one another: asking, answering, taking back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ..core.events import Actor
from ..core.roles import ADMIN
from ..core.text import Text
from ..rules.model import Team
from ..rules.swaps import ON_CALL, Turn, laid_over, turn, works_then
from ..store.jobs import NewJob, add_jobs
from ..store.people import User, memberships, user
from ..store.swaps import ShiftSwap, add_swap, agreed, open_swap, settle_swap, swap_of
from ..store.traffic import NewNotice, tell
from .lanes import Lane
from .service import Service


class Refusal(StrEnum):
    """Why a swap cannot be asked for or agreed."""

    GONE = "gone"  # the shift does not take place, or there is no such request
    BEGAN = "began"
    NOT_THEIRS = "not_theirs"
    NO_MEMBER = "no_member"
    ON_IT = "on_it"
    BUSY = "busy"  # one of them would work two shifts at the same time
    ASKED = "asked"
    SETTLED = "settled"
    NO_RIGHT = "no_right"


class SwapRefusedError(Exception):
    """A swap that cannot be; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: *taker* takes over one shift of one day, and gives one of theirs where *back* says so."""

    team: str
    shift: str
    day: date
    taker: str
    back: tuple[str, date] | None = None


def ask(service: Service, actor: Actor, wish: Wish) -> str:
    """Ask a colleague; return the id of the request. Raises SwapRefusedError."""
    now = service.clock.now()
    try:
        with service.database.writing() as connection:
            swap = _asked(service, connection, actor, wish, now)
            add_swap(connection, swap)
            _tell(service, connection, swap, swap.taker, _ASKED, actor.name)
    except IntegrityError:
        raise SwapRefusedError(Refusal.ASKED) from None
    return swap.id


def answer(service: Service, actor: Actor, swap_id: str, *, accept: bool) -> None:
    """Agree or refuse, as the one who is asked or for them as their lead. Raises SwapRefusedError."""
    now = service.clock.now()
    with service.database.writing() as connection:
        swap = _open(connection, swap_id, now)
        if actor.id != swap.taker and not may_lead(connection, actor, swap.team):
            raise SwapRefusedError(Refusal.NO_RIGHT)
        if accept:
            team = _team(service, connection, swap.team, now)
            giver, taker = user(connection, swap.giver), user(connection, swap.taker)
            _check_member(connection, swap.team, swap.taker)
            given, _ = _changes_hands(team, swap.shift, date.fromisoformat(swap.day), giver, taker, now)  # fmt: skip
            back = None
            if swap.back_shift and swap.back_day:
                _check_member(connection, swap.team, swap.giver)
                back, _ = _changes_hands(team, swap.back_shift, date.fromisoformat(swap.back_day), taker, giver, now)  # fmt: skip
            _check_free(_Hands(service, connection, now, team), given, back, giver, taker)
        state = "accepted" if accept else "refused"
        _settle(connection, swap, state, actor, now)
        said = _ACCEPTED if accept else _REFUSED
        for one in {swap.giver, swap.taker} - {actor.id}:
            _tell(service, connection, replace(swap, state=state), one, said, actor.name)


def take_back(service: Service, actor: Actor, swap_id: str) -> None:
    """Take a request back, or as the lead what was agreed, before the shift begins. Raises SwapRefusedError."""
    now = service.clock.now()
    with service.database.writing() as connection:
        swap = swap_of(connection, swap_id)
        if swap is None:
            raise SwapRefusedError(Refusal.GONE)
        leads = may_lead(connection, actor, swap.team)
        if not leads and (actor.id != swap.giver or swap.state == "accepted"):
            raise SwapRefusedError(Refusal.NO_RIGHT)
        if swap.state not in ("asked", "accepted"):
            raise SwapRefusedError(Refusal.SETTLED)
        if swap.begins_at <= now:
            raise SwapRefusedError(Refusal.BEGAN)
        _settle(connection, swap, "withdrawn", actor, now)
        for one in {swap.giver, swap.taker} - {actor.id}:
            _tell(service, connection, replace(swap, state="withdrawn"), one, _WITHDRAWN, actor.name)  # fmt: skip


def may_lead(connection: Connection, actor: Actor, team: str) -> bool:
    """Return whether *actor* may answer for others in *team*: its leads and administrators."""
    if ADMIN in actor.roles:
        return True
    return any(one.user_id == actor.id and one.is_lead for one in memberships(connection, team=team))  # fmt: skip


def _asked(
    service: Service, connection: Connection, actor: Actor, wish: Wish, now: datetime
) -> ShiftSwap:
    giver, taker = user(connection, actor.id or ""), user(connection, wish.taker)
    if giver is None or taker is None or not taker.active or taker.id == giver.id:
        raise SwapRefusedError(Refusal.NO_MEMBER)
    for one in (giver, taker):
        _check_member(connection, wish.team, one.id)
    team = _team(service, connection, wish.team, now)
    given, name = _changes_hands(team, wish.shift, wish.day, giver, taker, now)
    if open_swap(connection, wish.team, wish.shift, wish.day.isoformat(), name):
        raise SwapRefusedError(Refusal.ASKED)
    back, back_name = None, None
    if wish.back is not None:
        back, back_name = _changes_hands(team, *wish.back, taker, giver, now)
    _check_free(_Hands(service, connection, now, team), given, back, giver, taker)
    both = (given, back) if back else (given,)
    return ShiftSwap(
        id=service.ids.new_id(),
        team=wish.team,
        shift=given.shift,
        day=given.day.isoformat(),
        name=name,
        giver=giver.id,
        taker=taker.id,
        back_shift=back.shift if back else None,
        back_day=back.day.isoformat() if back else None,
        back_name=back_name,
        begins_at=min(one.begins for one in both),
        ends_at=max(one.ends for one in both),
        asked_at=now,
    )


def _changes_hands(
    team: Team, shift: str, day: date, giver: User | None, taker: User | None, now: datetime
) -> tuple[Turn, str]:
    """Return the shift that *giver* would give to *taker*, and what the roster calls the giver."""
    found = turn(team, shift, day)
    if found is None or found.called_off:
        raise SwapRefusedError(Refusal.GONE)
    if found.begins <= now:
        raise SwapRefusedError(Refusal.BEGAN)
    name = next((one for one in found.people if giver and one in (giver.id, giver.login)), None)
    if name is None:
        raise SwapRefusedError(Refusal.NOT_THEIRS)
    if taker is None or not taker.active:
        raise SwapRefusedError(Refusal.NO_MEMBER)
    if taker.id in found.people or taker.login in found.people:
        raise SwapRefusedError(Refusal.ON_IT)
    return found, name


@dataclass(frozen=True, slots=True)
class _Hands:
    """Where shifts would change hands: *team*, and every team whose rosters may clash with it."""

    service: Service
    connection: Connection
    now: datetime
    team: Team

    def teams(self) -> Iterator[Team]:
        known = self.service.releases.live(self.connection).teams.values()
        return (laid_over(one, agreed(self.connection, one.id, self.now)) for one in known if one.shifts)  # fmt: skip


def _check_free(
    hands: _Hands, given: Turn, back: Turn | None, giver: User | None, taker: User | None
) -> None:
    """Raise SwapRefusedError where either would work two shifts at the same time."""
    teams = list(hands.teams())
    for person, takes, leaves in ((taker, given, back), (giver, back, given)):
        if person is not None and takes is not None:
            left = (hands.team.id, leaves.shift, leaves.day) if leaves else None
            names = frozenset((person.id, person.login))
            if works_then(teams, names, hands.team, takes, left):
                raise SwapRefusedError(Refusal.BUSY)


def _team(service: Service, connection: Connection, team_id: str, now: datetime) -> Team:
    known = service.releases.live(connection).teams.get(team_id)
    if known is None:
        raise SwapRefusedError(Refusal.GONE)
    return laid_over(known, agreed(connection, team_id, now))


def _check_member(connection: Connection, team: str, user_id: str) -> None:
    if not any(one.user_id == user_id for one in memberships(connection, team=team)):
        raise SwapRefusedError(Refusal.NO_MEMBER)


def _open(connection: Connection, swap_id: str, now: datetime) -> ShiftSwap:
    swap = swap_of(connection, swap_id)
    if swap is None:
        raise SwapRefusedError(Refusal.GONE)
    if swap.state != "asked":
        raise SwapRefusedError(Refusal.SETTLED)
    if swap.begins_at <= now:
        raise SwapRefusedError(Refusal.BEGAN)
    return swap


def _settle(
    connection: Connection, swap: ShiftSwap, state: str, actor: Actor, now: datetime
) -> None:
    if not settle_swap(connection, swap.id, swap.state, state, actor.id or "", now):
        raise SwapRefusedError(Refusal.SETTLED)


# --- telling -------------------------------------------------------------------------------------

_ASKED = Text(
    "{who} asks you to take over: {what}. Accept or refuse it under “My shifts”.",
    "{who} 请您代班：{what}。请在“我的班次”中接受或谢绝。",
)
_ACCEPTED = Text("{who} agreed, the shift has changed hands: {what}.", "{who} 已同意换班：{what}。")
_REFUSED = Text("{who} refused to change the shift: {what}.", "{who} 谢绝了换班：{what}。")
_WITHDRAWN = Text("{who} took the change of shifts back: {what}.", "{who} 撤回了换班：{what}。")
_SUBJECT = Text("Change of shifts: {what}", "换班：{what}")
_CALL = Text("on call", "值班")


def _tell(
    service: Service, connection: Connection, swap: ShiftSwap, to: str, said: Text, who: str
) -> None:
    """Put a line into a colleague's list and write them a mail."""
    person, now = user(connection, to), service.clock.now()
    if person is None or not person.active:
        return
    team = service.releases.live(connection).teams.get(swap.team)
    texts = {
        lang: said.get(lang).format(who=who, what=_what(swap, team, lang))
        for lang in ("en", "zh-CN")
    }
    notice = NewNotice(
        key=f"swap:{swap.id}:{swap.state}:{to}",
        user_id=to,
        record_id=None,
        kind="swap",
        text_en=texts["en"],
        text_zh=texts["zh-CN"],
        created_at=now,
    )
    tell(connection, [notice])
    if person.email:
        add_jobs(connection, [_mail(swap, person, texts, _what(swap, team, person.lang), now)])


def _mail(swap: ShiftSwap, person: User, texts: dict[str, str], what: str, now: datetime) -> NewJob:
    lang = person.lang if person.lang in texts else "en"
    return NewJob(
        kind="mail",
        lane=Lane.MAIL,
        key=f"mail:swap:{swap.id}:{swap.state}:{person.id}",
        payload={
            "to": person.email,
            "to_name": person.name,
            "kind": "user",
            "subject": _SUBJECT.get(lang).format(what=what),
            "text": f"{texts[lang]}\n",
            "lang": lang,
        },
        due_at=now,
        created_at=now,
    )


def _what(swap: ShiftSwap, team: Team | None, lang: str) -> str:
    given = f"{swap.day} {_title(team, swap.shift, lang)}"
    if not swap.back_shift:
        return given
    return f"{given} ⇄ {swap.back_day} {_title(team, swap.back_shift, lang)}"


def _title(team: Team | None, shift: str, lang: str) -> str:
    if shift == ON_CALL:
        return _CALL.get(lang)
    known = next((one for one in team.shifts if one.id == shift), None) if team else None
    return known.title.get(lang) if known else shift
