"""RUL...: rules; TBL...: decision tables; RTE...: routing; TEA...: teams; ACT...: actions."""

from __future__ import annotations

from .message import Message

_RULES: dict[str, Message] = {
    "RUL001": Message(
        "a rule has exactly one of 'on', 'after', 'at' and 'every'; keep the one that says when it is looked at",
        "一条规则只能有 on、after、at、every 之一；请保留说明触发时机的那一个",
    ),
    "RUL002": Message(
        "'{name}' is nothing that can happen to a record",
        "“{name}”不是单据上会发生的事件",
    ),
    "RUL003": Message(
        "'{name}' is not written in full or says too much; write one of {choices}",
        "“{name}”的写法不完整或多余；可以写 {choices}",
    ),
    "RUL004": Message(
        "there is no field '{name}' on this record type",
        "此单据类型没有字段“{name}”",
    ),
    "RUL005": Message(
        "'{found}' is not possible here; write a duration such as 30m, 4h or 3d, longer than nothing",
        "此处不能写“{found}”；请写大于零的时长，例如 30m、4h 或 3d",
    ),
    "RUL006": Message(
        "'{found}' is no time of day; write it like 09:00",
        "“{found}”不是有效的时刻；请写成 09:00 的形式",
    ),
    "RUL007": Message(
        "there is no {kind_en} '{name}'",
        "没有{kind_zh}“{name}”",
    ),
    "RUL010": Message(
        "'{name}' holds no date, so nothing can be due by it; name a field with a date",
        "“{name}”不是日期字段，无法据此计算到期时间；请填写日期字段",
    ),
    "RUL011": Message(
        "these rules set each other off without end: {cycle}; make a condition false once it is done, or add 'once: true'",
        "这些规则会无休止地互相触发：{cycle}；请让其中一个条件在处理后不再成立，或加上 once: true",
    ),
    "RUL013": Message(
        "'before' does nothing without 'offset'; add how long before, or remove it",
        "没有 offset 时 before 不起作用；请写明提前多久，或删除它",
    ),
    "RUL014": Message(
        "a rule that time sets off has no event, so '{name}' is always empty; remove it from the condition",
        "按时间触发的规则没有事件，“{name}”始终为空；请从条件中删除",
    ),
    "RUL015": Message(
        "the field holds a time of day already, so 'time' does nothing; remove it",
        "该字段已包含时刻，time 不起作用；请删除",
    ),
    "RUL016": Message(
        "a time of day goes with whole days only; write '1d', '1w' or '1bd', or remove 'time'",
        "只有整天的周期才能指定时刻；请写 1d、1w 或 1bd，或删除 time",
    ),
    "RUL017": Message(
        "this rule does nothing yet; add an action, or remove the rule, before it is put in force",
        "此规则目前不做任何事；生效前请添加动作，或删除此规则",
        "warning",
    ),
    "RUL018": Message(
        "this rule has no order, so it runs after '{rule}' and overwrites what that sets: {field}; give it an order, lower to run before",
        "此规则没有设置顺序，会在“{rule}”之后执行，并覆盖其设置的{field}；请设置顺序，数字更小则先执行",
        "warning",
    ),
}

_ACTIONS: dict[str, Message] = {
    "ACT001": Message(
        "an action is one key with its arguments, such as '- set: {{priority: P0}}'; this has {count} keys",
        "一个动作只有一个键及其参数，例如“- set: {{priority: P0}}”；此处有 {count} 个键",
    ),
    "ACT002": Message("there is no action '{name}'", "没有名为“{name}”的动作"),
    "ACT003": Message(
        "there is no field '{name}' that could be used here", "没有可在此使用的字段“{name}”"
    ),
    "ACT004": Message(
        "'{name}' cannot be set; use the action '{action}' to change it",
        "不能直接设置“{name}”；请用动作“{action}”来更改",
    ),
    "ACT005": Message(
        "'{name}' is no option of '{field}'; choose one of {options}",
        "“{name}”不是“{field}”的选项；可选值为 {options}",
    ),
    "ACT006": Message(
        "'{field}' takes {expected_en}",
        "“{field}”应为{expected_zh}",
    ),
    "ACT007": Message(
        "say to whom with exactly one of {choices}",
        "请用 {choices} 之一说明给谁，且只能写一个",
    ),
    "ACT008": Message(
        "'{name}' holds no person; name a field of type user",
        "“{name}”不是人员字段；请填写类型为 user 的字段",
    ),
    "ACT009": Message(
        "'{name}' is nobody who could be told; choose from {choices}",
        "“{name}”不是有效的通知对象；可选值为 {choices}",
    ),
    "ACT010": Message(
        "a comment has either a template or a text; keep one of them",
        "评论要么用 template，要么用 text；请二选一",
    ),
    "ACT011": Message(
        "'calendar' does nothing unless 'delay' is working time such as 3bd; change the delay or remove it",
        "只有 delay 为工作时间（例如 3bd）时 calendar 才起作用；请修改 delay 或删除 calendar",
    ),
    "ACT012": Message(
        "'{url}' is no address that can be called; write one that starts with https://",
        "“{url}”不是可以调用的地址；请填写以 https:// 开头的地址",
    ),
    "ACT013": Message(
        "a secret never stands in a definition; name the environment variable that holds it: env:HOOK_SECRET",
        "密钥不能写在配置中；请写保存密钥的环境变量，例如 env:HOOK_SECRET",
    ),
    "ACT014": Message(
        "'{name}' has no steps to go up or down; name a field with options, such as priority",
        "“{name}”没有可升降的等级；请填写有选项的字段，例如 priority",
    ),
    "ACT015": Message(
        "'by: 0' changes nothing; write how many steps, or remove the action",
        "by: 0 不会有任何改变；请写明升降几级，或删除该动作",
    ),
    "ACT016": Message(
        "a rule has at most {limit} actions; split it",
        "一条规则最多 {limit} 个动作；请拆分",
    ),
    "ACT017": Message(
        "'{name}' is no tag; use up to 64 characters without ':' and ','",
        "“{name}”不是有效的标签；最多 64 个字符，且不能包含“:”和“,”",
    ),
    "ACT018": Message(
        "'{name}' follows from what happens to the record and cannot be set; remove it",
        "“{name}”由单据的经过决定，不能设置；请删除",
    ),
    "ACT019": Message(
        "'{name}' is no name for an event; use letters, digits and . _ : -",
        "“{name}”不能作为事件名；请使用字母、数字和 . _ : -",
    ),
    "ACT020": Message(
        "'{name}' is computed by its form and cannot be set; remove it",
        "“{name}”由表单计算得出，不能设置；请删除",
    ),
    "ACT021": Message(
        "this action is not finished and does nothing yet; choose what is missing, or remove it, before it is put in force",
        "此动作尚未填完，目前不起作用；生效前请选择缺少的内容，或删除此动作",
        "warning",
    ),
}

_TABLES: dict[str, Message] = {
    "TBL001": Message(
        "'{name}' is no field that a table can look at",
        "“{name}”不是决策表可以读取的字段",
    ),
    "TBL002": Message(
        "'{name}' is no field that a table can set",
        "“{name}”不是决策表可以设置的字段",
    ),
    "TBL003": Message(
        "'{name}' is not among the {columns} of this table; add it there, or correct it",
        "“{name}”不在此决策表的 {columns} 中；请加入或更正",
    ),
    "TBL004": Message(
        "'{op}' cannot be used on '{name}': it has no order; write a value, a list, or '!= value'",
        "“{name}”没有大小之分，不能用“{op}”；请写值、列表或“!= 值”",
    ),
    "TBL005": Message(
        "this cell is not understood for '{name}'; write a value, a list, a comparison such as '>= 100', or '-' for anything",
        "无法理解“{name}”的这个单元格；请写值、列表、比较（例如“>= 100”），或用“-”表示任意",
    ),
    "TBL006": Message(
        "rows {first} and {second} both fit {example}, but only one may; narrow one of them, or choose 'hit: first'",
        "第 {first} 行和第 {second} 行都符合 {example}，而只允许一行符合；请缩小其中一行，或改为 hit: first",
    ),
    "TBL007": Message(
        "row {row} is never reached: the rows above it take all its cases; move it up or remove it",
        "第 {row} 行永远不会用到：上面的行已涵盖它的全部情况；请上移或删除",
    ),
    "TBL008": Message(
        "row {row} is never reached: the rows below it take all its cases; move it down or remove it",
        "第 {row} 行永远不会用到：下面的行已涵盖它的全部情况；请下移或删除",
    ),
    "TBL009": Message(
        "this row says nothing about '{name}'; add the value",
        "此行没有给出“{name}”；请补上取值",
    ),
    "TBL010": Message(
        "no row fits {example} and there is no default, so nothing would be decided; add a row or a default",
        "没有任何行符合 {example}，也没有 default，将无法得出结果；请补充一行或 default",
        "warning",
    ),
    "TBL011": Message(
        "'{name}' is a column of this table already; remove it here",
        "“{name}”已是此决策表的列；请在此处删除",
    ),
    "TBL013": Message(
        "this table has too many cases to look for gaps and unused rows",
        "此决策表的情况过多，无法检查缺漏和无用的行",
        "warning",
    ),
    "TBL014": Message(
        "a table has at most {limit} rows; split it",
        "决策表最多 {limit} 行；请拆分",
    ),
}

_ROUTING: dict[str, Message] = {
    "RTE002": Message(
        "routing by {by} needs '{name}'; add it",
        "按 {by} 分派需要“{name}”；请补上",
    ),
    "RTE003": Message(
        "'{name}' does nothing when routing by {by}; remove it",
        "按 {by} 分派时“{name}”不起作用；请删除",
    ),
    "RTE004": Message(
        "the chain ends without a queue, so a record might belong to nobody; add '- {{by: queue, team: ...}}'",
        "分派规则的末尾没有队列，单据可能无人负责；请补上“- {{by: queue, team: ...}}”",
    ),
    "RTE005": Message(
        "this is never reached: the queue of '{team}' above takes every record; move it up or remove it",
        "永远不会走到这里：上面“{team}”的队列会接收所有单据；请上移或删除",
    ),
    "RTE007": Message(
        "there is no field '{name}' on this record type",
        "此单据类型没有字段“{name}”",
    ),
    "RTE008": Message(
        "'{name}' holds no person; name a field of type user",
        "“{name}”不是人员字段；请填写类型为 user 的字段",
    ),
    "RTE009": Message(
        "the last queue has a condition, so a record might belong to nobody; remove 'when', or add a queue without one",
        "最后的队列带有条件，单据可能无人负责；请删除 when，或再加一个无条件的队列",
    ),
    "RTE010": Message(
        "'within' takes calendar time such as 90d, not '{found}'",
        "within 应为自然时间，例如 90d，不能是“{found}”",
    ),
    "RTE011": Message(
        "no option of '{field}' is a skill of the team '{team}', so nobody is ever found here; add the skills to the team",
        "“{field}”的选项都不是团队“{team}”的技能，此步永远找不到人；请在团队中补充技能",
        "warning",
    ),
}

# What a routing chain says of each of its links.
_STEPS: dict[str, Message] = {
    "RTE101": Message(
        "the condition of this step does not hold: {condition}",
        "此步条件不成立：{condition}",
        "info",
    ),
    "RTE102": Message(
        "it waits in the queue of {team}, whose lead is told",
        "进入 {team} 的队列，并通知负责人",
        "info",
    ),
    "RTE103": Message("no customer is known", "没有客户信息", "info"),
    "RTE104": Message("the field {field} is empty", "字段 {field} 为空", "info"),
    "RTE105": Message("{name} is unknown or no longer active", "{name} 不存在或已停用", "info"),
    "RTE106": Message(
        "{name} has no room for more: {load} open", "{name} 已满负荷：{load} 个未结单据", "info"
    ),
    "RTE107": Message("{name} is left out this time", "此次排除 {name}", "info"),
    "RTE108": Message("{name} is not in the team {team}", "{name} 不属于团队 {team}", "info"),
    "RTE111": Message("{customer} has no dedicated manager", "{customer} 没有专属客户经理", "info"),
    "RTE112": Message("dedicated manager: {name}", "专属客户经理：{name}", "info"),
    "RTE113": Message("the dedicated manager {name} is away", "专属客户经理 {name} 不在岗", "info"),
    "RTE114": Message(
        "nobody has worked for this customer within {within}",
        "{within} 内没有人服务过该客户",
        "info",
    ),
    "RTE115": Message("{name} worked for this customer last", "最近服务该客户的是 {name}", "info"),
    "RTE116": Message(
        "{name}, who worked for this customer last, is away",
        "最近服务该客户的 {name} 不在岗",
        "info",
    ),
    "RTE117": Message("{name} is named in the record", "单据指定了 {name}", "info"),
    "RTE118": Message(
        "{name}, who is named in the record, is away", "单据指定的 {name} 不在岗", "info"
    ),
    "RTE119": Message("{name} is not on shift now", "{name} 现在不在班", "info"),
    "RTE121": Message("nobody is on call in {team}", "{team} 没有值班人员", "info"),
    "RTE122": Message(
        "nobody on call in {team} can take it now", "{team} 的值班人员目前都无法接单", "info"
    ),
    "RTE123": Message("{name} is on call in {team}", "{team} 的值班人员是 {name}", "info"),
    "RTE124": Message(
        "nobody of {team} is on shift now; {name} is on call",
        "{team} 现在无人在班；值班人员是 {name}",
        "info",
    ),
    "RTE131": Message(
        "fewest open in {team}: {name} (open: {people})",
        "{team} 中负荷最低的是 {name}（未结：{people}）",
        "info",
    ),
    "RTE132": Message(
        "next by turn in {team}: {name} (open: {people})",
        "{team} 轮到 {name}（未结：{people}）",
        "info",
    ),
    "RTE133": Message(
        "nobody in {team} is skilled in {skill}", "{team} 中没有人具备技能 {skill}", "info"
    ),
    "RTE134": Message(
        "skill {skill}, fewest open in {team}: {name} (open: {people})",
        "技能 {skill}，{team} 中负荷最低的是 {name}（未结：{people}）",
        "info",
    ),
    "RTE135": Message(
        "everybody in {team} who could take it is away or has no room",
        "{team} 中可接单的人都不在岗或已满负荷",
        "info",
    ),
    "RTE136": Message("the team {team} has no members", "团队 {team} 没有成员", "info"),
    "RTE137": Message(
        "nobody of {team} is on shift now, and nobody on call can take it",
        "{team} 现在无人在班，也没有能接单的值班人员",
        "info",
    ),
    "RTE138": Message(
        "nobody of {team} who is on shift now can take it",
        "{team} 现在在班的人都无法接单",
        "info",
    ),
}

_TEAMS: dict[str, Message] = {
    "TEA001": Message(
        "two shifts have the id '{name}'; give one of them another",
        "有两个班次的标识都是“{name}”；请改掉其中一个",
    ),
    "TEA002": Message(
        "'{name}' has neither people nor a rotation, so nobody is ever there; add 'people' or 'rotation'",
        "“{name}”既没有人员也没有轮换，永远无人在班；请补上 people 或 rotation",
        "warning",
    ),
    "TEA003": Message(
        "'every' says how long a turn is, in days or weeks up to a year, such as 3d or 1w, not '{found}'",
        "every 表示每轮多长，以天或周计，最长一年，例如 3d 或 1w，不能是“{found}”",
    ),
    "TEA004": Message(
        "'{name}' stands twice in this list; remove one",
        "“{name}”在此列表中出现了两次；请删除一个",
        "warning",
    ),
    "TEA005": Message(
        "other people are named for {word} above already, and those count; remove one of the two",
        "上面已为 {word} 另行排人，以上面的为准；请删除其中一个",
        "warning",
    ),
    "TEA006": Message(
        "say by which calendar's clock this runs: add 'calendar: ...' to the team",
        "请说明按哪个日历的钟点计算：为团队补上“calendar: ...”",
    ),
    "TEA007": Message(
        "'hand_over' is a time of day such as 09:00, not '{found}'",
        "hand_over 应为一天中的时刻，例如 09:00，不能是“{found}”",
    ),
    "TEA008": Message(
        "'escalate_after' is between 1m and 24h by the clock, such as 10m, not '{found}'",
        "escalate_after 应按自然时间填写，介于 1m 与 24h 之间，例如 10m，不能是“{found}”",
    ),
}

RULES: dict[str, Message] = {**_RULES, **_TEAMS, **_ACTIONS, **_TABLES, **_ROUTING, **_STEPS}
