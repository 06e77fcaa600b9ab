"""ENG...: why a command was refused, and what automation did."""

from __future__ import annotations

from .message import Message

ENGINE: dict[str, Message] = {
    "ENG001": Message(
        "Somebody else changed this record while you were working on it. Your input is kept; look at the changes and send it again.",
        "您处理期间，其他人修改了此记录。您填写的内容已保留，请查看变更后重新提交。",
    ),
    "ENG002": Message("There is no record type {type}.", "没有名为“{type}”的记录类型。"),
    "ENG003": Message("You do not have the right to do this here.", "您没有权限执行此操作。"),
    "ENG004": Message("There is no form {form} for this record.", "此记录没有名为“{form}”的表单。"),
    "ENG005": Message("There is no such record.", "没有这条记录。"),
    "ENG010": Message("From {state} there is no way to {to}.", "不能从“{state}”转到“{to}”。"),
    "ENG011": Message("Write a note on why you take this step.", "请填写流转说明。"),
    "ENG012": Message("Write the reply that the customer will read.", "请填写给客户的回复。"),
    "ENG013": Message(
        "Your role may not move this record to {to}.", "您的角色不能将此记录转到“{to}”。"
    ),
    "ENG014": Message(
        "The condition for moving to {to} is not met yet.", "尚不满足转到“{to}”的条件。"
    ),
    "ENG015": Message("Tick this first: {item}.", "请先完成检查项：{item}。"),
    "ENG016": Message("There is no checklist item {item} here.", "此处没有检查项“{item}”。"),
    "ENG017": Message("Write something first.", "请先填写内容。"),
    "ENG018": Message(
        "There is no such colleague, or the account is disabled.", "没有这位同事，或其账号已停用。"
    ),
    "ENG019": Message("There is no such team.", "没有这个团队。"),
    "ENG020": Message("This record is open already.", "此记录已处于打开状态。"),
    "ENG021": Message(
        "This record cannot be reopened any more. Open a new request; it will be linked to this one.",
        "此记录已无法重新打开。请提交新的请求，系统会与本记录关联。",
    ),
    "ENG022": Message("This record cannot be cancelled any more.", "此记录已无法取消。"),
    "ENG023": Message(
        "This record was merged, or cannot be merged into that one.",
        "此记录已合并，或无法合并到该记录。",
    ),
    "ENG024": Message("This record is closed. Reopen it first.", "此记录已关闭，请先重新打开。"),
    "ENG025": Message("This question has been answered already.", "该问题已回答过。"),
    "ENG030": Message("This task is not open any more.", "该任务已不在进行中。"),
    "ENG031": Message("This clock is not running any more.", "该时限已不再计时。"),
    "ENG032": Message("Say why the due time moves.", "请填写调整时限的原因。"),
    "ENG033": Message(
        "Choose a time in the future, within ten years.", "请选择将来的时间，最远十年。"
    ),
    "ENG040": Message(
        "Only open records go over to another release; this one stays as it was settled.",
        "只有未结束的记录可以迁移到其他版本；此记录保持办结时的状态。",
    ),
    "ENG041": Message(
        "The new release has no state {state}. Say which state its records go to.",
        "新版本中没有状态“{state}”，请指定这些记录转入的状态。",
    ),
    "ENG101": Message("Rule “{rule}” acted on {on}.", "规则“{rule}”因{on}而执行。", "info"),
    "ENG110": Message(
        "Automation was stopped: rules set each other off without end ({what}). Your change is kept.",
        "自动化已停止：规则相互触发，没有终点（{what}）。您的修改已保留。",
        "warning",
    ),
    "ENG111": Message(
        "Automation was stopped: the workflow moved on by itself without end near {what}.",
        "自动化已停止：流程在“{what}”附近不断自动流转。",
        "warning",
    ),
    "ENG112": Message(
        "Automation was stopped: rules kept opening records out of one another ({what}).",
        "自动化已停止：规则不断由记录生成新记录（{what}）。",
        "warning",
    ),
    "ENG201": Message(
        "Given to {person} ({team}) by {via}.", "按“{via}”分派给 {person}（{team}）。", "info"
    ),
    "ENG202": Message("Put into the queue of {team}.", "进入“{team}”的待分派队列。", "info"),
    "ENG301": Message("No approval was needed.", "无需审批，自动通过。", "info"),
    "ENG302": Message(
        "{person} is away; {deputy} is asked instead.",
        "{person} 不在岗，由 {deputy} 代为审批。",
        "info",
    ),
    "ENG303": Message("There is nothing to approve here.", "此处没有待审批的内容。"),
    "ENG304": Message(
        "You are not asked to decide this, or you have decided already.",
        "您不是当前审批人，或已完成审批。",
    ),
    "ENG305": Message("Say why you reject it.", "请填写驳回原因。"),
    "ENG306": Message("Approved.", "审批已通过。", "info"),
    "ENG307": Message("Rejected.", "审批已驳回。", "info"),
    "ENG308": Message(
        "{person} did not answer in time; {deputy} is asked instead.",
        "{person} 超时未审批，转由 {deputy} 审批。",
        "info",
    ),
    "ENG309": Message(
        "There is no such colleague, or the account is disabled.", "没有这位同事，或其账号已停用。"
    ),
    "ENG310": Message(
        "No approver could be found for {state}; an administrator is asked.",
        "“{state}”找不到审批人，已转给管理员。",
        "warning",
    ),
    "ENG311": Message(
        "{person} did not answer in time and has no deputy.",
        "{person} 超时未审批，且没有代理人。",
        "warning",
    ),
    "ENG312": Message("This colleague is asked already.", "该同事已在审批人之列。"),
    "ENG313": Message("Choose to approve or to reject.", "请选择同意或驳回。"),
    "ENG314": Message(
        "{person} may not decide this: the record is their own, or they worked on it. Choose somebody else.",
        "{person} 是本记录的申请人或经办人，不能审批。请选择其他同事。",
    ),
    "ENG315": Message(
        "{deputy} is asked as the deputy: the approver asked for this or worked on it.",
        "审批人是申请人或经办人，由代理人 {deputy} 审批。",
        "info",
    ),
    "ENG401": Message("Row {row} of the table applies.", "命中决策表第 {row} 行。", "info"),
    "ENG402": Message(
        "No row of the table applies; its default is used.", "未命中任何行，使用默认值。", "info"
    ),
    "ENG501": Message(
        "No survey was sent: the customer was asked recently.",
        "未发送问卷：该客户近期已收到过问卷。",
        "info",
    ),
    "ENG502": Message("There is no such survey.", "没有这份问卷。"),
    "ENG503": Message(
        "This survey has expired. Thank you all the same.", "该问卷已过期，仍感谢您的支持。"
    ),
    "ENG504": Message("Choose one of the scores.", "请选择一个分值。"),
    "ENG601": Message(
        "Nobody answered the call within {after}.", "{after}内无人应答呼叫。", "info"
    ),
    "ENG602": Message(
        "{person} is called, on call for {team}. Without an answer within {after}, {next} is called.",
        "呼叫“{team}”的值班人员 {person}；{after}内无人应答，则呼叫 {next}。",
        "info",
    ),
    "ENG603": Message(
        "{person} is called for {team}; there is nobody left to call after that.",
        "呼叫“{team}”的 {person}；此后再无可呼叫的人。",
        "info",
    ),
    "ENG604": Message(
        "There is nobody to call for {team}: fill its roster, or name its lead.",
        "“{team}”无人可呼叫：请排好值班，或指定主管。",
        "warning",
    ),
    "ENG605": Message(
        "{person} answered the call; nobody else is called.",
        "{person} 已应答，不再呼叫他人。",
        "info",
    ),
}
