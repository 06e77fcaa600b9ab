"""Changing a job by hand: which parts of it a person may change, and whether the change makes sense."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..core.text import Text
from ..store.canonical import canonical, hashed
from .job_commands import UnknownCommandError, command_of

_EMAIL = re.compile(r"[^@\s,;<>\"\\]{1,64}@[^@\s,;<>\"\\]{1,190}\.[^@\s.,;<>\"\\]{2,63}")
LONGEST = 256 * 1024
PARTS: Mapping[str, tuple[str, ...]] = {
    "mail": ("to", "subject", "text"),
    "digest": ("to",),
    "webhook": ("url", "body"),
    "command": ("payload",),
    "create_record": ("payload",),
    "notice": ("payload",),
}
"""What of a job may be changed, by kind. ``payload`` stands for all of it, as JSON."""

_FIXED = ("record", "command", "parent", "key")
"""What names whom a job is about: with another one it would be another job."""

NO_EMAIL = Text("This is not a mail address.", "这不是有效的邮箱地址。")
NO_URL = Text(
    "This is not an address that begins with https:// or http://.",
    "这不是以 https:// 或 http:// 开头的地址。",
)
NO_JSON = Text("This is not JSON: {error}.", "这不是有效的 JSON：{error}。")
NO_OBJECT = Text("Write one JSON object, in braces.", "请填写一个用花括号括起的 JSON 对象。")
OTHER = Text("“{name}” must stay as it was.", "“{name}”不能更改。")
MISSING = Text("“{name}” is missing.", "缺少“{name}”。")
UNKNOWN = Text("There is no such command.", "没有这样的命令。")
TOO_LONG = Text("This is too long.", "内容过长。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is wrong with one part that was typed."""

    part: str
    words: Text


def shown_parts(kind: str, payload: Mapping[str, Any]) -> dict[str, str]:
    """Return what of a job may be changed, as a form shows it."""
    found = {}
    for part in PARTS.get(kind, ()):
        value = dict(payload) if part == "payload" else payload.get(part, "")
        found[part] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)  # fmt: skip
    return found


def change(
    kind: str, payload: Mapping[str, Any], typed: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[Wrong, ...]]:
    """Return the payload with what was *typed* in it, and what is wrong with that."""
    changed, wrong = dict(payload), []
    for part in PARTS.get(kind, ()):
        if part not in typed:
            continue
        found = _changed(kind, part, changed, typed[part].replace("\r\n", "\n"))
        if isinstance(found, Text):
            wrong.append(Wrong(part=part, words=found))
        else:
            changed = found
    return changed, tuple(wrong)


def _changed(kind: str, part: str, payload: dict[str, Any], text: str) -> dict[str, Any] | Text:
    if len(text) > LONGEST:
        return TOO_LONG
    if part == "to":
        return {**payload, "to": text.strip()} if _EMAIL.fullmatch(text.strip()) else NO_EMAIL
    if part == "url":
        return {**payload, "url": text.strip()} if _is_url(text.strip()) else NO_URL
    if part == "subject":
        return {**payload, "subject": " ".join(text.split())}
    if part == "text":
        if text == payload.get("text", ""):
            return payload
        return {
            **payload,
            "text": text,
            "html": "",
        }  # the other form of the old words must not go out
    data = _object(text)
    if isinstance(data, Text):
        return data
    if part == "body":
        return {**payload, "body": data}
    return _checked(kind, payload, data)


def _checked(kind: str, payload: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any] | Text:
    for name in _FIXED:
        if data.get(name) != payload.get(name):
            return _with(OTHER, name=name)
    needed = {"create_record": ("type", "parent"), "notice": ("user",)}.get(kind, ())
    for name in needed:
        if not isinstance(data.get(name), str):
            return _with(MISSING, name=name)
    if kind == "command":
        try:
            command_of(data)
        except UnknownCommandError:
            return UNKNOWN
        except (KeyError, TypeError, ValueError) as error:
            return _with(MISSING, name=str(error).strip("'"))
    return data


def _object(text: str) -> dict[str, Any] | Text:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _with(NO_JSON, error=str(error))
    return data if isinstance(data, dict) else NO_OBJECT


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
        return is_web and parts.password is None and not re.search(r"\s", text)
    except ValueError:
        return False


def _with(words: Text, **values: str) -> Text:
    return Text(words.en.format(**values), words.zh.format(**values))


def change_for_audit(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log keeps of a change: which keys changed, and a digest of all before and after.

    Not the words themselves: they may be a customer's, and nothing is ever erased from that log.
    """
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return {"changed": names, "before": _digest(before), "after": _digest(after)}


def _digest(payload: Mapping[str, Any]) -> str:
    return hashed(canonical(dict(payload)))


def without_secret(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload as it may be shown: without a secret written out."""
    secret = str(payload.get("secret", ""))
    kept = dict(payload)
    if secret and not secret.startswith(("env:", "file:")):
        kept["secret"] = "***"  # noqa: S105 - stars stand for one
    return kept
