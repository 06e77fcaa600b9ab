"""``sopwith test``: exit codes, JSON, and a trace of a failure that a person can read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from sopwith.cli.main import main

ENGINE = Path(__file__).parent.parent.parent / "golden" / "engine"


def test_all_pass_ends_with_0() -> None:
    result = CliRunner().invoke(main, ["test", str(ENGINE), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["passed"] is True
    assert len(told["packs"][0]["scenarios"]) == 17


def test_a_failure_tells_what_was_expected_what_was_found_and_what_happened(tmp_path: Path) -> None:
    home = tmp_path / "engine"
    shutil.copytree(ENGINE, home)
    scenarios = home / "scenarios" / "all.yaml"
    scenarios.write_text(
        scenarios.read_text().replace(
            "then: {state: sure, owner: lea}", "then: {state: sure, owner: bob}"
        )
    )
    result = CliRunner().invoke(main, ["test", str(home), "--only", "automatic-way"])
    assert result.exit_code == 1
    assert "FAIL automatic-way" in result.output
    assert "owner: expected 'bob', found 'lea'" in result.output
    assert "all.yaml:" in result.output
    assert "state: from=new to=sure" in result.output
    assert "0 passed, 1 failed" in result.output


def test_a_broken_definition_is_told_with_its_place(tmp_path: Path) -> None:
    home = tmp_path / "engine"
    shutil.copytree(ENGINE, home)
    path = home / "definitions.yaml"
    path.write_text(
        path.read_text().replace('when: customer.tier == "vip"', 'when: customer.teir == "vip"')
    )
    result = CliRunner().invoke(main, ["test", str(home)])
    assert result.exit_code == 1
    assert "definitions.yaml:" in result.output
    assert "tier" in result.output


def test_a_folder_without_a_pack_is_a_wrong_call(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["test", str(tmp_path)]).exit_code == 2
