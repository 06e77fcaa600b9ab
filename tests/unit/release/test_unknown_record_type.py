"""A record type that nobody defined is named in the finding, in both languages."""

from __future__ import annotations

from sopwith.definitions import read_text
from sopwith.release.compile import compile_release

RULE = """
kind: rule
id: tag-it
title: {en: Tag it, zh-CN: 打标签}
record_type: tiket
on: created
then: [{tag: [red]}]
"""


def test_an_unknown_record_type_is_named() -> None:
    documents, found = read_text(RULE.encode(), "rule.yaml")
    assert found == ()
    release, found = compile_release(documents)
    assert release is None
    [one] = [item for item in found if item.code == "REL003"]
    assert one.message("en") == "There is no record type tiket."
    assert one.message("zh-CN") == "没有名为“tiket”的记录类型。"
