"""ACC0..: the access part of a record type; ACC1..: why somebody may not do something."""

from __future__ import annotations

from .message import Message

ACCESS: dict[str, Message] = {
    "ACC001": Message(
        "no role is called '{word}'; name a built-in role or one that a team or person has",
        "没有名为“{word}”的角色；请使用内置角色，或团队、人员已有的角色",
    ),
    "ACC002": Message(
        "customers can never have the right '{act}'; remove 'customer' here",
        "客户不能拥有“{act}”权限；请从此处删除 customer",
    ),
    "ACC003": Message(
        "the scope of '{role}' is always '{scope}'; remove this line",
        "“{role}”的可见范围固定为“{scope}”；请删除此行",
    ),
    "ACC004": Message(
        "'{role}' is there twice for '{act}'; keep one of them",
        "“{act}”中重复列出了“{role}”；请只保留一个",
    ),
    "ACC101": Message(
        "None of your roles may do this. Ask your lead or an administrator.",
        "您的角色没有此项权限，请联系主管或管理员。",
    ),
    "ACC102": Message(
        "Your role may do this only with records of your team or your own. Ask the owner of this record.",
        "您的角色只能处理本团队或与本人有关的记录，请联系该记录的负责人。",
    ),
    "ACC103": Message(
        "This record is not one of yours. Open it from the list of your own requests.",
        "这不是您提交的记录，请从“我的请求”列表中打开。",
    ),
    "ACC104": Message(
        "Internal notes and the internal history are not shown to customers.",
        "内部备注和内部历史不对客户开放。",
    ),
}
