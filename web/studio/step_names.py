"""What a step is called in the history when nobody named it: the definition, and the setting that is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopwith.core.text import LANGS, Text
from sopwith.definitions import read_nodes
from sopwith.definitions.node import Node, Path
from sopwith.definitions.operations import Clear, Insert, Move, Operation, Remove
from sopwith.runtime.drafting import Change, Gesture

from ..admin.live import text_of
from .editors.controls import titles_at

UNNAMED = Text("Edited", "编辑")
LONGEST = 120


def step_name(title: Text, changes: Sequence[Change], files: Mapping[str, str]) -> Text:
    """Return *title*, or where the page named nothing the words of the first change. files: the draft before it."""
    first = next((one for one in changes if isinstance(one, Gesture)), None)
    if title != UNNAMED or first is None or first.file not in files:
        return title
    roots = read_nodes(files[first.file], first.file)[0]
    if not 0 <= first.document < len(roots):
        return title
    root = roots[first.document]
    what = _setting(root, first.operation.path)
    if not what:
        return title
    held = text_of(root.get("title")) or Text(_word(root, "id"), _word(root, "id"))
    deed = _deed(root, first.operation)
    english, chinese = what.en or what.zh, what.zh or what.en
    return Text(
        f"{held.get('en')}: {deed.en.format(english)}"[:LONGEST],
        f"{held.get('zh-CN')}：{deed.zh.format(chinese)}"[:LONGEST],
    )


def _setting(root: Node, path: Path) -> Text:
    """Return the title of the setting at *path*, or of the nearest one around it that has one."""
    value: Any = root.value
    kind = _word(root, "kind")
    while path:
        if not isinstance(path[-1], int) and path[-1] not in LANGS:
            found = titles_at(kind, value, path)
            if found:
                return found
        path = path[:-1]
    return Text()


def _deed(root: Node, operation: Operation) -> Text:
    if isinstance(operation, Clear | Remove):
        return Text("“{}” removed", "删除“{}”")
    if isinstance(operation, Insert):
        return Text("added to “{}”", "添加“{}”")
    if isinstance(operation, Move):
        return Text("“{}” moved", "移动“{}”")
    if root.at(operation.path) is None:
        return Text("“{}” added", "添加“{}”")
    return Text("“{}” changed", "修改“{}”")


def _word(root: Node, key: str) -> str:
    node = root.get(key)
    return str(node.value) if node is not None and isinstance(node.value, str) else ""
