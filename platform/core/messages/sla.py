"""CAL...: calendars; SLA...: SLA policies."""

from __future__ import annotations

from .message import Message

SLA: dict[str, Message] = {
    "CAL001": Message(
        "'{word}' is no time zone; write a name such as Asia/Shanghai or Europe/Berlin",
        "“{word}”不是有效的时区；请填写 Asia/Shanghai、Europe/Berlin 这样的名称",
    ),
    "CAL002": Message(
        "'{word}' is no weekday; write mon, tue, wed, thu, fri, sat or sun, or a range such as mon-fri",
        "“{word}”不是星期；请填写 mon、tue、wed、thu、fri、sat、sun，或 mon-fri 这样的范围",
    ),
    "CAL003": Message(
        "the weekday '{day}' has its hours twice; keep one entry for it",
        "“{day}”的工作时段写了两次；请只保留一处",
    ),
    "CAL004": Message(
        "'{word}' cannot be read as hours; write them as 09:00-18:00, with 24:00 as the latest end",
        "“{word}”不是有效的时段；请写成 09:00-18:00，最晚到 24:00",
    ),
    "CAL005": Message(
        "'{word}' ends when it starts; write 00:00-24:00 for the whole day, or remove it",
        "“{word}”的开始和结束相同；全天请写 00:00-24:00，否则请删除",
    ),
    "CAL006": Message(
        "{second} overlaps {first} on the same day; join the two or separate them",
        "同一天的时段 {second} 与 {first} 重叠；请合并或错开",
    ),
    "CAL007": Message(
        "the night shift {first} runs into {second} of the next day ({day}); the overlap counts once",
        "夜班 {first} 与次日（{day}）的 {second} 重叠；重叠部分只计一次",
        "warning",
    ),
    "CAL008": Message(
        "'{word}' is no date; write 2026-10-01, or 2026-10-01..2026-10-07 in a list",
        "“{word}”不是有效的日期；请写成 2026-10-01，列表中也可写 2026-10-01..2026-10-07",
    ),
    "CAL009": Message(
        "the range '{word}' ends before it starts; swap the two dates",
        "日期范围“{word}”的结束早于开始；请对调两个日期",
    ),
    "CAL010": Message(
        "the range '{word}' is longer than 366 days; correct the year, or split it",
        "日期范围“{word}”超过 366 天；请检查年份，或拆成几段",
    ),
    "CAL011": Message(
        "'{word}' lies outside the years 1970 to 2200; correct the year",
        "“{word}”不在 1970 年至 2200 年之间；请更正年份",
    ),
    "CAL012": Message(
        "'{key}' does nothing in a calendar that is always open; remove it, or write 'week' in place of 'always'",
        "全天候（always）日历中“{key}”不起作用；请删除它，或用“week”代替“always”",
    ),
    "CAL013": Message(
        'no weekday has open hours, so a due time would never come; add hours such as mon-fri: ["09:00-18:00"]',
        '一周中没有任何工作时段，时限永远不会到期；请添加时段，例如 mon-fri: ["09:00-18:00"]',
    ),
    "CAL014": Message(
        "the working day {word} takes Monday's hours, but Monday has none; give it its own 'windows'",
        "调休上班日 {word} 沿用周一的时段，但周一没有时段；请为它填写“windows”",
    ),
    "CAL015": Message(
        "{word} is listed as a holiday and as a working day; it counts as a working day, so remove one of them",
        "{word} 同时列为节假日和调休上班日，按上班日计算；请删除其中一处",
        "warning",
    ),
    "CAL016": Message(
        "{word} is in '{key}' twice; the last entry counts, so remove the other",
        "{word} 在“{key}”中重复出现，以最后一处为准；请删除多余的一处",
        "warning",
    ),
    "CAL017": Message(
        "'{word}' is no country whose holidays are known; write a code such as CN or DE-BE, or list the holidays",
        "没有国家或地区“{word}”的节假日数据；请填写 CN、DE-BE 这样的代码，或自行列出节假日",
    ),
    "CAL018": Message(
        "the last holiday listed is {word}; add 'known_until', so that a warning comes before the list runs out",
        "列出的最后一个节假日是 {word}；请填写“known_until”，以便在数据用完之前收到提醒",
        "warning",
    ),
    "CAL019": Message(
        "'{key}' lists more than {most} dates; keep the years that are needed",
        "“{key}”列出的日期超过 {most} 个；请只保留需要的年份",
    ),
    "CAL020": Message(
        "a working day needs hours; add some, or write the day under 'exceptions' to close it",
        "调休上班日必须有时段；请填写时段，如当天不上班请写到“exceptions”",
    ),
    "CAL021": Message(
        "{word} is a working day anyway, so this entry changes nothing; correct the date or remove it",
        "{word} 本来就是工作日，此条不起作用；请更正日期或删除",
        "warning",
    ),
    "SLA001": Message("There is no field {word} in these records", "这类记录没有字段“{word}”"),
    "SLA002": Message(
        "“{word}” pauses nothing; write waiting, or waiting with its reason, such as waiting:customer",
        "“{word}”不能作为暂停条件；请填写 waiting，或带原因的等待，例如 waiting:customer",
    ),
    "SLA003": Message(
        "“{word}” is no warning threshold; write a percentage between 1 and 99, such as 80%.",
        "“{word}”不是有效的预警比例；请填写 1% 到 99% 之间的百分比，例如 80%。",
    ),
    "SLA004": Message(
        "There is no metric {word}; there are {metrics}.",
        "没有指标“{word}”；可用的指标有：{metrics}。",
    ),
    "SLA005": Message(
        "{word} is no value of {field}; its values are {options}.",
        "“{word}”不是字段 {field} 的取值；可用的取值有：{options}。",
    ),
    "SLA006": Message(
        "“{word}” is no target; write a time such as 15m, 4h, 4bh or 2bd, at most ten years.",
        "“{word}”不是有效的时限；请填写 15m、4h、4bh 或 2bd 这样的时间，最长十年。",
    ),
    "SLA007": Message("There are two policies with the id {id}.", "有两条标识为“{id}”的策略。"),
    "SLA008": Message(
        "Policy {id} never applies: {before} before it has no condition.",
        "策略“{id}”永远不会生效：前面的“{before}”没有条件。",
    ),
    "SLA009": Message(
        "Every policy has a condition, so some records get no promise; add a last one without.",
        "所有策略都带条件，部分记录将没有时限；请在最后增加一条无条件的策略。",
        "warning",
    ),
    "SLA010": Message("There is no calendar {word}", "没有名为“{word}”的日历"),
    "SLA011": Message("There is no role {word}", "没有名为“{word}”的角色"),
    "SLA012": Message(
        "{metric} promises nothing for {missing}.",
        "指标 {metric} 未设置 {missing} 的时限。",
        "warning",
    ),
    "SLA013": Message(
        "For {cell} the solution is promised sooner than the first answer.",
        "“{cell}”的解决时限早于首次响应时限。",
    ),
    "SLA014": Message(
        "{metric} needs a '{key}'; write it as {example}.",
        "指标 {metric} 必须填写“{key}”，例如 {example}。",
    ),
    "SLA015": Message(
        "{metric} promises nothing; write a time for each value, or remove it.",
        "指标 {metric} 没有任何时限；请为各取值填写时间，或删除该指标。",
    ),
    "SLA016": Message(
        "The field {word} holds no date, so nothing can be due at it; name one of type date or date_time.",
        "字段“{word}”不是日期，无法作为到期时间；请填写类型为 date 或 date_time 的字段。",
    ),
}
