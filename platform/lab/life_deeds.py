"""What people do next with a record, as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ..core import commands as c
from ..core.events import Actor
from ..core.record import Category, RecordState
from ..core.roles import ADMIN, AGENT, LEAD
from ..engine.scope import scope_of
from ..expressions import Context
from ..workflows.model import State, Transition
from ..workflows.step import missing_checks, ways_out
from .chance import Chance
from .life_texts import Words, mark
from .life_values import Filler
from .world import World

_STYLES = {"primary": 10.0, "default": 2.0, "danger": 0.6}
PUNCTUAL = 0.93
OVERNIGHT = timedelta(hours=40)
_AGAIN = 0.25
"""How much less likely a way is that leads where the record was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something to be done after *gap*; *do* tells whether it was accepted."""

    gap: timedelta
    do: Callable[[], bool]
    in_office: bool = True


class Deeds:
    """Chooses what comes next in one world."""

    def __init__(
        self, world: World, chance: Chance, words: Words, filler: Filler, patience: int
    ) -> None:
        """Patience: after how many deeds whoever asked takes the first record back."""
        self._world, self._chance, self._patience = world, chance, patience
        self._words, self._filler = words, filler
        self._said = 0
        self._answered: set[str] = set()

    def next(self) -> Deed | None:
        """Return the next deed, None when nothing is left to do."""
        self._patience -= 1
        if self._patience == 0:
            return self._deed(1, next(iter(self._world.records)), self._cancel)
        open_ones = [one.id for one in self._world.records.values() if one.is_open]
        if open_ones:
            return self._for(self._world.records[self._chance.choice(open_ones)])
        for one in self._world.records.values():
            if one.category is Category.RESOLVED and one.id not in self._answered:
                self._answered.add(one.id)
                if self._chance.random() < 0.7:
                    return self._deed(20, one.id, self._answer_solved)
            for ask in one.surveys.values():
                if ask.answered_at is None and ask.id not in self._answered:
                    self._answered.add(ask.id)
                    if self._chance.random() < 0.5:
                        return self._deed(9, one.id, self._answer_survey, in_office=False)
            if one.surveys or one.category is not Category.CLOSED or "wait" in self._answered:
                continue
            self._answered.add("wait")
            return Deed(gap=timedelta(hours=3), do=lambda: True, in_office=False)
        return None

    def _deed(
        self,
        hours: float,
        record: str,
        do: Callable[[RecordState], bool],
        *,
        in_office: bool = True,
    ) -> Deed:
        """Return a deed after about *hours*, mostly in time for the next promise; an urgent one at any hour."""
        gap = timedelta(seconds=int(3600 * hours * self._chance.lognormvariate(-0.4, 0.9)) + 20)
        left = self._left(self._world.records[record])
        if left is not None and self._chance.random() < PUNCTUAL:
            gap = min(gap, left * self._chance.uniform(0.05, 0.45))
            in_office = in_office and left > OVERNIGHT
        return Deed(
            gap=timedelta(seconds=int(gap.total_seconds()) + 1),
            do=lambda: do(self._world.records[record]),
            in_office=in_office,
        )

    def _left(self, state: RecordState) -> timedelta | None:
        """Return the time until the next promise is broken, None when no promise runs."""
        due = [clock.due_at for clock in state.clocks.values() if clock.due_at is not None]
        ahead = [at - self._world.now for at in due if at > self._world.now]
        return min(ahead, default=None)

    def _for(self, state: RecordState) -> Deed:
        if state.approval is not None:
            return self._deed(4, state.id, self._decide)
        if (
            any(task.status == "open" for task in state.tasks.values())
            and self._place(state).parallel
        ):
            return self._deed(7, state.id, self._finish)
        if state.category is Category.WAITING and state.waits_for == "customer":
            return self._deed(14, state.id, self._customer_writes, in_office=False)
        if state.owner is None:
            return self._deed(0.3, state.id, self._take)
        roll = self._chance.random()
        if state.first_reply_at is None and roll < 0.6 and state.customer_id:
            return self._deed(0.5, state.id, self._reply)
        if roll < 0.12:
            return self._deed(3, state.id, self._reply)
        if roll < 0.18:
            return self._deed(2, state.id, self._note)
        if roll < 0.25 and state.customer_id:
            return self._deed(5, state.id, self._customer_writes, in_office=False)
        return self._deed(2.5, state.id, self._advance)

    # --- who

    def _user(self, name: str) -> Actor:
        one = self._world.town.people[name]
        return Actor("user", one.id, one.roles, one.teams, one.name)

    def _worker(self, state: RecordState) -> Actor:
        """Return who works on the record: its owner, else somebody of its team, else a lead."""
        known = self._world.town.people
        if state.owner in known and known[state.owner or ""].roles & {AGENT, LEAD, ADMIN}:
            return self._user(state.owner or "")
        team = [one.id for one in self._world.town.members(state.team or "")]
        leads = [one.id for one in self._world.town.with_role(LEAD)]
        admins = [one.id for one in self._world.town.with_role(ADMIN)]
        return self._user(self._chance.choice(team or leads or admins))

    def _customer(self, state: RecordState) -> Actor:
        if state.customer_id:
            name = str(state.customer.get("name", ""))
            return Actor("customer", state.customer_id, frozenset({"customer"}), name=name)
        if state.created_by in self._world.town.people:
            return self._user(state.created_by or "")
        return self._worker(state)

    def _place(self, state: RecordState) -> State:
        kind = self._world.release.record_types[state.type]
        return self._world.release.workflows[kind.workflow].states[state.state]

    # --- what

    def _do(self, command: c.Command, state: RecordState) -> bool:
        return self._world.handle(command, state.id).accepted

    def _message(self, kind: str) -> c.NewMessage:
        self._said += 1
        return c.NewMessage(id=mark("m", self._said - 1), text=self._words.say(kind))

    def _take(self, state: RecordState) -> bool:
        actor = self._worker(state)
        return self._do(c.Assign(actor=actor, owner=actor.id, team=state.team), state)

    def _reply(self, state: RecordState) -> bool:
        message = self._message("reply")
        return self._do(c.Comment(actor=self._worker(state), message=message, public=True), state)

    def _note(self, state: RecordState) -> bool:
        message = self._message("note")
        return self._do(c.Comment(actor=self._worker(state), message=message, public=False), state)

    def _customer_writes(self, state: RecordState) -> bool:
        message = self._message("message")
        said = c.Comment(
            actor=self._customer(state), message=message, public=True, author="customer"
        )
        return self._do(said, state)

    def _cancel(self, state: RecordState) -> bool:
        if not state.is_open:
            return True
        reason = self._words.say("reason")
        return self._do(c.Cancel(actor=self._customer(state), reason=reason), state)

    def _answer_solved(self, state: RecordState) -> bool:
        solved = self._chance.random() < 0.88
        return self._do(c.AnswerSolved(actor=self._customer(state), solved=solved), state)

    def _answer_survey(self, state: RecordState) -> bool:
        ask = next(one for one in state.surveys.values() if one.answered_at is None)
        survey = self._world.release.surveys[ask.survey]
        score = min(survey.scale, max(1, round(self._chance.gauss(survey.scale * 0.85, 1))))
        return self._do(c.AnswerSurvey(actor=self._customer(state), ask=ask.id, score=score), state)

    def _decide(self, state: RecordState) -> bool:
        if state.approval is None:
            return False
        asked = [one for one in state.approval.votes if one.asked and not one.decision]
        if not asked:
            return False
        verdict = "approve" if self._chance.random() < 0.92 else "reject"
        note = "" if verdict == "approve" else self._words.say("note")
        decide = c.Decide(actor=self._user(asked[0].user), decision=verdict, note=note)
        return self._do(decide, state)

    def _finish(self, state: RecordState) -> bool:
        task = next((one for one in state.tasks.values() if one.status == "open"), None)
        if task is None:
            return False
        team = [one.id for one in self._world.town.members(task.team or "")]
        name = task.owner or (self._chance.choice(team) if team else None)
        actor = self._user(name) if name else self._worker(state)
        values = {}
        if task.form:
            form = self._world.release.forms[task.form]
            values = self._filler.fill(form, self._world.now, actor.roles, state)
        return self._do(c.FinishTask(actor=actor, task=task.id, values=values), state)

    def _advance(self, state: RecordState) -> bool:
        """Fill the state's form, tick what must be ticked, and take a way out."""
        actor, place = self._worker(state), self._place(state)
        values = {}
        if place.form:
            form = self._world.release.forms[place.form]
            values = self._filler.fill(form, self._world.now, actor.roles, state)
            if not self._do(c.Submit(actor=actor, form=form.id, values=values), state):
                return False
            state = self._world.records[state.id]
        scope, context = scope_of(state), Context(now=self._world.now, zone=self._world.zone)
        for item in missing_checks(place, state.checklist, scope, context):
            self._do(c.Check(actor=actor, item=item.id), state)
        kind = self._world.release.record_types[state.type]
        workflow = self._world.release.workflows[kind.workflow]
        ways = [
            one.transition
            for one in ways_out(workflow, state.state, scope, context, actor.roles)
            if one.open
        ]
        if not ways:
            return False
        return self._go(state, actor, self._way(state, ways))

    def _way(self, state: RecordState, ways: list[Transition]) -> Transition:
        weights = [
            _STYLES[way.style] * (_AGAIN if state.visits.get(way.to) else 1.0) for way in ways
        ]
        return self._chance.choices(ways, weights)[0]

    def _go(self, state: RecordState, actor: Actor, way: Transition) -> bool:
        release = self._world.release
        asked = release.asked.get((state.type, state.state, way.id))
        values = self._filler.fill(asked, self._world.now, actor.roles, state) if asked else {}
        note = None
        if way.note in ("required", "reply"):
            note = self._message("reply" if way.note == "reply" else "note")
        return self._do(c.Transition(actor=actor, to=way.id, values=values, note=note), state)
