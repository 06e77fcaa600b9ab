from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import sopwith.runtime
import sopwith.web
from sopwith.runtime.crash import POINTS

FOLDERS = (
    Path(sopwith.runtime.__file__).resolve().parent.parent,
    Path(sopwith.web.__file__).resolve().parent,
)


def called() -> set[str]:
    """Return the names that the code passes to crash_point."""
    found = set()
    for path in (one for folder in FOLDERS for one in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "crash_point":
                (name,) = node.args
                assert isinstance(name, ast.Constant), path
                assert isinstance(name.value, str), path
                found.add(name.value)
    return found


def test_every_crash_point_is_listed_and_every_listed_one_is_passed() -> None:
    assert called() == POINTS


def run(wanted: str | None) -> int:
    code = "from sopwith.runtime.crash import crash_point\n" + "crash_point('claim:taken')\n" * 3
    environment = dict(os.environ)
    if wanted is not None:
        environment["SOPWITH_CRASH_AT"] = wanted
    return subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode


def test_the_process_dies_at_the_pass_that_was_named_and_at_no_other() -> None:
    assert run("claim:taken@3") == -signal.SIGKILL
    assert run("claim:taken@4") == 0
    assert run("job:started@1") == 0
    assert run(None) == 0
