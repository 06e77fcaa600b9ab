"""Reports: text with carets, JSON, SARIF."""

from __future__ import annotations

import json

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.span import Span
from sopwith.definitions import read_text
from sopwith.definitions.report import as_json, as_sarif, as_text, summary

TEXT = "kind: form\nid: Big\n标题: @中\n---\nkind: form\nid: b\ntitel: {中文: 1, 中文: 2}\n"
PATH = "forms/受理 1.yaml"
_, FOUND = read_text(TEXT, PATH)
README = Diagnostic(span=Span("desk/README.md"), code="PCK005", values={"file": "README.md"})


def test_text_shows_the_line_and_marks_the_spot() -> None:
    assert as_text(FOUND, {PATH: TEXT}, "en") == (
        "forms/受理 1.yaml:3:5: error YAML009: a text cannot start with '@'; put it in quotes\n"
        "    3 | 标题: @中\n"
        "      |       ^\n"
        "forms/受理 1.yaml:7:16: error YAML002: the key '中文' is there twice, first on line 7; keep one of them\n"
        "    7 | titel: {中文: 1, 中文: 2}\n"
        "      |                  ^^^^\n"
        "2 errors, 0 warnings\n"
    )


def test_text_speaks_chinese() -> None:
    report = as_text([*FOUND, README], {}, "zh-CN")
    assert "文字不能以“@”开头；请加引号" in report
    assert report.endswith("2 个错误，1 个警告\n")


def test_text_shows_the_fix() -> None:
    _, found = read_text("kind: form\nid: My Form\n", "a.yaml")
    assert "= fix: write my-form" in as_text(found, {}, "en")
    assert "= 修正：改为 my-form" in as_text(found, {}, "zh-CN")


def test_summary_counts() -> None:
    assert summary([], "en") == "0 errors, 0 warnings"
    assert summary([README], "en") == "0 errors, 1 warning"


def test_json_holds_both_languages_and_the_fix() -> None:
    _, found = read_text("kind: form\nid: My Form\n", "a.yaml")
    report = json.loads(json.dumps(as_json([*found, README])))
    assert (report["errors"], report["warnings"]) == (1, 1)
    first, second = report["findings"]
    assert first["fix"] == {
        "path": "a.yaml",
        "line": 2,
        "column": 5,
        "end_line": 2,
        "end_column": 12,
        "text": "my-form",
    }
    assert first["guess"] == "my-form"
    assert first["message"]["en"].startswith("'My Form' is no identifier")
    assert "标识符" in first["message"]["zh-CN"]
    assert second["severity"] == "warning"
    assert "end_line" not in second


def test_sarif_has_the_structure_that_the_standard_demands() -> None:
    _, more = read_text("kind: form\nid: My Form\n", "a.yaml")
    log = json.loads(json.dumps(as_sarif([*FOUND, README, *more], "en", "0.1.0")))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("sopwith", "0.1.0")
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == sorted(set(ids))
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uri"].isascii()
        assert " " not in physical["artifactLocation"]["uri"]
        assert physical["region"]["startLine"] >= 1
        assert physical["region"]["startColumn"] >= 1
    assert run["results"][1]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 7,
        "startColumn": 16,
        "endLine": 7,
        "endColumn": 18,
    }
    (fix,) = run["results"][-1]["fixes"]
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": "my-form"}
    assert replacement["deletedRegion"]["endColumn"] == 12
    chinese = as_sarif(FOUND, "zh-CN", "0.1.0")["runs"][0]
    assert chinese["language"] == "zh-CN"
    assert "引号" in chinese["results"][0]["message"]["text"]
