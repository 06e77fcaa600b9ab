"""Colleagues and who is in which team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from .prepared import Prepared
from .tables import MembershipRow, RecordRow, UserRow


class StaleRowError(Exception):
    """Somebody else saved this first: load it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A colleague's account. The hash of the password is only in ``password_hash_of``."""

    id: str
    login: str
    name: str
    email: str
    roles: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    lang: str = "en"
    zone: str = "UTC"
    active: bool = True
    away: bool = False
    capacity: int | None = None
    deputy_id: str | None = None
    manager_id: str | None = None
    last_given_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One colleague in one team. on_call: the order in which to ring, None for not on call."""

    team: str
    user_id: str
    is_lead: bool = False
    on_call: int | None = None


_FIELDS = tuple(User.__dataclass_fields__)
_SETS = ("roles", "skills")


_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_BY_ID = select(*(UserRow.__table__.c[name] for name in _FIELDS)).where(UserRow.id.in_(_IDS))
_TEAMS = select(MembershipRow.user_id, MembershipRow.team).where(MembershipRow.user_id.in_(_IDS))
_OPEN: tuple[ColumnElement[str], ...] = (literal_column("'open'"), literal_column("'waiting'"))
_LOADS = (
    select(RecordRow.owner, func.count())
    .where(RecordRow.owner.in_(_IDS), RecordRow.category.in_(_OPEN))
    .group_by(RecordRow.owner)
)
_USER = select(*(UserRow.__table__.c[name] for name in _FIELDS))
_ONE = Prepared(_USER.where(UserRow.id == bindparam("user")))
_MEMBERSHIP = select(
    MembershipRow.team, MembershipRow.user_id, MembershipRow.is_lead, MembershipRow.on_call
)
_MEMBERS = Prepared(
    _MEMBERSHIP.where(MembershipRow.team == bindparam("wanted")).order_by(MembershipRow.user_id)
)
_OWN_TEAMS = Prepared(
    _MEMBERSHIP.where(MembershipRow.user_id == bindparam("wanted")).order_by(MembershipRow.team)
)
_IN_TEAM = select(MembershipRow.user_id).where(MembershipRow.team == bindparam("wanted"))
_TEAM_USERS = Prepared(_USER.where(UserRow.id.in_(_IN_TEAM)))
_TEAM_TEAMS = Prepared(
    select(MembershipRow.user_id, MembershipRow.team).where(MembershipRow.user_id.in_(_IN_TEAM))
)
_TEAM_LOADS = Prepared(
    select(RecordRow.owner, func.count())
    .where(RecordRow.owner.in_(_IN_TEAM), RecordRow.category.in_(_OPEN))
    .group_by(RecordRow.owner)
)
_ONE_LOAD = Prepared(
    select(func.count())
    .select_from(RecordRow)
    .where(RecordRow.owner == bindparam("wanted"), RecordRow.category.in_(_OPEN))
)
_GIVEN = Prepared(update(UserRow).where(UserRow.id == bindparam("user")))


def add_user(
    connection: Connection, user: User, now: datetime, password_hash: str | None = None
) -> None:
    """Keep a new account; raises IntegrityError when the login is taken."""
    more = {"password_hash": password_hash, "created_at": now}
    connection.execute(insert(UserRow), _row(user) | more)


def save_user(connection: Connection, user: User) -> None:
    """Save the account as given; raises StaleRowError when it is not at ``user.version`` any more."""
    same = (UserRow.id == user.id) & (UserRow.version == user.version)
    values = _row(user) | {"version": user.version + 1}
    if connection.execute(update(UserRow).where(same).values(values)).rowcount != 1:
        raise StaleRowError(user.id)


def _row(user: User) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(user, name) for name in _FIELDS}
    row |= {name: sorted(row[name]) for name in _SETS}
    return row | {"login": user.login.strip().lower(), "email": user.email.strip()}


def set_password(connection: Connection, user_id: str, password_hash: str | None) -> None:
    """Keep the hash of a new password; None: signing in by password is off."""
    mine = UserRow.id == user_id
    connection.execute(update(UserRow).where(mine).values(password_hash=password_hash))


def password_hash_of(connection: Connection, login: str) -> tuple[str, str] | None:
    """Return id and password hash of the active account *login*, None when it has none."""
    query = select(UserRow.id, UserRow.password_hash).where(
        UserRow.login == login.strip().lower(), UserRow.active, UserRow.password_hash.is_not(None)
    )
    found = connection.execute(query).one_or_none()
    return None if found is None or found.password_hash is None else (found.id, found.password_hash)


_ALL = _USER.order_by(UserRow.name, UserRow.id)
_EVERYBODY = Prepared(_ALL)
MOST_ONE_BY_ONE = 3
"""Accounts that are asked for one by one: a prepared question each costs less than one with a list."""
_KNOWN: dict[tuple[Any, ...], User] = {}
"""Accounts by their rows as the driver gives them: every page reads them all."""


def user(connection: Connection, user_id: str) -> User | None:
    """Return the account, None when there is none."""
    found = _ONE.made(connection, {"user": user_id}, _KNOWN, _user_of)
    return found[0] if found else None


def user_by_login(connection: Connection, login: str) -> User | None:
    """Return the account that signs in as *login*."""
    return next(iter(_users(connection, UserRow.login == login.strip().lower())), None)


def user_by_email(connection: Connection, email: str) -> User | None:
    """Return the account with this address, None when there is none or more than one."""
    found = _users(connection, func.lower(UserRow.email) == email.strip().lower())
    return found[0] if len(found) == 1 else None


def users(connection: Connection, *, active_only: bool = False) -> list[User]:
    """Return all accounts by name."""
    if active_only:
        return _users(connection, UserRow.active.is_(True))
    return _EVERYBODY.made(connection, {}, _KNOWN, _user_of)


def users_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, User]:
    """Return the accounts *ids*, leaving out what does not exist."""
    wanted = sorted(set(ids))
    if len(wanted) <= MOST_ONE_BY_ONE:
        known = (user(connection, one) for one in wanted)
        return {one.id: one for one in known if one is not None}
    rows = connection.execute(_BY_ID, {"ids": wanted}).mappings()
    return {row["id"]: _user(dict(row)) for row in rows}


def _users(connection: Connection, *conditions: ColumnElement[bool]) -> list[User]:
    rows = connection.execute(_ALL.where(*conditions))
    return [_user(dict(zip(_FIELDS, row, strict=True))) for row in rows]


def _user(row: Mapping[str, Any]) -> User:
    return User(**{**row, **{name: frozenset(row[name]) for name in _SETS}})


def _user_of(row: tuple[Any, ...]) -> User:
    return _user(dict(zip(_FIELDS, row, strict=True)))


def note_given(connection: Connection, user_id: str, now: datetime) -> None:
    """Note that routing gave this colleague something now: the round goes on behind them."""
    _GIVEN.run(connection, {"user": user_id, "last_given_at": now})


def put_members(connection: Connection, team: str, members: Sequence[Membership]) -> None:
    """Make *members* the members of *team*, in place of those it had."""
    connection.execute(delete(MembershipRow).where(MembershipRow.team == team))
    rows = [
        {"team": team, "user_id": m.user_id, "is_lead": m.is_lead, "on_call": m.on_call}
        for m in members
    ]
    if rows:
        connection.execute(insert(MembershipRow), rows)


def memberships(
    connection: Connection, *, team: str | None = None, user_id: str | None = None
) -> list[Membership]:
    """Return who is in which team: of one team, of one colleague, or all."""
    if team is not None and user_id is None:
        return [_membership(row) for row in _MEMBERS.rows(connection, {"wanted": team})]
    if team is None and user_id is not None:
        return [_membership(row) for row in _OWN_TEAMS.rows(connection, {"wanted": user_id})]
    query = _MEMBERSHIP.order_by(MembershipRow.team, MembershipRow.user_id)
    if team is not None:
        query = query.where(MembershipRow.team == team)
    if user_id is not None:
        query = query.where(MembershipRow.user_id == user_id)
    return [Membership(**row) for row in connection.execute(query).mappings()]


def _membership(row: tuple[Any, ...]) -> Membership:
    team, user_id, is_lead, on_call = row
    return Membership(team=team, user_id=user_id, is_lead=is_lead, on_call=on_call)


def people_of(connection: Connection, team: str) -> list[tuple[User, frozenset[str], int]]:
    """Return every member of *team* with all their teams and how many open records they own."""
    wanted = {"wanted": team}
    teams: dict[str, set[str]] = {}
    for user_id, name in _TEAM_TEAMS.rows(connection, wanted):
        teams.setdefault(user_id, set()).add(name)
    loads = dict(_TEAM_LOADS.rows(connection, wanted))
    found = (
        _user(dict(zip(_FIELDS, row, strict=True))) for row in _TEAM_USERS.rows(connection, wanted)
    )
    return [(one, frozenset(teams.get(one.id, ())), loads.get(one.id, 0)) for one in found]


def person_of(connection: Connection, user_id: str) -> tuple[User, frozenset[str], int] | None:
    """Return the same of one colleague, None when there is none."""
    found = user(connection, user_id)
    if found is None:
        return None
    load = _ONE_LOAD.first(connection, {"wanted": user_id})
    teams = frozenset(one.team for one in memberships(connection, user_id=user_id))
    return found, teams, load[0] if load is not None else 0


def teams_of(connection: Connection, ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return the teams of each of the colleagues *ids*."""
    found: dict[str, set[str]] = {one: set() for one in ids}
    for user_id, team in connection.execute(_TEAMS, {"ids": sorted(found)}):
        found[user_id].add(team)
    return {one: frozenset(teams) for one, teams in found.items()}


def loads_of(connection: Connection, ids: Iterable[str]) -> Mapping[str, int]:
    """Return how many open records each of the colleagues *ids* owns."""
    wanted = sorted(set(ids))
    counted = dict(connection.execute(_LOADS, {"ids": wanted}).all())
    return {one: counted.get(one, 0) for one in wanted}
