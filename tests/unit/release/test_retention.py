from __future__ import annotations

from datetime import timedelta

import pytest

from sopwith.core.diagnostics import Diagnostic
from sopwith.definitions import Reader, read_text
from sopwith.release.retention import Retention, parse_retention


def parsed(text: str) -> tuple[Retention | None, list[str]]:
    found: list[Diagnostic] = []
    documents, _ = read_text(f"kind: record_type\nid: x\nretention: {text}\n".encode(), "x.yaml")
    retention = parse_retention(Reader.of(documents[0], found))
    return retention, [one.code for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{after: 730d, erase: personal}", Retention(personal=timedelta(days=730))),
        ("{after: 2w}", Retention(personal=timedelta(days=14))),
        (
            "{after: 730d, files_after: 90d}",
            Retention(personal=timedelta(days=730), files=timedelta(days=90)),
        ),
        ("{after: 30d, erase: files}", Retention(files=timedelta(days=30))),
    ],
)
def test_retention_is_read(text: str, expected: Retention) -> None:
    assert parsed(text) == (expected, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{after: 24bh}", "REL008"),
        ("{after: 36h}", "REL008"),
        ("{after: 0d}", "REL008"),
        ("{after: soon}", "REL008"),
        ("{after: 30d, files_after: 30d}", "REL009"),
        ("{after: 30d, erase: files, files_after: 10d}", "REL009"),
    ],
)
def test_what_cannot_be_kept_to_is_found(text: str, code: str) -> None:
    assert parsed(text)[1] == [code]
