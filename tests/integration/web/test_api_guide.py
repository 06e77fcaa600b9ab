"""docs/api.md: every example in it works, and every operation is in it."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from sopwith.web.api.operation import OPERATIONS
from tests.support.api import give_token
from tests.support.shop import Shop

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> Iterator[str]:
    """Yield every curl command of the guide."""
    for block in BLOCK.findall(GUIDE.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("curl"):
                yield line


def call(app: Flask, command: str, known: dict[str, str]) -> Any:
    """Do what curl would do."""
    for name, value in known.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command)[1:])
    method, path = "GET", ""
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            more["data"] = next(words)
        elif word == "-F":
            name, _, file = next(words).partition("=@")
            more["data"] = {name: (io.BytesIO(b"a note"), file)}
        else:
            path = word.removeprefix("http://desk.test")
    return app.test_client().open(path, method=method, headers=headers, buffered=True, **more)


def test_every_example_works(app: Flask, shop: Shop) -> None:
    known = {
        "SOPWITH": "http://desk.test",
        "TOKEN": give_token(shop, "lin"),
        "RECORD": shop.wish("ann"),
    }
    done = 0
    for command in commands():
        answer = call(app, command, known)
        assert answer.status_code in (200, 201), (command, answer.get_data(as_text=True))
        done += 1
    assert done >= 20


def test_the_guide_knows_every_operation_and_scope() -> None:
    text = GUIDE.read_text("utf-8").replace("$RECORD", "{record_id}")
    missing = set()
    for one in OPERATIONS:
        pattern = re.escape(one.template).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.sub(r"{(?!record_id)\w+}", r"(?:{\\w+}|[\\w-]+)", pattern)
        if not re.search(pattern + r"(?![\w/{])", text):
            missing.add(one.template)
        if one.scope not in ("", "any") and f"`{one.scope}`" not in text:
            missing.add(one.scope)
    assert missing == set()


def test_the_problem_of_the_guide_is_what_comes(app: Flask, shop: Shop) -> None:
    told = json.loads(GUIDE.read_text("utf-8").partition("```json\n")[2].partition("```")[0])
    headers = {"Authorization": f"Bearer {give_token(shop, 'lin')}"}
    body = {"type": "wish", "values": {"topic": "quesion"}}
    came: Any = app.test_client().post("/api/v1/records", json=body, headers=headers).json
    for problem in (told, came):
        for one in problem["errors"]:
            one["detail"] = ""
    assert came == told
