"""MSG...: message templates; SVY...: surveys."""

from __future__ import annotations

from .message import Message

MESSAGE_TEMPLATES: dict[str, Message] = {
    "MSG001": Message(
        "the text of this message is longer than {limit} characters; shorten it",
        "消息文字超过 {limit} 个字符；请缩短",
    ),
    "MSG002": Message(
        "the message has more than {limit} places to fill in; shorten it",
        "消息中的占位符超过 {limit} 个；请精简",
    ),
    "MSG003": Message(
        "this '{{{{' is never closed; write the name and then '}}}}'",
        "此处的“{{{{”没有结束；请写上名称并补上“}}}}”",
    ),
    "MSG004": Message(
        "'{name}' is no name that this message can show; use a field of the record type",
        "“{name}”不是此消息可以显示的名称；请使用该单据类型的字段",
    ),
    "MSG005": Message(
        "blocks are nested deeper than {limit} levels; make the message simpler",
        "区块嵌套超过 {limit} 层；请简化消息",
    ),
    "MSG006": Message(
        "the block '#{block}' that opens here is never closed; add '{{{{/{block}}}}}'",
        "此处打开的区块“#{block}”没有结束；请补上“{{{{/{block}}}}}”",
    ),
    "MSG007": Message(
        "'{tag}' belongs to no open block; remove it, or open the block before it",
        "“{tag}”没有对应的区块；请删除它，或在前面打开区块",
    ),
    "MSG008": Message(
        "'{name}' holds several values and cannot be shown as one; name a part of it, or go through it with #each",
        "“{name}”包含多个值，不能直接显示；请写出其中的某一项，或用 #each 逐项显示",
    ),
    "MSG009": Message(
        "'{name}' is no list, so there is nothing to go through; use #if, or name a list",
        "“{name}”不是列表，无法逐项显示；请改用 #if，或写列表的名称",
    ),
    "MSG010": Message(
        "there is no filter '{filter}'; choose one of {choices}",
        "没有名为“{filter}”的过滤器；可用的有：{choices}",
    ),
    "MSG011": Message(
        "the filter '{filter}' is not written like this; write {usage}",
        "过滤器“{filter}”的写法不对；请写 {usage}",
    ),
    "MSG012": Message(
        "the filter '{filter}' does nothing to '{name}'; remove it",
        "过滤器“{filter}”对“{name}”不起作用；请删除",
    ),
    "MSG013": Message(
        "{text} is not understood; write a name such as {{{{ customer.name }}}}: messages fill in values, they do not calculate",
        "无法理解 {text}；请写名称，例如 {{{{ customer.name }}}}：消息只填入内容，不做计算",
    ),
    "MSG014": Message(
        "a subject is one line; move the rest into the body",
        "主题只能是一行；请把其余内容移到正文",
    ),
    "MSG015": Message(
        "the other language also shows {names}, but {language} does not; add it, or remove it there",
        "另一种语言显示了 {names}，而 {language} 没有；请补上，或在另一种语言中删除",
        "warning",
    ),
    "MSG016": Message(
        "this message goes to customers but shows '{name}', which colleagues write for each other; remove it, or say 'audience: agent'",
        "此消息发给客户，却会显示内部内容“{name}”；请删除，或改为 audience: agent",
        "warning",
    ),
    "SVY001": Message(
        "a {type} survey cannot have the scale {scale}; choose one of {choices}",
        "{type} 调查的量表不能是 {scale}；可选值为 {choices}",
    ),
    "SVY002": Message(
        "'{name}' takes calendar time such as 14d, not '{found}'",
        "“{name}”应为自然时间，例如 14d，不能是“{found}”",
    ),
    "SVY003": Message(
        "there is no message template '{name}' to invite with",
        "没有名为“{name}”的邀请消息模板",
    ),
    "SVY004": Message(
        "the survey has no message template, so nobody is invited by mail; add 'template'",
        "该调查没有消息模板，不会发出邀请邮件；请补上 template",
        "warning",
    ),
}
