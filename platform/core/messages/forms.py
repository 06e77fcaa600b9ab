"""FRM...: form definitions; VAL...: what a person filled in."""

from __future__ import annotations

from .message import Message

FORMS: dict[str, Message] = {
    "FRM001": Message(
        "there is no taxonomy '{word}'; name one that exists, or list 'options' here",
        "不存在分类“{word}”；请填写已有的分类，或在此处列出 options",
    ),
    "FRM002": Message(
        "the field '{field}' has nothing to choose from; add 'options', or 'from' with a taxonomy",
        "字段“{field}”没有可选项；请添加 options，或用 from 指定分类",
    ),
    "FRM003": Message(
        "'options' and 'from' are both given; keep one of them",
        "同时写了 options 和 from；请只保留一个",
    ),
    "FRM004": Message(
        "the option '{word}' is there twice; give each option an id of its own",
        "选项“{word}”重复；请为每个选项使用不同的 id",
    ),
    "FRM005": Message(
        "the field '{word}' is there twice in this form; rename or remove one",
        "本表单中字段“{word}”重复；请改名或删除其中一个",
    ),
    "FRM006": Message(
        "the section '{word}' is there twice; give each section an id of its own",
        "分区“{word}”重复；请为每个分区使用不同的 id",
    ),
    "FRM007": Message(
        "'{key}' does nothing on a field of type {type}; remove it",
        "“{key}”对 {type} 类型的字段不起作用；请删除",
    ),
    "FRM008": Message(
        "'min' is greater than 'max', so no value fits; exchange or correct them",
        "min 大于 max，任何值都不符合；请更正",
    ),
    "FRM009": Message(
        "'{word}' is no bound for a field of type {type}; write it like {example}",
        "“{word}”不能作为 {type} 类型字段的上下限；请写成 {example} 的形式",
    ),
    "FRM010": Message(
        "the pattern cannot be used: {reason}; patterns follow the RE2 syntax",
        "正则表达式无法使用：{reason}；请按 RE2 语法书写",
    ),
    "FRM011": Message(
        "the default of '{field}' is not a value the field would accept: {reason_en}",
        "字段“{field}”的默认值不符合该字段的要求：{reason_zh}",
    ),
    "FRM012": Message(
        "the id '{word}' has a hyphen, so no condition could name the field; use '_' instead",
        "字段 id“{word}”含有连字符，条件无法引用；请改用下划线",
    ),
    "FRM013": Message(
        "'{word}' is a word of the condition language or a name every record has; choose another id",
        "“{word}”是条件语言的保留字或每条记录固有的名称；请换一个 id",
    ),
    "FRM014": Message(
        "a table cannot have a column of type {type}; choose another type",
        "表格的列不能是 {type} 类型；请换一种类型",
    ),
    "FRM015": Message(
        "'{word}' is no size; write it like 500KB or 25MB, at most 1GB",
        "“{word}”不是有效的大小；请写成 500KB 或 25MB 的形式，最大 1GB",
    ),
    "FRM016": Message(
        "'{word}' is no kind of file; write an ending like .log or a media type like image/*",
        "“{word}”不是有效的文件种类；请写扩展名（如 .log）或媒体类型（如 image/*）",
    ),
    "FRM017": Message(
        "'{word}' is no currency; write its three capital letters, such as CNY",
        "“{word}”不是币种；请写三个大写字母的代码，例如 CNY",
    ),
    "FRM018": Message(
        "the form has no field to fill in; add one, or remove the form",
        "表单没有可填写的字段；请添加字段，或删除表单",
    ),
    "FRM019": Message(
        "{count} {what_en} are more than the {limit} allowed here; split or shorten the list",
        "此处共有{what_zh} {count} 个，超过上限 {limit} 个；请拆分或精简",
    ),
    "FRM020": Message(
        "'required: true' and a 'require' condition are both given; keep one of them",
        "同时写了 required: true 和 require 条件；请只保留一个",
    ),
    "FRM021": Message(
        "there is no record type '{word}'; name one that exists",
        "不存在记录类型“{word}”；请填写已有的类型",
    ),
    "FRM022": Message(
        "there is no role '{word}'; name one that exists",
        "不存在角色“{word}”；请填写已有的角色",
    ),
    "FRM023": Message(
        "there is no state '{word}'; name one that exists",
        "不存在状态“{word}”；请填写已有的状态",
    ),
    "FRM024": Message(
        "there is no team '{word}'; name one that exists",
        "不存在团队“{word}”；请填写已有的团队",
    ),
    "FRM030": Message(
        "these fields compute each other in a circle: {circle}; take one out of it",
        "这些字段相互计算形成循环：{circle}；请打断其中一个",
    ),
    "FRM031": Message(
        "these fields decide about each other in a circle: {circle}; take one condition out of it",
        "这些字段的条件相互依赖形成循环：{circle}；请去掉其中一个条件",
    ),
    "FRM032": Message(
        "customers must fill in {count} fields here; more than {limit} drive them away, so ask for less",
        "客户在此必须填写 {count} 个字段；超过 {limit} 个容易流失，请减少必填项",
        "warning",
    ),
    "FRM033": Message(
        "'{field}' can never be shown: it needs {needs}, and '{other}' never has that value then; correct one of the conditions",
        "字段“{field}”永远不会显示：它要求 {needs}，而此时“{other}”不可能是该值；请修正其中一个条件",
    ),
    "FRM034": Message(
        "'{field}' depends on '{other}', which stands further down; move '{other}' up, so that nothing changes above where people are typing",
        "字段“{field}”依赖位于其后的“{other}”；请把“{other}”移到前面，避免填写时上方内容变动",
        "warning",
    ),
    "FRM035": Message(
        "'{field}' is required, but the customer who fills in this form may not write it; give the right, or do not require it",
        "字段“{field}”为必填，但填写本表单的客户无权填写；请授予写权限，或取消必填",
        "warning",
    ),
    "FRM041": Message(
        "the code '{word}…' is too long; at most {limit} characters",
        "编码“{word}…”过长；最多 {limit} 个字符",
    ),
    "FRM042": Message(
        "the code '{word}' stands for two choices; give each its own",
        "编码“{word}”对应两个选项；请分别使用不同的编码",
    ),
    "FRM043": Message(
        "all of these choices are retired, so nothing can be chosen; bring one back or add one",
        "所有选项均已停用，无法选择；请恢复或新增一个选项",
    ),
    "VAL001": Message("Please fill this in.", "请填写此项。"),
    "VAL002": Message("This must be text.", "此项应为文字。"),
    "VAL003": Message(
        "This is too long: {length} characters, at most {limit} are kept. Please shorten it.",
        "内容过长：共 {length} 个字符，最多 {limit} 个。请缩短。",
    ),
    "VAL004": Message(
        "This is too short: please write at least {limit} characters.",
        "内容过短：请至少填写 {limit} 个字符。",
    ),
    "VAL005": Message(
        "There is an invisible control character in this text. Please type it in again.",
        "文字中含有不可见的控制字符，请重新输入。",
    ),
    "VAL006": Message(
        "This does not have the form that is expected here. Please compare it with the example or the help.",
        "格式不符合要求，请对照示例或说明填写。",
    ),
    "VAL007": Message("Please give a number, such as 1234.5.", "请填写数字，例如 1234.5。"),
    "VAL008": Message("Please give a number of at least {limit}.", "请填写不小于 {limit} 的数字。"),
    "VAL009": Message("Please give a number of at most {limit}.", "请填写不大于 {limit} 的数字。"),
    "VAL010": Message("Please give at most {limit} decimals.", "最多保留 {limit} 位小数。"),
    "VAL011": Message(
        "'{word}' is not one of the choices. Please choose from the list.",
        "“{word}”不在可选项中，请从列表中选择。",
    ),
    "VAL012": Message(
        "'{word}' is not one of the choices. Did you mean '{meant}'?",
        "“{word}”不在可选项中，是否想选“{meant}”？",
    ),
    "VAL013": Message("'{word}' is there twice. Please keep one.", "“{word}”重复，请只保留一个。"),
    "VAL014": Message("Please choose at least {limit}.", "请至少选择 {limit} 项。"),
    "VAL015": Message(
        "Please choose at most {limit}; there are {count}.",
        "最多选择 {limit} 项，现在选了 {count} 项。",
    ),
    "VAL016": Message(
        "'{word}' is a group. Please choose one of the entries below it.",
        "“{word}”是上级分类，请选择其下的具体项。",
    ),
    "VAL017": Message("Please answer yes or no.", "请选择是或否。"),
    "VAL018": Message("Please give a date, such as 2026-11-22.", "请填写日期，例如 2026-11-22。"),
    "VAL019": Message("Please give a date not before {limit}.", "日期不能早于 {limit}。"),
    "VAL020": Message("Please give a date not after {limit}.", "日期不能晚于 {limit}。"),
    "VAL021": Message(
        "Please give a date and a time, such as 2026-11-22 09:30.",
        "请填写日期和时间，例如 2026-11-22 09:30。",
    ),
    "VAL022": Message(
        "Please give a length of time, such as 2h 30m or 1:30.",
        "请填写时长，例如 2h 30m、1:30 或 2小时30分。",
    ),
    "VAL023": Message("Please give at least {limit}.", "时长不能少于 {limit_zh}。"),
    "VAL024": Message("Please give at most {limit}.", "时长不能超过 {limit_zh}。"),
    "VAL025": Message(
        "Please give an e-mail address, such as name@example.com.",
        "请填写电子邮箱地址，例如 name@example.com。",
    ),
    "VAL026": Message(
        "Please give a telephone number with 5 to 20 digits, such as +86 138 0000 0000.",
        "请填写 5 至 20 位数字的电话号码，例如 +86 138 0000 0000。",
    ),
    "VAL027": Message(
        "Please give a web address that starts with https:// or http://.",
        "请填写以 https:// 或 http:// 开头的网址。",
    ),
    "VAL028": Message("This must be a list.", "此项应为列表。"),
    "VAL029": Message(
        "The file '{word}' is no longer there. Please add it again.",
        "文件“{word}”已不存在，请重新上传。",
    ),
    "VAL030": Message(
        "The file '{file}' is of a kind that is not accepted here. Accepted are: {accept}.",
        "不接受文件“{file}”的类型，可接受：{accept}。",
    ),
    "VAL031": Message(
        "The file '{file}' is larger than {limit}. Please send a smaller one.",
        "文件“{file}”超过 {limit}，请上传较小的文件。",
    ),
    "VAL032": Message(
        "Please add at most {limit} files; there are {count}.",
        "最多上传 {limit} 个文件，现有 {count} 个。",
    ),
    "VAL033": Message("Please add at least {limit} files.", "请至少上传 {limit} 个文件。"),
    "VAL034": Message(
        "'{word}' is not an active colleague. Please choose from the list.",
        "“{word}”不是在职同事，请从列表中选择。",
    ),
    "VAL035": Message(
        "'{word}' does not belong to the team '{team}'. Please choose one of its members.",
        "“{word}”不属于团队“{team}”，请选择该团队的成员。",
    ),
    "VAL036": Message(
        "There is no team '{word}'. Please choose from the list.",
        "不存在团队“{word}”，请从列表中选择。",
    ),
    "VAL037": Message(
        "There is no customer '{word}'. Please choose from the list.",
        "不存在客户“{word}”，请从列表中选择。",
    ),
    "VAL038": Message("This must be a list of rows.", "此项应为由多行组成的列表。"),
    "VAL039": Message("This row must hold a value for each column.", "此行应按列填写各个值。"),
    "VAL040": Message("Please fill in at least {limit} rows.", "请至少填写 {limit} 行。"),
    "VAL041": Message(
        "Please fill in at most {limit} rows; there are {count}.",
        "最多填写 {limit} 行，现有 {count} 行。",
    ),
    "VAL042": Message(
        "This number is too long: at most 15 digits are kept.", "数字过长：最多保留 15 位。"
    ),
    "VAL043": Message(
        "This time does not exist on that day: the clocks are put forward. Please choose another.",
        "当天因夏令时调整不存在该时刻，请另选时间。",
    ),
    "VAL044": Message("Please give a whole number.", "请填写整数。"),
    "VAL046": Message(
        "“{word}” is not offered any more. Please choose another.",
        "“{word}”已停用，请另选一项。",
    ),
}
