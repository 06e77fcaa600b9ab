"""What the people of made-up lives write, in both languages; the changing parts are left open."""

from __future__ import annotations

from collections.abc import Mapping

from .chance import Chance

Pair = tuple[str, str]
"""The same in English and in Chinese."""

PARTS: Mapping[str, tuple[Pair, ...]] = {
    "thing": tuple(
        zip(
            ["quarterly report", "price list", "project plan", "customer list", "purchase approval", "time sheet", "invoice run", "stock count", "travel request", "shift plan", "budget sheet", "contract archive", "sample order", "delivery note", "maintenance plan", "sales forecast", "training calendar", "supplier file", "asset register", "return form", "meeting minutes", "product catalogue", "release notes", "quality record", "visitor log", "expense claim", "payroll export", "warehouse map", "service contract", "survey results"],
            ["季度报表", "价格表", "项目计划", "客户名单", "采购审批", "工时表", "开票批次", "库存盘点", "出差申请", "排班表", "预算表", "合同档案", "样品订单", "送货单", "保养计划", "销售预测", "培训日历", "供应商档案", "资产台账", "退货单", "会议纪要", "产品目录", "版本说明", "质检记录", "访客登记", "报销单", "工资导出", "仓库地图", "服务合同", "问卷结果"],
            strict=True,
        )
    ),
    "place": tuple(
        zip(
            ["Shanghai office", "Suzhou plant", "Berlin branch", "northern warehouse", "head office", "second floor", "Chengdu shop", "Shenzhen laboratory", "Hamburg depot", "night shift", "Nanjing team", "Lyon store", "airport counter", "assembly line 3", "Wuhan call centre", "test bench", "Madrid office", "Qingdao port", "training room", "loading bay"],
            ["上海办公室", "苏州工厂", "柏林分部", "北区仓库", "总部", "二楼", "成都门店", "深圳实验室", "汉堡仓库", "夜班", "南京团队", "里昂门店", "机场柜台", "三号产线", "武汉呼叫中心", "测试台", "马德里办公室", "青岛港", "培训室", "装卸区"],
            strict=True,
        )
    ),
    "person": tuple(
        zip(
            ["Ms Zhang", "Mr Novak", "Dr Weber", "Ms Rossi", "Mr Chen", "Ms Larsen", "Mr Okafor", "Ms Dubois", "Mr Tanaka", "Ms Silva", "Mr Huang", "Ms Berg", "Mr Khan", "Ms Petrova", "Mr Martin", "Ms Kim"],
            ["张女士", "高先生", "韦博士", "罗女士", "陈先生", "林经理", "欧先生", "杜女士", "田先生", "席女士", "黄主任", "贝女士", "康先生", "裴女士", "马先生", "金女士"],
            strict=True,
        )
    ),
    "when": tuple(
        zip(
            ["this morning", "since yesterday", "since Monday", "after the update", "since last week", "at noon", "after the holiday", "twice today", "every evening", "since the migration", "for two hours", "after the restart"],
            ["今天上午", "昨天开始", "周一以来", "更新之后", "上周以来", "中午", "假期之后", "今天两次", "每天傍晚", "迁移之后", "两个小时以来", "重启之后"],
            strict=True,
        )
    ),
    "code": tuple((text, text) for text in (f"{a}-{n}" for a in ("E", "AX", "SO", "RF", "KB") for n in range(1007, 9999, 317))),
}  # fmt: skip
"""What changes from copy to copy. No part holds a character that JSON or SQL would spell otherwise."""

_TEXTS: Mapping[str, tuple[Pair, ...]] = {
    "description": (
        ("The «{thing}» cannot be opened in “{place}” {when}. Everybody sees error {code} and we cannot work.", "“{place}”无法打开“{thing}”，时间：{when}。所有人都看到错误 {code} ，影响工作。"),
        ("Saving “{thing}” takes more than 20 seconds {when}, seen in “{place}”. It used to be quick.", "保存“{thing}”要超过 20 秒，{when}，出现在“{place}”。以前很快。"),
        ("How do I share “{thing}” with {person} without giving away the rest? We need it in “{place}”.", "如何只把“{thing}”共享给 {person} ，而不开放其他内容？“{place}”需要使用。"),
        ("The export of “{thing}” stops with {code} {when}. {person} in “{place}” has the same problem.", "导出“{thing}”时报错 {code} ，{when}。“{place}”的 {person} 也遇到同样问题。"),
        ("Please help: “{thing}” shows last month's figures {when}, order {code} is missing.", "请协助：“{thing}”显示的是上个月的数据，{when}，缺少单号 {code} 。"),
        ("{person} from “{place}” is told that “{thing}” is locked {when}. Nobody has it open.", "“{place}”的 {person} 提示“{thing}”被锁定，{when}。但没有人打开它。"),
        ("We would like “{thing}” to be sent to “{place}” by itself every Friday. Is that possible?", "希望每周五自动把“{thing}”发送到“{place}”，可以设置吗？"),
        ("After order {code} nobody called back, though {person} promised it {when}. “{place}” is waiting.", "单号 {code} 之后一直没有回电，{person} 曾答应回复，{when}。“{place}”还在等。"),
    ),
    "reply": (
        ("Thank you for writing. I am looking into “{thing}” and will tell you more today.", "感谢反馈，我正在核实“{thing}”，今天内给您答复。"),
        ("Could you tell me which version you use in “{place}”, and whether {code} appears again?", "请问“{place}”使用的是哪个版本，是否再次出现 {code} ？"),
        ("We have found the cause: “{thing}” was moved. Please sign in again and try once more.", "已找到原因：“{thing}”被移动过。请重新登录后再试。"),
        ("I have spoken with {person}. The correction for “{thing}” is ready and will reach “{place}” tonight.", "已与 {person} 沟通，“{thing}”的修正已完成，今晚在“{place}”生效。"),
        ("I am sorry for the trouble with “{thing}”. {person} takes care of it personally.", "“{thing}”给您带来不便，非常抱歉，由 {person} 专门跟进。"),
    ),
    "message": (
        ("It still happens in “{place}”: {code} again, {when}.", "“{place}”仍然出现 {code} ，{when}。"),
        ("Thank you. {person} has tried it with “{thing}” and it works now.", "谢谢，{person} 用“{thing}”试过了，现在正常。"),
        ("We use the newest version in “{place}”. The file “{thing}” is the one from Monday.", "“{place}”用的是最新版本，文件“{thing}”是周一的那份。"),
        ("When can we expect an answer? {person} is asking for “{thing}”.", "请问什么时候有结果？{person} 在催“{thing}”。"),
    ),
    "note": (
        ("Reproduced with “{thing}” on our own server, code {code}.", "已在内部服务器用“{thing}”复现，代码 {code} 。"),
        ("{person} knows this from “{place}”; same pattern as {code}.", "{person} 在“{place}”见过，与 {code} 相同。"),
        ("Called {person}, no answer. I try again after lunch.", "已致电 {person} ，未接通，午后再联系。"),
    ),
    "cause": (
        ("A setting of “{thing}” was overwritten by the import, see {code}.", "导入时覆盖了“{thing}”的设置，见 {code} 。"),
        ("Too many readers of “{thing}” at once in “{place}”.", "“{place}”同时读取“{thing}”的人数过多。"),
        ("The step after “{thing}” was left out in the hand-over to {person}.", "交接给 {person} 时漏掉了“{thing}”之后的一步。"),
    ),
    "solution": (
        ("Restore “{thing}” from Monday, then confirm with {person}.", "恢复周一的“{thing}”，并与 {person} 确认。"),
        ("Correction {code} installed; “{thing}” checked in “{place}”.", "已安装修正 {code} ，并在“{place}”检查“{thing}”。"),
        ("Explained how “{thing}” is shared; article {code} sent.", "已说明“{thing}”的共享方法，并发送文章 {code} 。"),
    ),
    "reason": (
        ("Needed for “{thing}” in “{place}”.", "用于“{place}”的“{thing}”。"),
        ("{person} takes over “{thing}”, reference {code}.", "{person} 接手“{thing}”，编号 {code} 。"),
    ),
    "short": (("“{thing}” {code}", "“{thing}” {code}"), ("“{place}”, {person}", "“{place}”，{person}")),
}  # fmt: skip

_ALIKE: Mapping[str, str] = {
    "description": "description", "steps": "description", "facts": "description", "remarks": "reason", "reason": "reason",
    "root_cause": "cause", "cause": "cause", "main_worry": "message", "pain_points": "message", "new_needs": "message",
    "solution": "solution", "plan": "solution", "workaround": "solution", "done_what": "solution", "improvement": "solution",
    "tried_steps": "note", "evidence": "note",
}  # fmt: skip


class Words:
    """Makes texts with marks in place of their changing parts; *marks* tells what each stands for.

    A mark is one word to the full-text index and stands between characters that are no letters.
    """

    def __init__(self, chance: Chance, lang: str) -> None:
        self._chance, self._place = chance, 1 if lang.startswith("zh") else 0
        self.marks: list[str] = []

    def of_field(self, field_id: str, *, is_long: bool) -> str:
        """Return what somebody writes into a text field."""
        return self.say(_ALIKE.get(field_id, "reason" if is_long else "short"))

    def say(self, kind: str) -> str:
        """Return a text of *kind*: description, reply, message, note, cause, solution, reason, short."""
        text = self._chance.choice(_TEXTS[kind])[self._place]
        for name in PARTS:
            while f"{{{name}}}" in text:
                text = text.replace(f"{{{name}}}", mark("f", len(self.marks)), 1)
                self.marks.append(name)
        return text


def mark(kind: str, number: int) -> str:
    """Return what stands for something that differs from copy to copy. kind: one small letter."""
    return f"zq{kind}{number}q"
