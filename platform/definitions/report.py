"""Findings for people and programs: text with the source line, JSON, SARIF 2.1.0."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..core.diagnostics import Diagnostic, Severity
from ..core.messages import MESSAGES
from ..core.span import Span
from .source import Source

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_WIDEST = 160  # characters of a source line that are shown


def as_text(found: Sequence[Diagnostic], sources: Mapping[str, str], lang: str) -> str:
    """Return the findings in *lang*, each with its source line and carets below the spot.

    sources: text by path, as far as it is known. The last line counts the findings.
    """
    read = {path: Source(path, text) for path, text in sources.items()}
    lines: list[str] = []
    for item in found:
        lines.append(item.render(lang))
        source = read.get(item.span.path)
        if source is not None:
            lines += _excerpt(item.span, source)
        if item.fix is not None:
            lines.append(_fix_line(item.fix.text, lang))
    return "\n".join((*lines, summary(found, lang))) + "\n"


def summary(found: Sequence[Diagnostic], lang: str) -> str:
    """Return how many errors and warnings there are, as one line."""
    errors, warnings = _count(found, Severity.ERROR), _count(found, Severity.WARNING)
    if lang.startswith("zh"):
        return f"{errors} 个错误，{warnings} 个警告"
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"


def as_json(found: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return the findings as plain JSON values, with the words in both languages."""
    return {
        "errors": _count(found, Severity.ERROR),
        "warnings": _count(found, Severity.WARNING),
        "findings": [_as_object(item) for item in found],
    }


def as_sarif(found: Sequence[Diagnostic], lang: str, version: str) -> dict[str, Any]:
    """Return the findings as one run of SARIF 2.1.0, the words in *lang*.

    version: that of Sopwith. Columns count characters; paths become relative URIs.
    """
    codes = sorted({item.code for item in found})
    rules = [_rule(code, lang) for code in codes]
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "sopwith", "version": version, "rules": rules}},
                "language": "zh-CN" if lang.startswith("zh") else "en",
                "columnKind": "unicodeCodePoints",
                "results": [_result(item, codes.index(item.code), lang) for item in found],
            }
        ],
    }


def _count(found: Sequence[Diagnostic], severity: Severity) -> int:
    return sum(item.severity is severity for item in found)


def _excerpt(span: Span, source: Source) -> list[str]:
    """Return the source line and the carets below it; wide characters take two places."""
    line = source.line(span.line)
    if not line.strip() or len(line) > _WIDEST:
        return []
    end = span.end_column if span.end_line == span.line else len(line) + 1
    if not span.end_line:
        end = span.column + 1
    marked = line[span.column - 1 : max(end, span.column + 1) - 1]
    margin = f"{span.line:>5} | "
    before = "".join(
        "\t" if letter == "\t" else " " * _width(letter) for letter in line[: span.column - 1]
    )
    carets = "^" * max(1, sum(map(_width, marked)))
    return [margin + line, " " * 5 + " | " + before + carets]


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _fix_line(text: str, lang: str) -> str:
    if lang.startswith("zh"):
        return f"        = 修正：改为 {text}" if text else "        = 修正：删除"
    return f"        = fix: write {text}" if text else "        = fix: delete it"


def _as_object(item: Diagnostic) -> dict[str, Any]:
    result: dict[str, Any] = {
        **_place(item.span),
        "code": item.code,
        "severity": str(item.severity),
        "message": {"en": item.message("en"), "zh-CN": item.message("zh-CN")},
    }
    if item.values.get("guess"):
        result["guess"] = item.values["guess"]
    if item.fix is not None:
        result["fix"] = {**_place(item.fix.span), "text": item.fix.text}
    return result


def _place(span: Span) -> dict[str, str | int]:
    place: dict[str, str | int] = {"path": span.path, "line": span.line, "column": span.column}
    if span.end_line:
        place |= {"end_line": span.end_line, "end_column": span.end_column}
    return place


def _rule(code: str, lang: str) -> dict[str, Any]:
    message = MESSAGES[code]
    words = message.zh if lang.startswith("zh") else message.en
    return {
        "id": code,
        "shortDescription": {"text": words},
        "defaultConfiguration": {"level": _LEVELS[Severity(message.severity)]},
    }


def _result(item: Diagnostic, index: int, lang: str) -> dict[str, Any]:
    location = {"artifactLocation": _artifact(item.span.path), "region": _region(item.span)}
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": index,
        "level": _LEVELS[item.severity],
        "message": {"text": item.message(lang)},
        "locations": [{"physicalLocation": location}],
    }
    if item.fix is not None:
        change = {
            "artifactLocation": _artifact(item.fix.span.path),
            "replacements": [
                {
                    "deletedRegion": _region(item.fix.span),
                    "insertedContent": {"text": item.fix.text},
                }
            ],
        }
        result["fixes"] = [{"artifactChanges": [change]}]
    return result


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.replace("\\", "/"), safe="/")}


def _region(span: Span) -> dict[str, int]:
    region = {"startLine": span.line, "startColumn": span.column}
    if span.end_line:
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    return region
