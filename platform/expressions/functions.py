"""The library: one table of functions with argument types, result, usage and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..core.text import Text
from .types import BOOL, DATE, DATETIME, NUMBER, TEXT, WORKING_TIME, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of the library.

    parameters: the types of the arguments where these are fixed; None where the checker
    has a method of its own for the function. least, most: how many arguments it takes.
    words: how a call reads, ``{0}`` and on being the arguments.
    """

    usage: str
    result: Type | None
    parameters: tuple[Type, ...] | None = None
    least: int
    most: int
    words: Text
    reads_time: bool = False


def _fixed(
    usage: str, result: Type, parameters: tuple[Type, ...], en: str, zh: str, *, time: bool = False
) -> Function:
    count = len(parameters)
    return Function(
        usage=usage, result=result, parameters=parameters, least=count, most=count,
        words=Text(en, zh), reads_time=time,
    )  # fmt: skip


def _special(usage: str, result: Type | None, least: int, most: int, en: str, zh: str) -> Function:
    return Function(usage=usage, result=result, least=least, most=most, words=Text(en, zh))


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "contains": _special(
            'contains(subject, "refund")', BOOL, 2, 2, "{0} contains {1}", "{0} 包含 {1}"
        ),
        "starts_with": _fixed(
            'starts_with(subject, "re:")', BOOL, (TEXT, TEXT),
            "{0} starts with {1}", "{0} 以 {1} 开头",
        ),
        "ends_with": _fixed(
            'ends_with(email, ".cn")', BOOL, (TEXT, TEXT), "{0} ends with {1}", "{0} 以 {1} 结尾"
        ),
        "matches": _special(
            'matches(subject, "^SO-[0-9]+")', BOOL, 2, 2,
            "{0} matches the pattern {1}", "{0} 匹配正则 {1}",
        ),
        "lower": _fixed(
            "lower(email)", TEXT, (TEXT,), "{0} in lower case", "{0} 的小写形式"
        ),
        "upper": _fixed(
            "upper(code)", TEXT, (TEXT,), "{0} in upper case", "{0} 的大写形式"
        ),
        "trim": _fixed(
            "trim(subject)", TEXT, (TEXT,), "{0} without outer blanks", "去掉首尾空白的 {0}"
        ),
        "length": _special(
            "length(subject)", NUMBER, 1, 1, "the length of {0}", "{0} 的长度"
        ),
        "now": _fixed("now()", DATETIME, (), "now", "当前时间", time=True),
        "today": _fixed("today()", DATE, (), "today", "今天", time=True),
        "date": _special('date("2026-11-22")', DATE, 1, 1, "the date of {0}", "{0} 的日期"),
        "datetime": _special(
            'datetime("2026-11-22T08:00:00Z")', DATETIME, 1, 1, "{0}", "{0}"
        ),
        "days_between": _special(
            "days_between(order_date, today())", NUMBER, 2, 2,
            "the days from {0} to {1}", "从 {0} 到 {1} 的天数",
        ),
        "hours_since": _fixed(
            "hours_since(created_at)", NUMBER, (DATETIME,),
            "the hours since {0}", "{0} 以来的小时数", time=True,
        ),
        "business_hours_since": _fixed(
            "business_hours_since(created_at)", NUMBER, (DATETIME,),
            "the working hours since {0}", "{0} 以来的工作小时数", time=True,
        ),
        "business_time_since": _fixed(
            "business_time_since(created_at)", WORKING_TIME, (DATETIME,),
            "the working time since {0}", "{0} 以来的工作时长", time=True,
        ),
        "changed": _special("changed(priority)", BOOL, 1, 1, "{0} has changed", "{0} 有变更"),
        "count": _special(
            "count(items, price > 100)", NUMBER, 1, 2,
            "the number of {0}", "{0} 的数量",
        ),
        "any": _special(
            "any(items, price > 100)", BOOL, 2, 2,
            "{0} has an entry where {1}", "{0} 中存在满足“{1}”的条目",
        ),
        "all": _special(
            "all(items, price > 100)", BOOL, 2, 2,
            "every entry of {0} has: {1}", "{0} 的每个条目都满足“{1}”",
        ),
        "sum": _special(
            "sum(items, price)", NUMBER, 1, 2, "the sum of {1} over {0}", "{0} 中 {1} 的合计"
        ),
        "min": _special("min(a, b)", None, 2, 20, "the least of {*}", "{*} 中的最小值"),
        "max": _special("max(a, b)", None, 2, 20, "the greatest of {*}", "{*} 中的最大值"),
        "round": _special("round(amount, 2)", NUMBER, 1, 2, "{0} rounded", "{0} 四舍五入"),
        "abs": _fixed(
            "abs(amount)", NUMBER, (NUMBER,), "the absolute value of {0}", "{0} 的绝对值"
        ),
        "coalesce": _special(
            'coalesce(nickname, name, "?")', None, 2, 20,
            "the first of {*} that is filled in", "{*} 中第一个非空值",
        ),
        "if": _special(
            "if(amount > 100, 1, 2)", None, 3, 3,
            "{1} if {0}, otherwise {2}", "若 {0} 则 {1}，否则 {2}",
        ),
        "is_empty": _special("is_empty(subject)", BOOL, 1, 1, "{0} is empty", "{0} 为空"),
    }
)  # fmt: skip
