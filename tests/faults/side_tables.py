"""Where what records are found and counted by differs from what would be made of the records now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from sopwith.core.record import RecordState
from sopwith.store.kept_views import ViewPlan
from sopwith.store.mark_tables import RecordMarkRow, TallyRow
from sopwith.store.marks import Group, Marked, load_marked, marked
from sopwith.store.record_json import load_state
from sopwith.store.tables import MembershipRow, RecordRow, UserRow
from sopwith.store.worklists import waiting_for

Difference = tuple[str, Any, Any]
_GROUP = (TallyRow.name, TallyRow.type, TallyRow.state, TallyRow.team, TallyRow.owner)


class SideTables:
    """Compares marks, kept views, tallies and lists of what waits with the records. counts: how much there was."""

    def __init__(self, connection: Connection, plan: ViewPlan) -> None:
        self._connection, self._plan = connection, plan
        self.counts: Counter[str] = Counter()
        rows = connection.execute(
            select(RecordRow.id, RecordRow.state_json, RecordRow.marks, RecordRow.plan)
        ).all()
        self._states: dict[str, RecordState] = {row.id: load_state(row.state_json) for row in rows}
        self._said = {row.id: (row.marks, row.plan) for row in rows}
        self._wanted: dict[str, Marked] = {
            key: marked(state, plan.names_for(state)) for key, state in self._states.items()
        }

    def differences(self) -> Iterator[Difference]:
        """Yield what it is about, what should be there, and what is, wherever these are not the same."""
        yield from self._of_columns()
        yield from self._of_marks()
        yield from self._of_tallies()
        yield from self._of_waiting()

    def _of_columns(self) -> Iterator[Difference]:
        for key, (said, plan) in self._said.items():
            if plan != self._plan.id:
                yield "plan", f"{key} marked by the views in force, {self._plan.id}", plan
            elif load_marked(said) != self._wanted[key]:
                yield "marks", f"{key} with {self._wanted[key]}", load_marked(said)

    def _of_marks(self) -> Iterator[Difference]:
        there: defaultdict[str, set[tuple[Any, ...]]] = defaultdict(set)
        row = RecordMarkRow
        for key, *mark in self._connection.execute(
            select(row.record_id, row.name, row.text, row.number, row.open)
        ):
            there[key].add(tuple(mark))
        for key in there.keys() | self._wanted.keys():
            found = self._wanted.get(key, Marked())
            wanted = {(*mark, found.open) for mark in found.marks}
            self.counts["marks"] += len(wanted)
            self.counts["members of views"] += sum(mark[0].startswith("view:") for mark in wanted)
            if wanted != there[key]:
                lost, strange = wanted - there[key], there[key] - wanted
                yield "mark", f"{key} found by {sorted(map(str, lost))}", sorted(map(str, strange))

    def _of_tallies(self) -> Iterator[Difference]:
        wanted: Counter[Group] = Counter()
        for one in self._wanted.values():
            wanted.update(one.groups)
        query = select(*_GROUP, func.sum(TallyRow.count)).group_by(*_GROUP)
        there = {Group(*group): int(count) for *group, count in self._connection.execute(query)}
        self.counts["tallies"] += len(wanted)
        for group in wanted.keys() | there.keys():
            if wanted[group] != there.get(group, 0):
                yield "tally", f"{group}: {wanted[group]}", there.get(group, 0)

    def _of_waiting(self) -> Iterator[Difference]:
        """Each colleague's own list: what they are asked, and what they or their teams can take."""
        teams: defaultdict[str, set[str]] = defaultdict(set)
        for team, user in self._connection.execute(
            select(MembershipRow.team, MembershipRow.user_id)
        ):
            teams[user].add(team)
        for user in self._connection.execute(select(UserRow.id)).scalars().all():
            wanted = {key for key, one in self._states.items() if _waits(one, user, teams[user])}
            page = waiting_for(self._connection, user, teams[user], limit=10_000)
            shown = {state.id for state in page.states}
            self.counts["waiting lists"] += 1
            if wanted != shown:
                yield "waiting", f"for {user}: {sorted(wanted)}", sorted(shown)


def _waits(state: RecordState, user: str, teams: set[str]) -> bool:
    if not state.is_open:
        return False
    votes = state.approval.votes if state.approval else ()
    if any(vote.user == user and vote.asked and not vote.decision for vote in votes):
        return True
    return any(
        task.status == "open"
        and (
            task.owner == user or (not task.owner and task.team is not None and task.team in teams)
        )
        for task in state.tasks.values()
    )
