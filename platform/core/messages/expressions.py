"""EXP...: the condition language."""

from __future__ import annotations

from .message import Message

EXPRESSIONS: dict[str, Message] = {
    "EXP001": Message(
        "the condition has {length} characters; keep it within {limit}",
        "条件长度为 {length} 个字符，请控制在 {limit} 个以内",
    ),
    "EXP002": Message("the condition is empty; write one", "条件为空，请填写条件"),
    "EXP003": Message(
        "{found!r} has no meaning in a condition; remove it", "条件中不能使用“{found}”，请删除"
    ),
    "EXP004": Message(
        "the text that starts here has no closing quote; add {quote}",
        "此处开始的文本缺少结束引号，请补上 {quote}",
    ),
    "EXP005": Message(
        "expected {expected_en} here, found {found_en}", "此处应为{expected_zh}，实际是{found_zh}"
    ),
    "EXP006": Message(
        "the bracket {open!r} opened here is never closed; add {close!r}",
        "此处的括号“{open}”没有闭合，请补上“{close}”",
    ),
    "EXP007": Message("write '==' to compare; '=' sets a value", "比较请写“==”，“=”表示赋值"),
    "EXP008": Message("write {good!r} instead of {bad!r}", "请把“{bad}”改写为“{good}”"),
    "EXP009": Message(
        "{bad!r} is full-width punctuation; write {good}", "全角标点 {bad} 请改为半角 {good}"
    ),
    "EXP010": Message(
        "the number {found} is too long; at most 15 digits, 9 of them after the point",
        "数字 {found} 太长：最多 15 位有效数字，其中小数最多 9 位",
    ),
    "EXP011": Message(
        "{found!r} is not a duration; units are s, m, h, d, w and bm, bh for working time",
        "“{found}”不是有效时长，可用单位为 s、m、h、d、w，工作时间用 bm、bh",
    ),
    "EXP012": Message(
        "the condition has more than {limit} parts; split it into smaller ones",
        "条件超过 {limit} 个组成部分，请拆分成更小的条件",
    ),
    "EXP013": Message(
        "the condition is nested more than {limit} levels deep; simplify it",
        "条件嵌套超过 {limit} 层，请简化",
    ),
    "EXP020": Message("nothing here is called {name!r}", "这里没有名为“{name}”的内容"),
    "EXP021": Message("unknown function {name!r}", "未知函数“{name}”"),
    "EXP022": Message(
        "{name}() takes {expected} arguments, {found} are given; write {usage}",
        "函数 {name}() 需要 {expected} 个参数，实际给了 {found} 个；写法：{usage}",
    ),
    "EXP023": Message(
        "argument {number} of {name}() must be {expected_en}, not {found_en}",
        "函数 {name}() 的第 {number} 个参数应为{expected_zh}，不能是{found_zh}",
    ),
    "EXP024": Message(
        "{left_en} cannot be compared with {right_en}", "{left_zh}不能与{right_zh}比较"
    ),
    "EXP025": Message(
        "{value!r} is not an option of {name}; options are {options}",
        "“{value}”不是“{name}”的选项，可选值为：{options}",
    ),
    "EXP026": Message(
        "{op!r} does not work on {left_en} and {right_en}", "“{op}”不能用于{left_zh}和{right_zh}"
    ),
    "EXP027": Message(
        "the condition must be true or false, but it is {found_en}; compare it with a value",
        "条件的结果必须为是或否，现在是{found_zh}，请与某个值比较",
    ),
    "EXP028": Message(
        "the result must be {expected_en}, but it is {found_en}",
        "结果应为{expected_zh}，现在是{found_zh}",
    ),
    "EXP029": Message(
        "{op!r} joins conditions that are true or false; this is {found_en}",
        "“{op}”两侧必须是结果为是或否的条件，此处是{found_zh}",
    ),
    "EXP030": Message(
        "{found_en} has no order, so {op!r} cannot compare it; use ==, != or in",
        "{found_zh}没有大小之分，不能用“{op}”比较，请改用 ==、!= 或 in",
    ),
    "EXP031": Message(
        "the pattern is not valid: {reason}; patterns follow the RE2 syntax",
        "正则表达式无效：{reason}；请按 RE2 语法书写",
    ),
    "EXP032": Message(
        "argument {number} of {name}() must be written out as {expected_en}",
        "函数 {name}() 的第 {number} 个参数必须直接写出{expected_zh}",
    ),
    "EXP033": Message(
        "{found!r} is not {expected_en}; write it like {example}",
        "“{found}”不是有效的{expected_zh}，请写成 {example} 的形式",
    ),
    "EXP034": Message(
        "{name!r} is a list, so {inner!r} cannot be read from it; use any({name}, ...) or sum({name}, ...)",
        "“{name}”是列表，不能直接读取“{inner}”，请用 any({name}, ...) 或 sum({name}, ...)",
    ),
    "EXP035": Message(
        "{found} counts business days, which have no fixed length; write business hours such as 8bh",
        "{found} 表示工作日，没有固定时长，请改用工作小时，例如 8bh",
    ),
    "EXP036": Message(
        "this is always {result_en}; check whether it is what you mean",
        "此条件永远为{result_zh}，请确认是否符合本意",
        "warning",
    ),
    "EXP037": Message(
        "'none' can only be compared by == and !=", "空值（none）只能用 == 或 != 比较"
    ),
    "EXP038": Message("a division by zero has no result", "除以零没有结果", "warning"),
    "EXP039": Message(
        "all values of a list must be of one type; this is {found_en}, the first is {expected_en}",
        "列表中的值必须类型一致：此处是{found_zh}，第一个是{expected_zh}",
    ),
    "EXP040": Message(
        'after {op!r} comes a list such as ["a", "b"], not {found_en}',
        '“{op}”后面应为列表，例如 ["a", "b"]，不能是{found_zh}',
    ),
    "EXP041": Message("text stands in quotes: write {good}", "文本需要加引号，请写 {good}"),
    "EXP043": Message(
        "a field has no functions of its own; write {good}", "字段没有自带函数，请写 {good}"
    ),
    "EXP042": Message(
        "a condition block is not understood: {reason_en}", "无法识别条件块：{reason_zh}"
    ),
}
