"""The workflow as a standard operating procedure: rows for the guide and the table of duties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..core.roles import ADMIN, AGENT, CUSTOMER, LEAD, MANAGER, STAFF
from ..core.text import Lang, Text
from ..expressions import Duration, Expression, Labels
from .model import ApprovalRule, Approver, Limit, Owner, ParallelRule, State, Transition, Workflow

Names = Mapping[
    tuple[str, str], Text
]  # (kind, id) -> title, of teams, forms, roles, fields, calendars

_ROLES = {
    CUSTOMER: Text("customer", "客户"),
    STAFF: Text("staff", "员工"),
    AGENT: Text("agent", "客服"),
    LEAD: Text("lead", "主管"),
    MANAGER: Text("manager", "经理"),
    ADMIN: Text("administrator", "管理员"),
}
_CATEGORIES = {
    "open": Text("open", "处理中"),
    "waiting": Text("waiting", "等待中"),
    "resolved": Text("resolved", "已解决"),
    "closed": Text("closed", "已关闭"),
}
_UNITS = {
    604800: Text("week", "周"),
    86400: Text("day", "天"),
    3600: Text("hour", "小时"),
    60: Text("minute", "分钟"),
    1: Text("second", "秒"),
}
_WAITS = {
    "customer": Text("Waits for the customer", "等待客户"),
    "vendor": Text("Waits for the vendor", "等待供应商"),
    "colleague": Text("Waits for a colleague", "等待同事"),
}
_MODES = {
    "all": Text("all must agree", "会签，须全部同意"),
    "any": Text("one is enough", "或签，一人同意即可"),
    "in_turn": Text("one after the other", "依次审批"),
}
_NOTES = {
    "optional": Text("a note is possible", "可填写备注"),
    "required": Text("with an internal note", "须填写内部备注"),
    "reply": Text("with a reply to the customer", "须回复客户"),
}
_BARRED = {
    "forbid_handlers": Text(
        "Not decided by who opened it, asked for it or worked on it",
        "职责分离：创建人、申请人和经办人不得审批",
    ),
    "allow": Text("Who opened it or asked for it may decide", "创建人、申请人可以审批"),
}
"""What is said where it is not the usual."""

_TIMEOUTS = {
    "deputy": Text("goes to the deputy", "转给代理人"),
    "approve": Text("counts as approved", "视为同意"),
    "reject": Text("counts as rejected", "视为驳回"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SopRow:
    """One state of the guide, in words. what: what to do, a line each. ways: the ways out."""

    state_id: str
    state: str
    category: str
    customer: str
    who: str
    limit: str
    what: tuple[str, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who does the work of a state, who decides, who helps, and who is kept informed."""

    state_id: str
    state: str
    responsible: str
    decides: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()


def sop_rows(
    workflow: Workflow, lang: Lang, names: Names | None = None, labels: Labels | None = None
) -> tuple[SopRow, ...]:
    """Return the guide, state by state. names, labels: titles to use instead of bare ids."""
    words = _Words(workflow, lang, names or {}, labels or Labels())
    return tuple(words.row(state) for state in workflow.states.values())


def duties(workflow: Workflow, lang: Lang, names: Names | None = None) -> tuple[Duty, ...]:
    """Return the table of responsibilities, state by state."""
    words = _Words(workflow, lang, names or {}, Labels())
    return tuple(words.duty(state) for state in workflow.states.values())


def teams_of(workflow: Workflow) -> tuple[str, ...]:
    """Return the ids of all teams that take part, in the order in which they first appear."""
    found: dict[str, None] = {}
    for state in workflow.states.values():
        branches = state.parallel.branches if state.parallel else ()
        approvers = state.approval.approvers if state.approval else ()
        owners = [state.owner, *(branch.owner for branch in branches)]
        found.update((owner.team, None) for owner in owners if owner and owner.team)
        found.update((approver.team, None) for approver in approvers if approver.team)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Words:
    """Everything said in one language."""

    workflow: Workflow
    lang: Lang
    names: Names
    labels: Labels
    _chinese: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_chinese", self.lang.startswith("zh"))

    def row(self, state: State) -> SopRow:
        return SopRow(
            state_id=state.id,
            state=state.title.get(self.lang),
            category=_CATEGORIES[state.category].get(self.lang),
            customer=state.customer_title.get(self.lang) if state.customer_step else "",
            who=self.owner(state.owner),
            limit=self.limit(state.limit),
            what=tuple(self._what(state)),
            ways=tuple(self._ways(state)),
        )

    def duty(self, state: State) -> Duty:
        rule, parallel = state.approval, state.parallel
        tells = state.customer_step and bool(state.customer_title)
        return Duty(
            state_id=state.id,
            state=state.title.get(self.lang),
            responsible=self.owner(state.owner),
            decides=tuple(self._approver(item) for item in rule.approvers) if rule else (),
            helps=tuple(self.owner(item.owner) for item in parallel.branches) if parallel else (),
            informed=(_ROLES[CUSTOMER].get(self.lang),) if tells else (),
        )

    def owner(self, owner: Owner | None) -> str:
        if owner is None:
            return ""
        team = self._name("team", owner.team)
        if owner.keep:
            said = self._say(f"whoever has it already, else {team}", f"原负责人，没有则为{team}")
        elif owner.routing:
            routing = self._name("routing", owner.routing)
            said = self._say(f"by routing: {routing}", f"按分派规则：{routing}")
        elif owner.user_field:
            name = self._name("field", owner.user_field)
            said = self._say(f"the person in '{name}'", f"“{name}”中的人员")
        else:
            said = team or self._role(owner.role or "")
        if owner.not_previous:
            said += self._say(", not the first owner", "，不得为首位负责人")
        return said

    def limit(self, limit: Limit | None) -> str:
        if limit is None:
            return ""
        options = self.labels.options.get(limit.by, {})
        parts = [
            f"{options[key].get(self.lang) if key in options else key}{self._colon}{self._time(time)}"
            for key, time in limit.cells.items()
        ]
        if limit.duration is not None:
            other = self._say("otherwise ", "其余 ") if parts else ""
            parts.append(other + self._time(limit.duration))
        said = self._comma.join(parts)
        if limit.calendar:
            calendar = self._name("calendar", limit.calendar)
            said += self._say(f" ({calendar})", f"（{calendar}）")
        return said

    def _what(self, state: State) -> Iterator[str]:
        if state.guidance:
            yield state.guidance.get(self.lang)
        if state.waits_for:
            yield _WAITS[state.waits_for].get(self.lang)
        if state.form:
            form = self._name("form", state.form)
            yield self._say(f"Fill in the form: {form}", f"填写表单：{form}")
        for item in state.checklist:
            yield "☐ " + item.title.get(self.lang) + self._needed(item.required, item.required_when)
        if state.parallel is not None:
            yield from self._tasks(state.parallel)
        if state.approval is not None:
            yield from self._approval(state.approval)

    def _needed(self, required: bool, when: Expression | None) -> str:
        if required:
            return self._say(" (required)", "（必做）")
        if when is not None:
            words = self._condition(when)
            return self._say(f" (required when {words})", f"（当{words}时必做）")
        return ""

    def _tasks(self, rule: ParallelRule) -> Iterator[str]:
        for branch in rule.branches:
            said = f"{branch.title.get(self.lang)}{self._colon}{self.owner(branch.owner)}"
            if branch.limit is not None:
                said += self._comma + self.limit(branch.limit)
            yield said + self._only(branch.when)

    def _approval(self, rule: ApprovalRule) -> Iterator[str]:
        for approver in rule.approvers:
            asked = self._approver(approver)
            said = self._say(f"Asks {asked}", f"请{asked}审批")
            if approver.deputy:
                deputy = self._role(approver.deputy)
                said += self._say(f", deputy: {deputy}", f"，代理人：{deputy}")
            yield said + self._only(approver.when)
        if len(rule.approvers) > 1:
            share = Text(f"{rule.share}% must agree", f"票签，须 {rule.share}% 同意")
            yield self._cap(_MODES.get(rule.mode, share).get(self.lang))
        if rule.same_person in _BARRED:
            yield _BARRED[rule.same_person].get(self.lang)
        if rule.skip_when is not None:
            words = self._condition(rule.skip_when)
            yield self._say(f"Approved at once when {words}", f"当{words}时免审批，直接通过")
        if rule.remind_after is not None:
            time = self._time(rule.remind_after)
            yield self._say(f"Reminder after {time}", f"{time}后提醒")
        if rule.timeout_after is not None:
            time, then = self._time(rule.timeout_after), _TIMEOUTS[rule.timeout_to].get(self.lang)
            yield self._say(f"Silence of {time} {then}", f"{time}未处理{then}")

    def _ways(self, state: State) -> Iterator[str]:
        for way in state.go:
            yield self._way(way)
        if state.approval is not None:
            yield self._leads(self._say("Approved", "同意"), state.approval.approved)
            yield self._leads(self._say("Rejected", "驳回"), state.approval.rejected)
        if state.parallel is not None:
            yield self._leads(self._join(state.parallel), state.parallel.then)
        if state.on_customer_reply is not None:
            replies = self._say("The customer replies", "客户回复")
            yield self._leads(replies, state.on_customer_reply)
        if state.category == "resolved" and self.workflow.solved_state:
            confirms = self._say("The customer confirms", "客户确认解决")
            yield self._leads(confirms, self.workflow.solved_state)

    def _way(self, way: Transition) -> str:
        extras = []
        if way.auto:
            extras.append(self._say("by itself", "自动"))
        if way.by:
            roles = self._comma.join(self._role(role) for role in sorted(way.by))
            extras.append(self._say(f"only {roles}", f"仅限{roles}"))
        if way.ask:
            fields = self._comma.join(self._name("field", name) for name in way.ask)
            extras.append(self._say(f"asks for {fields}", f"须填写{fields}"))
        if way.note in _NOTES:
            extras.append(_NOTES[way.note].get(self.lang))
        said = self._leads(way.title.get(self.lang), way.to) + self._only(way.when)
        if extras:
            inner = ("；" if self._chinese else "; ").join(extras)
            said += self._say(f" ({inner})", f"（{inner}）")
        return said

    def _leads(self, what: str, to: str) -> str:
        if to == "previous":
            return f"{what} → {self._say('the state before', '上一个状态')}"
        state = self.workflow.states.get(to)
        title = state.title.get(self.lang) if state is not None else to
        return title and (f"→ {title}" if what == title else f"{what} → {title}")

    def _join(self, rule: ParallelRule) -> str:
        if rule.join == "all":
            return self._say("All tasks are done", "全部任务完成")
        need = 1 if rule.join == "any" else rule.need
        return self._say(f"{need} of the tasks done", f"完成 {need} 项任务")

    def _only(self, when: Expression | None) -> str:
        if when is None:
            return ""
        words = self._condition(when)
        return self._say(f", when {words}", f"，条件：{words}")

    def _condition(self, when: Expression) -> str:
        return when.words(self.lang, self.labels)

    def _approver(self, approver: Approver) -> str:
        if approver.role:
            return self._role(approver.role)
        if approver.team:
            team = self._name("team", approver.team)
            return self._say(f"the lead of {team}", f"{team}主管")
        if approver.user_field:
            name = self._name("field", approver.user_field)
            return self._say(f"the person in '{name}'", f"“{name}”中的人员")
        if approver.manager_of:
            return self._say("the requester's manager", "申请人的直属上级")
        return self._name("user", approver.user)

    def _role(self, role: str) -> str:
        return self._name("role", role, _ROLES.get(role))

    def _name(self, kind: str, name: str | None, known: Text | None = None) -> str:
        if not name:
            return ""
        title = self.names.get((kind, name)) or known
        return title.get(self.lang) if title else name

    def _time(self, time: Duration) -> str:
        if time.days:
            return self._say(_count(time.days, "working day"), f"{time.days} 个工作日")
        size = next((s for s in _UNITS if time.seconds and time.seconds % s == 0), 1)
        amount, unit = time.seconds // size, _UNITS[size]
        if self._chinese:
            return f"{amount} 个工作{unit.zh}" if time.business else f"{amount} {unit.zh}"
        return _count(amount, f"working {unit.en}" if time.business else unit.en)

    @property
    def _comma(self) -> str:
        return "，" if self._chinese else ", "

    @property
    def _colon(self) -> str:
        return "：" if self._chinese else ": "

    def _cap(self, words: str) -> str:
        return words[:1].upper() + words[1:]

    def _say(self, english: str, chinese: str) -> str:
        return chinese if self._chinese else english


def _count(amount: int, noun: str) -> str:
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"
