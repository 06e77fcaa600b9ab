"""What the API says when something is wrong: a code that programs read, and words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from sopwith.core.messages.message import Message

from ..visitor import visitor

WORDS: dict[str, Message] = {
    # the whole request
    "API001": Message(
        "Send a valid token as \"Authorization: Bearer ...\", or sign in.",
        "请在 Authorization: Bearer 中提供有效的令牌，或先登录。",
    ),
    "API002": Message("The token does not have the scope for this.", "该令牌没有执行此操作的权限范围。"),
    "API003": Message("There is nothing here that you may see.", "此处没有您可以查看的内容。"),
    "API004": Message("This method is not offered here; see Allow.", "此处不支持该方法，请查看 Allow。"),
    "API005": Message("The request is too large.", "请求内容过大。"),
    "API006": Message("Send the body as {expected}.", "请以 {expected} 格式发送请求内容。"),
    "API007": Message("The body is not JSON that we can read: {reason}.", "请求内容不是可读取的 JSON：{reason}。"),
    "API008": Message(
        "The first request with this idempotency key has not ended yet. Try again in a moment.",
        "使用此幂等键的首个请求尚未结束，请稍后重试。",
    ),
    "API009": Message(
        "This idempotency key was used for a different request. Use a new key for a new request.",
        "此幂等键已用于其他请求，新请求请使用新的键。",
    ),
    "API010": Message("Too many requests. Wait for the time in Retry-After.", "请求过于频繁，请等待 Retry-After 给出的时间。"),
    "API011": Message(
        "A browser session must send its form token as X-CSRFToken.",
        "浏览器会话须通过 X-CSRFToken 发送表单令牌。",
    ),
    "API012": Message("Something went wrong on our side. We have noted it.", "服务器出现异常，我们已记录。"),
    "API013": Message("The request is not right; see errors.", "请求内容有误，详见 errors。"),
    "API014": Message("This request makes no sense to us.", "无法理解此请求。"),
    "API015": Message("Nothing was published here yet.", "尚未发布任何定义。"),
    "API016": Message(
        "The data cannot be reached or kept just now. Ask again after the time in Retry-After, "
        "with the same Idempotency-Key: then it is done once.",
        "暂时无法读取或保存数据。请在 Retry-After 给出的时间之后用同一 Idempotency-Key 重试，操作只会执行一次。",
    ),
    # one value
    "API101": Message("This is missing.", "缺少此项。"),
    "API102": Message("There is no such field here.", "此处没有该字段。"),
    "API103": Message("The value must be of type {expected}.", "值的类型必须为 {expected}。"),
    "API104": Message("The value must be one of: {expected}.", "值必须为以下之一：{expected}。"),
    "API105": Message("The length must be within {low} and {high}.", "长度须在 {low} 至 {high} 之间。"),
    "API106": Message("The value is not written as expected.", "值的格式不正确。"),
    "API107": Message("The number must be within {low} and {high}.", "数值须在 {low} 至 {high} 之间。"),
    "API108": Message("There are too many or too few items, or some twice.", "条目过多、过少或有重复。"),
    "API109": Message("The value does not fit.", "该值不符合要求。"),
    "API110": Message("You may not set this field here.", "您不能在此设置该字段。"),
    "API111": Message("There is no such file that you may use.", "没有您可以使用的该文件。"),
    "API112": Message("The text contains characters that cannot be kept.", "文本包含无法保存的字符。"),
    "API113": Message("There is no such customer.", "没有该客户。"),
    "API114": Message("The cursor is not one of this list.", "该游标不属于此列表。"),
    "API115": Message("There is no such record type that you may open.", "没有您可以创建的该记录类型。"),
    "API116": Message("A token cannot give more than it has: {scope}.", "令牌不能授予自身没有的范围：{scope}。"),
}  # fmt: skip


def lang() -> str:
    """Return the language of the answer: as Accept-Language asks, else the account's, else English."""
    wish = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    if wish is not None:
        return "en" if wish == "en" else "zh-CN"
    account = visitor().user
    return account.lang if account is not None and account.lang in ("en", "zh-CN") else "en"


def say(code: str, values: Mapping[str, Any] | None = None) -> str:
    """Return the sentence of one of our codes in the answer's language."""
    words = WORDS[code]
    return (words.zh if lang() == "zh-CN" else words.en).format_map(values or {})
