"""New states of a workflow as they are put in: as little as they need to work at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sopwith.core.text import Text

from .lenient import inside, mapping

Json = dict[str, Any]
TITLES: Mapping[str, Text] = {
    "state": Text("New state", "新状态"),
    "waiting": Text("Waiting for the customer", "等待客户"),
    "approval": Text("Approval", "审批"),
    "parallel": Text("Tasks side by side", "并行任务"),
    "resolved": Text("Waiting for confirmation", "待客户确认"),
    "closed": Text("Closed", "已关闭"),
}
ASKS = Text("Ask for approval", "提交审批")
"""What the way into a new approval is called."""
ITEM = {"title": {"en": "New item", "zh-CN": "新检查项"}}
TASK = {"title": {"en": "New task", "zh-CN": "新任务"}}
_IDS = {"state": "step", "waiting": "waiting", "approval": "approval", "parallel": "tasks"}
UNSETTLED = ("open", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What a new state takes from where it is put. owner: that of its neighbour; back: where a rejection leads.

    title: of the way that led to *target* and leads there on from it, empty for none.
    """

    owner: Json
    target: str = ""
    back: str = ""
    title: Any = ""


def base_id(kind: str) -> str:
    """Return the word from which the id of a new state of *kind* is made."""
    return _IDS.get(kind, kind)


def owner_near(doc: Mapping[str, Any], source: str, teams: tuple[str, ...]) -> Json:
    """Return who owns a state put beside *source*: whoever has the record, of the same team."""
    states = [mapping(doc.get("states")).get(source), *mapping(doc.get("states")).values()]
    named = (inside(one, ("owner", "team")) for one in states)
    team = next((one for one in named if isinstance(one, str)), None) or next(iter(teams), "")
    return {"keep": True, "team": team} if team else {"role": "agent"}


def way_to(target: str, title: Any = "") -> Json:
    """Return a way to *target*; without a title it is called like that."""
    return {"to": target, "title": title} if title else {"to": target}


def asking(target: str) -> Json:
    """Return a way into the approval *target*."""
    return way_to(target, {"en": ASKS.en, "zh-CN": ASKS.zh})


def blank_state(kind: str, near: Near) -> Json:
    """Return a new state of *kind* that leads to where *near* says."""
    title = TITLES[kind]
    made: Json = {"title": {"en": title.en, "zh-CN": title.zh}}
    ways = [way_to(near.target, near.title)] if near.target else []
    match kind:
        case "approval":
            made |= {
                "type": "approval",
                "category": "open",
                "customer_step": False,
                "owner": near.owner,
                "limit": "1bd",
                "approvers": [{"role": "lead", "deputy": "manager"}],
                "decide_by": "any",
                "timeout": {"after": "1bd", "to": "deputy"},
                "approved": near.target,
                "rejected": near.back or near.target,
            }
        case "parallel":
            task = {"id": "task_1", "title": {"en": "Task 1", "zh-CN": "任务 1"}, "owner": near.owner}  # fmt: skip
            if near.owner.get("keep"):
                task["owner"] = {"team": near.owner["team"]}
            made |= {
                "type": "parallel",
                "category": "open",
                "customer_step": False,
                "owner": near.owner,
                "limit": "1d",
                "branches": [task],
                "join": "all",
                "then": near.target,
            }
        case "waiting":
            made |= {
                "category": "waiting",
                "waits_for": "customer",
                "customer_step": False,
                "owner": near.owner,
                "limit": "7d",
                "on_customer_reply": "previous",
                "go": ways,
            }
        case "resolved":
            words = {"en": "Solved? Please confirm", "zh-CN": "请确认是否已解决"}
            made |= {"category": "resolved", "customer_title": words, "owner": near.owner, "go": ways}  # fmt: skip
        case "closed":
            made |= {"category": "closed", "customer_title": {"en": title.en, "zh-CN": title.zh}}
        case _:
            made |= {"category": "open", "customer_step": False, "owner": near.owner, "limit": "1d", "go": ways}  # fmt: skip
    return {key: value for key, value in made.items() if value not in ("", [])}
