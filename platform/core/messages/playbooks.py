"""PBK...: playbooks."""

from __future__ import annotations

from .message import Message

PLAYBOOKS: dict[str, Message] = {
    "PBK001": Message(
        "The id {id} is there twice in this list; give each its own.",
        "此列表中标识“{id}”出现了两次；请为每一项使用不同的标识。",
    ),
    "PBK002": Message(
        "Reply {id} needs either a text of its own or a template, not both.",
        "回复“{id}”需要自己的文字或一个消息模板，二者择一。",
    ),
    "PBK003": Message(
        "An article needs either a link or a text, not both.",
        "资料需要网址或文字，二者择一。",
    ),
    "PBK004": Message(
        "'{link}' is no address that can be opened; write it in full, beginning with https://.",
        "“{link}”不是可以打开的网址；请完整填写以 https:// 开头的网址。",
    ),
    "PBK005": Message(
        "Template {name} is written for colleagues; a reply goes to the customer. Choose one for customers.",
        "模板“{name}”是写给同事的，而回复会发给客户；请选择写给客户的模板。",
    ),
    "PBK006": Message(
        "This playbook has no steps, replies or articles, so nobody will ever see it.",
        "此处置手册没有步骤、回复和资料，因此不会显示给任何人。",
        "warning",
    ),
    "PBK007": Message(
        "Reply {id} needs a title, by which colleagues choose it.",
        "回复“{id}”需要名称，供同事选择。",
    ),
}
