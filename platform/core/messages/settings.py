"""SET0..: what is wrong with the settings of an installation."""

from __future__ import annotations

from .message import Message

SETTINGS: dict[str, Message] = {
    "SET001": Message(
        "there is no setting '{word}'; remove the line, or see `sopwith settings` for the names",
        "没有名为“{word}”的设置项；请删除此行，或用 sopwith settings 查看全部名称",
    ),
    "SET002": Message(
        "there is no setting behind the variable {word}; remove it, or see `sopwith settings` for the names",
        "变量 {word} 不对应任何设置项；请删除该变量，或用 sopwith settings 查看全部名称",
    ),
    "SET003": Message(
        "'{name}' takes {wanted_en}, not {value}",
        "“{name}”应为{wanted_zh}，不能是 {value}",
    ),
    "SET004": Message(
        "this is not TOML: {reason}",
        "此文件不是有效的 TOML：{reason}",
    ),
    "SET005": Message(
        "'{name}' is a whole number from {least} to {most}, not {value}",
        "“{name}”应为 {least} 到 {most} 之间的整数，不能是 {value}",
    ),
    "SET006": Message(
        "'{name}' is one of {choices}, not {value}",
        "“{name}”只能是 {choices} 之一，不能是 {value}",
    ),
    "SET007": Message(
        "'{name}' is an address that begins with {kinds}; this one begins with {value}",
        "“{name}”的地址应以 {kinds} 开头，而此处以 {value} 开头",
    ),
    "SET008": Message(
        "'{name}' refers to {reference}, which cannot be used: {reason}",
        "“{name}”引用的 {reference} 无法使用：{reason}",
    ),
    "SET009": Message(
        "'{name}' is a second password: the address in '{url}' holds one already; keep one of them",
        "“{name}”重复设置了密码：“{url}”的地址中已有密码；请只保留一个",
    ),
    "SET010": Message(
        "'{name}' is for the address in '{url}', which is not set; set it, or remove the password",
        "“{name}”是“{url}”的密码，但未设置“{url}”；请设置该地址，或删除密码",
    ),
    "SET011": Message(
        "{workers} web processes need PostgreSQL, SQLite is for one; set 'database_url', or 'workers' to 1",
        "{workers} 个网页进程需要 PostgreSQL，SQLite 只能用于一个进程；请设置 database_url，或将 workers 设为 1",
    ),
    "SET012": Message(
        "a broker is for several processes, and they need PostgreSQL; set 'database_url', or remove 'broker_url'",
        "消息代理用于多个进程，而多个进程需要 PostgreSQL；请设置 database_url，或删除 broker_url",
    ),
    "SET013": Message(
        "'{word}' begins a section; write settings by themselves, without a section",
        "“{word}”是一个分节；请直接书写设置项，不要分节",
    ),
}
