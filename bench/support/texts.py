"""Texts of tickets, always the same ones; half Chinese."""

from __future__ import annotations

PARTS_EN = (
    "The export",
    "Our calendar",
    "The approval",
    "An invoice",
    "The Gantt chart",
    "Permission",
)
TROUBLE_EN = (
    "does not open",
    "is very slow",
    "shows the wrong date",
    "was sent twice",
    "fails with an error",
)
PARTS_ZH = ("导出甘特图", "打印机", "审批流程", "账单发票", "权限设置", "接口同步")
TROUBLE_ZH = ("时系统报错", "卡纸无法使用", "响应很慢", "显示日期不对", "重复发送通知", "无法登录")
TAIL_ZH = "请尽快处理，我们的客户正在等待。"
TAIL_EN = "Please look at it soon, our customers are waiting."


def text_of(number: int) -> str:
    """Return the description of ticket *number*."""
    if number % 2:
        part, trouble = PARTS_ZH[number // 2 % 6], TROUBLE_ZH[number // 12 % 6]
        return f"{part}{trouble}，编号 {number}。{TAIL_ZH}"
    part, trouble = PARTS_EN[number // 2 % 6], TROUBLE_EN[number // 12 % 5]
    return f"{part} {trouble}, case {number}. {TAIL_EN}"
