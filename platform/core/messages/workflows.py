"""WFL0..: workflows as written; WFL1..: why a step cannot be taken."""

from __future__ import annotations

from .message import Message

WORKFLOWS: dict[str, Message] = {
    # the parts, each by itself
    "WFL001": Message(
        "'{word}' is no amount of time; write one such as 30m, 4h, 3d, 4bh or 2bd",
        "“{word}”不是有效的时长；请写成 30m、4h、3d、4bh 或 2bd 这样的形式",
    ),
    "WFL002": Message(
        "no time at all is not possible for '{key}'; write a longer one or remove it",
        "“{key}”的时长不能为零；请填写更长的时间或删除",
    ),
    "WFL003": Message(
        "the way out '{id}' is there twice in this state; give one of them another 'id'",
        "本状态中有两个流转“{id}”；请给其中一个换一个 id",
    ),
    "WFL004": Message(
        "'{key}' works only in a state of type {type}; add 'type: {type}' or remove it",
        "“{key}”只在类型为 {type} 的状态中有效；请加上“type: {type}”或删除",
    ),
    "WFL005": Message(
        "'{word}' is no share of votes; write a percentage from 1% to 100%",
        "“{word}”不是有效的票数比例；请写 1% 到 100% 之间的百分比",
    ),
    "WFL006": Message(
        "'join' takes all, any or the number of tasks that are enough, not '{word}'",
        "“join”只能是 all、any 或足够的任务个数，不能是“{word}”",
    ),
    "WFL007": Message(
        "an approver is named in exactly one way; keep one of role, user, team, user_field, manager_of",
        "每个审批人只能用一种方式指定；请在 role、user、team、user_field、manager_of 中保留一个",
    ),
    "WFL008": Message(
        "an owner is named in exactly one way: routing, team, user_field or role, or 'keep: true' with a team to fall back on",
        "负责人只能用一种方式指定：routing、team、user_field、role，或“keep: true”加一个备用团队",
    ),
    "WFL009": Message(
        "the item '{id}' is on this checklist twice; give one of them another 'id'",
        "检查清单中有两个“{id}”；请给其中一个换一个 id",
    ),
    "WFL010": Message(
        "'{word}' is no value of '{by}', so this limit would never apply",
        "“{by}”没有“{word}”这个值，此时限永远不会生效",
    ),
    "WFL011": Message(
        "there is no limit here for {options}; add them, or a 'duration' for all others",
        "此处没有为 {options} 设置时限；请补充，或用“duration”为其余各值设置时限",
        "warning",
    ),
    "WFL012": Message(
        "an automatic way out asks nobody, so '{key}' would do nothing; remove it or 'auto'",
        "自动流转不经过任何人，“{key}”不会起作用；请删除它或删除“auto”",
    ),
    "WFL013": Message(
        "'previous' means the state before, so no state can be called that; choose another name",
        "“previous”表示上一个状态，不能用作状态名；请换一个名称",
    ),
    "WFL014": Message(
        "the workflow has {count} states; at most {limit} are possible, so split it",
        "流程有 {count} 个状态，最多 {limit} 个；请拆分流程",
    ),
    "WFL015": Message(
        "'{key}' does nothing in a state of category {category}; remove it or change the category",
        "“{key}”在类别为 {category} 的状态中不起作用；请删除或修改类别",
    ),
    "WFL016": Message(
        "two tasks of this state are called '{id}'; give one of them another 'id'",
        "本状态中有两个任务“{id}”；请给其中一个换一个 id",
    ),
    "WFL017": Message(
        "a place on the chart is two numbers from 0 to {most}, such as [120, 80]",
        "图上的位置是两个 0 到 {most} 之间的数，例如 [120, 80]",
    ),
    # references
    "WFL020": Message("no state is called '{word}'", "没有名为“{word}”的状态"),
    "WFL021": Message("no form is called '{word}'", "没有名为“{word}”的表单"),
    "WFL022": Message("no team is called '{word}'", "没有名为“{word}”的团队"),
    "WFL023": Message("no role is called '{word}'", "没有名为“{word}”的角色"),
    "WFL024": Message("no routing is called '{word}'", "没有名为“{word}”的分派规则"),
    "WFL025": Message("no calendar is called '{word}'", "没有名为“{word}”的日历"),
    "WFL026": Message("no field is called '{word}'", "没有名为“{word}”的字段"),
    "WFL027": Message("no colleague is called '{word}'", "没有名为“{word}”的人员"),
    "WFL028": Message("no record type is called '{word}'", "没有名为“{word}”的记录类型"),
    # what every process needs
    "WFL030": Message(
        "the workflow has no '{key}'; say it in a sentence: it stands on page one of the SOP",
        "流程缺少“{key}”；请用一句话说明，它会出现在 SOP 的第一页",
    ),
    "WFL031": Message(
        "nobody owns a record in '{state}'; add 'owner:', so that no record is left lying",
        "“{state}”没有负责人；请补上“owner:”，以免记录无人处理",
    ),
    "WFL032": Message(
        "a record may stay in '{state}' for ever; add 'limit:', so that it has a next deadline",
        "“{state}”没有时限；请补上“limit:”，使记录始终有下一个到期时间",
    ),
    "WFL033": Message(
        "'{state}' does not say whom it waits for; add 'waits_for: customer', 'vendor' or 'colleague'",
        "“{state}”没有说明在等谁；请补上“waits_for: customer”、“vendor”或“colleague”",
    ),
    "WFL034": Message(
        "customers see '{state}' but have no words for it; add 'customer_title', or 'customer_step: false' to hide it",
        "客户能看到“{state}”，但缺少给客户看的名称；请补上“customer_title”，或用“customer_step: false”隐藏",
    ),
    "WFL035": Message(
        "the workflow has {count} states; more than {limit} are hard to follow, so join some",
        "流程有 {count} 个状态；超过 {limit} 个不易执行，请合并一些",
        "warning",
    ),
    "WFL036": Message(
        "{count} approvals follow each other from here; more than {limit} cost days, so drop some or ask at the same time",
        "从此处起有 {count} 个审批依次进行；超过 {limit} 个会拖慢流程，请减少或改为同时审批",
        "warning",
    ),
    "WFL037": Message(
        "no state is of category closed, so no record ever ends; add one",
        "没有类别为 closed 的状态，记录永远无法结束；请添加一个",
    ),
    "WFL038": Message(
        "'{key}' must lead to a state of category closed; '{state}' is {category}",
        "“{key}”必须指向类别为 closed 的状态；“{state}”是 {category}",
    ),
    "WFL039": Message(
        "a record must be open after this; '{state}' is of category {category}",
        "此后记录必须处于打开状态；“{state}”的类别是 {category}",
    ),
    "WFL040": Message(
        "'cancel_by' does nothing without 'cancelled', the state for cancelled records; add it",
        "没有“cancelled”（取消后的状态）时，“cancel_by”不起作用；请补上",
    ),
    # soundness
    "WFL050": Message(
        "nothing leads from the start to '{state}'; add a way into it or remove it",
        "从起始状态无法到达“{state}”；请添加通往它的流转，或删除该状态",
    ),
    "WFL051": Message(
        "a record in '{state}' can never be closed; add a way out that leads to a closed state",
        "处于“{state}”的记录永远无法关闭；请添加能到达已关闭状态的流转",
    ),
    "WFL052": Message(
        "a record is stuck in '{state}' when {case}: no way out is open then; add one for this case",
        "当 {case} 时，“{state}”没有可用的流转，记录会卡住；请为此情况添加流转",
    ),
    "WFL053": Message(
        "every way out of '{state}' has a condition, and it cannot be proved that one always holds; add one without",
        "“{state}”的所有流转都带条件，无法证明总有一个成立；请添加一个无条件的流转",
        "warning",
    ),
    "WFL054": Message(
        "records run in a circle without a person: {cycle}; remove 'auto' from one of these ways, or make their conditions exclude each other",
        "记录会在无人参与时循环流转：{cycle}；请去掉其中一个流转的“auto”，或让条件互斥",
    ),
    "WFL055": Message(
        "'{state}' never goes on when {case}: as few as {opened} tasks open then, the join needs {need}",
        "当 {case} 时，“{state}”无法汇合：最少只打开 {opened} 个任务，而汇合需要 {need} 个",
    ),
    "WFL056": Message(
        "every task of '{state}' has a condition, and it cannot be proved that the join always gets the {need} it needs",
        "“{state}”的任务都带条件，无法证明汇合总能等到所需的 {need} 个任务",
        "warning",
    ),
    "WFL057": Message(
        "the join needs {need} tasks, but '{state}' has only {count}",
        "汇合需要 {need} 个任务，但“{state}”只有 {count} 个",
    ),
    "WFL058": Message(
        "nobody is asked to approve in '{state}' when {case}; add an approver for this case",
        "当 {case} 时，“{state}”没有审批人；请为此情况添加审批人",
    ),
    "WFL059": Message(
        "every approver of '{state}' has a condition, and it cannot be proved that one always applies; add one without",
        "“{state}”的审批人都带条件，无法证明总有一个适用；请添加一个无条件的审批人",
        "warning",
    ),
    "WFL060": Message(
        "'{state}' waits for ever when an approver stays silent; add 'timeout: {{after: 1bd, to: deputy}}'",
        "审批人一直不处理时，“{state}”会无限等待；请补上“timeout: {{after: 1bd, to: deputy}}”",
    ),
    "WFL061": Message(
        "silence leads to the deputy, but this approver has none; add 'deputy: ROLE'",
        "超时后转给代理人，但此审批人没有代理人；请补上“deputy: 角色”",
    ),
    "WFL062": Message(
        "the reminder after {remind} comes too late: the time is over after {after}; make it shorter",
        "{after} 后即超时，{remind} 后的提醒永远不会发出；请缩短提醒时间",
        "warning",
    ),
    "WFL063": Message(
        "from '{state}' a record only gets to {states}; the rest of the process ({lost}) begins only when it is opened again: add a way from '{state}' that leads on to the work",
        "记录从“{state}”只能到达{states}；流程的其余状态（{lost}）只有重新打开后才能进入：请为“{state}”添加通往后续处理的流转",
        "warning",
    ),
    # why a step cannot be taken
    "WFL101": Message(
        "This step is not possible now: its condition does not hold. Change the values it depends on, or choose another step.",
        "当前无法执行此操作：条件不满足。请修改相关内容，或选择其他操作。",
    ),
    "WFL102": Message(
        "Your role may not take this step. Ask somebody who may, or choose another step.",
        "您的角色不能执行此操作，请联系有权限的人员，或选择其他操作。",
    ),
}
