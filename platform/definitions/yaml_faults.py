"""What PyYAML's complaints mean to the person who wrote the file: our code and the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .node import Place

# (in the context, in the problem, code, point at the context); the first that fits wins.
_FAULTS: tuple[tuple[str, str, str, bool], ...] = (
    ("quoted scalar", "end of stream", "YAML004", True),
    ("quoted scalar", "document indicator", "YAML004", True),
    ("scalar", "Unicode character escape", "YAML034", False),
    ("scalar", "escape", "YAML017", False),
    ("scalar", "hexdec", "YAML017", False),
    ("directive", "", "YAML016", True),
    ("", "could not find expected ':'", "YAML008", True),
    ("", "could not found expected ':'", "YAML008", True),
    ("block scalar", "", "YAML018", False),
    ("tag", "", "YAML010", True),
    ("node", "undefined tag handle", "YAML010", False),
    ("alias", "", "YAML011", True),
    ("anchor", "", "YAML012", True),
    ("", "mapping values are not allowed", "YAML006", False),
    ("", "mapping keys are not allowed", "YAML014", False),
    ("", "sequence entries are not allowed", "YAML026", False),
    ("", "start any token", "YAML009", False),
    ("", "document start", "YAML019", False),
    ("flow", "", "YAML005", True),
    ("block", "", "YAML007", False),
)
_LEADING = re.compile(r"[ \t]*")


def explain(error: Any, lines: Sequence[str]) -> tuple[str, Place, dict[str, str | int]]:
    """Return code, place (an end line of 0 means: one character) and values of *error*.

    lines: those of the text that the parser was given.
    """
    context, problem = error.context or "", error.problem or ""
    mark = error.problem_mark or error.context_mark
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    values: dict[str, str | int] = {}
    lead = _LEADING.match(line)
    blank = lead.group() if lead else ""
    if "\t" in blank and "quoted" not in context:
        return "YAML003", (mark.line + 1, blank.index("\t") + 1, mark.line + 1, len(blank) + 1), {}
    code = "YAML001"
    for in_context, in_problem, found, at_context in _FAULTS:
        if in_context in context and in_problem in problem:
            code = found
            if at_context and error.context_mark is not None:
                mark = error.context_mark
            break
    if code == "YAML009":
        values["character"] = line[mark.column : mark.column + 1] or "?"
        if values["character"] == "%":
            code = "YAML016"
    if code == "YAML019":
        for number, text_line in enumerate(lines):
            if text_line.startswith("%"):
                return "YAML016", (number + 1, 1, number + 1, len(text_line) + 1), values
    if code == "YAML010":
        values["tag"] = _word(lines, mark)
    if code in ("YAML011", "YAML012"):
        values["name"] = _word(lines, mark).lstrip("*&")
    if mark is None:
        return code, (1, 1, 0, 0), values
    return code, (mark.line + 1, mark.column + 1, 0, 0), values


def _word(lines: Sequence[str], mark: Any) -> str:
    if mark is None or mark.line >= len(lines):
        return "?"
    rest = lines[mark.line][mark.column :].split()
    return rest[0][:40] if rest else "?"
