"""sopwith check: files, packs and folders of packs; three formats; exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sopwith import __version__
from sopwith.cli.main import main

HEAD = """\
kind: pack
id: {id}
version: 1.0.0
title: {{en: Pack, zh-CN: 包}}
description: {{en: A pack., zh-CN: 一个包。}}
"""
USING = "kind: block\nid: local\nitems: [{use: contact}]\n"


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A clean pack that uses a block of another one beside it."""
    readmes = {"README.md": "# Pack\n", "README.zh-CN.md": "# 包\n"}
    for name, more in (("base", ""), ("desk", "requires: [base]\n")):
        put(tmp_path / name, {"pack.yaml": HEAD.format(id=name) + more, **readmes})
    put(tmp_path / "base", {"blocks.yaml": "kind: block\nid: contact\nitems: [{id: email}]\n"})
    put(tmp_path / "desk", {"blocks/local.yaml": USING})
    return tmp_path


def test_a_clean_pack_ends_with_0(packs: Path) -> None:
    for path in (packs / "desk", packs, packs / "desk" / "blocks" / "local.yaml"):
        result = run(path)
        assert (result.exit_code, result.output) == (0, "0 errors, 0 warnings\n")


def test_warnings_end_with_0_and_errors_with_1(packs: Path) -> None:
    (packs / "desk" / "README.zh-CN.md").unlink()
    result = run(packs / "desk")
    assert result.exit_code == 0
    assert "PCK005" in result.output
    put(packs / "desk", {"blocks/local.yaml": USING.replace("contact", "conatct")})
    result = run(packs / "desk")
    assert result.exit_code == 1
    assert f"{packs}/desk/blocks/local.yaml:3:15: error PCK010" in result.output
    assert "    3 | items: [{use: conatct}]\n      |               ^^^^^^^\n" in result.output
    assert result.output.endswith("1 error, 1 warning\n")


def test_a_file_of_a_pack_shows_its_own_findings_only(packs: Path) -> None:
    put(packs / "desk", {"broken.yaml": "a: [\n", "blocks/local.yaml": USING + "x: 1\n"})
    result = run(packs / "desk" / "blocks" / "local.yaml", "--format", "json")
    assert [item["code"] for item in json.loads(result.output)["findings"]] == ["DEF004"]


def test_paths_are_shown_as_they_were_given(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(packs / "desk", {"blocks/local.yaml": USING + "x: 1\n"})
    monkeypatch.chdir(packs / "desk")
    assert run(".").output.startswith("blocks/local.yaml:4:1: ")
    assert run("blocks/local.yaml").output.startswith("blocks/local.yaml:4:1: ")
    monkeypatch.chdir(packs)
    assert run("desk").output.startswith("desk/blocks/local.yaml:4:1: ")
    monkeypatch.chdir(packs / "desk" / "blocks")
    assert "local.yaml:4:1: " in run("local.yaml").output


def test_json_and_sarif_can_be_read_by_programs(packs: Path) -> None:
    put(packs / "desk", {"blocks/local.yaml": USING + "titel: x\n"})
    result = run(packs / "desk", "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert report["errors"] == 1
    assert report["findings"][0]["guess"] == "title"
    result = run(packs / "desk", "--format", "sarif", "--lang", "zh-CN")
    assert result.exit_code == 1
    log = json.loads(result.output)
    assert log["runs"][0]["results"][0]["ruleId"] == "DEF004"
    assert log["runs"][0]["tool"]["driver"]["version"] == __version__


def test_findings_come_in_chinese(packs: Path) -> None:
    put(packs / "desk", {"blocks/local.yaml": USING + "titel: x\n"})
    result = run(packs / "desk", "--lang", "zh-CN")
    assert "此处不认识键“titel”" in result.output
    assert result.output.endswith("1 个错误，0 个警告\n")


def test_a_loose_folder_and_a_loose_file_are_checked_too(tmp_path: Path) -> None:
    put(tmp_path / "loose", {"a.yaml": USING, "b.yaml": "kind: block\nid: contact\nitems: []\n"})
    assert run(tmp_path / "loose").exit_code == 0
    result = run(tmp_path / "loose" / "a.yaml")
    assert result.exit_code == 1
    assert "PCK010" in result.output


def test_a_repeated_id_is_found_across_files(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "a.yaml": "kind: block\nid: x\nitems: []\n",
            "b.json": '{"kind":"block","id":"x","items":[]}',
        },
    )
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "b.json:1:22: error DEF017" in result.output


def test_a_huge_file_and_a_link_out_are_findings(tmp_path: Path) -> None:
    put(
        tmp_path,
        {"huge.yaml": "a: 1\n" * 300_000, "secret": "x", "pack/pack.yaml": HEAD.format(id="p")},
    )
    result = run(tmp_path / "huge.yaml")
    assert result.exit_code == 1
    assert "YAML020" in result.output
    (tmp_path / "pack" / "link").symlink_to(tmp_path / "secret")
    result = run(tmp_path / "pack")
    assert result.exit_code == 1
    assert "PCK022" in result.output


def test_wrong_calls_end_with_2(tmp_path: Path) -> None:
    assert run(tmp_path / "missing").exit_code == 2
    assert run(tmp_path).exit_code == 2
    assert run(tmp_path, "--format", "xml").exit_code == 2
    assert run().exit_code == 2


def test_the_command_tells_its_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.output) == (0, f"sopwith, version {__version__}\n")
