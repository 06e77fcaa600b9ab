"""Addresses that templates write from a shape that is kept are those that Flask would build."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import BuildError

from sopwith.web.links import linker

ADDRESSES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("desk.home", {}),
    ("desk.home", {"view": "view:möbel", "q": "a&b=<c>"}),
    ("desk.record", {"record_id": "0193-a_B"}),
    ("desk.record", {"record_id": "other", "tab": "why", "view": "mine", "all": 1, "before": None}),
    ("desk.record", {"record_id": "strange/../%2F id"}),
    ("desk.record", {"record_id": "x", "q": "record-id-goes-here"}),
    ("desk.record", {"record_id": "x", "all": True}),
    ("desk.record", {"record_id": "x", "_anchor": "tab"}),
    ("desk.board", {"record_id": "not-in-the-path"}),
    ("static", {"filename": "css/base.css"}),
)


@pytest.mark.parametrize("root", ["", "/help"])
def test_addresses_are_those_of_flask(app: Flask, root: str) -> None:
    url_for = linker(app)
    with app.test_request_context("/desk", base_url=f"http://desk.test{root}/"):
        expected = [app.url_for(endpoint, **values) for endpoint, values in ADDRESSES]
        for _again in range(2):
            assert [url_for(endpoint, **values) for endpoint, values in ADDRESSES] == expected
    assert expected[0] == f"{root}/desk"


def test_equal_values_that_are_written_otherwise_are_told_apart(app: Flask) -> None:
    url_for = linker(app)
    with app.test_request_context("/desk"):
        found = [url_for("desk.home", all=one) for one in (1, True, "1", 1.0)]
    assert [one.partition("=")[2] for one in found] == ["1", "True", "1", "1.0"]


def test_a_page_that_does_not_exist_is_still_an_error(app: Flask) -> None:
    with app.test_request_context("/desk"), pytest.raises(BuildError):
        linker(app)("desk.nowhere", record_id="x")


def test_relative_endpoints_are_left_to_flask(app: Flask) -> None:
    with app.test_request_context("/desk"):
        assert linker(app)(".home") == "/desk"
