"""Secrets by reference: found where they are, and only by those who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.runtime.secret_references import LARGEST, SecretError, resolve, webhook_secrets


def test_text_stands_for_itself_and_references_for_what_they_name(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("from file\n")
    assert resolve("plain") == "plain"
    assert resolve("env:ONE", {"ONE": "from variable"}) == "from variable"
    assert resolve(f"file:{tmp_path / 'one'}") == "from file"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "there is no such file"),
        (b"", "the file is empty"),
        (b"\xff\xfe", "it is not UTF-8 text"),
        (b"x" * (LARGEST + 1), "larger than"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "one"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SecretError, match=why):
        resolve(f"file:{path}")


@pytest.mark.parametrize("value", [{}, {"ONE": ""}])
def test_a_variable_that_is_not_set_is_refused(value: dict[str, str]) -> None:
    with pytest.raises(SecretError, match="not set"):
        resolve("env:ONE", value)


def test_rules_may_name_several_secrets_while_one_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hook").write_text("new old\n")
    monkeypatch.setenv("HOOK", "first second")
    secrets_of = webhook_secrets(tmp_path)
    assert secrets_of("env:HOOK") == ("first", "second")
    assert secrets_of("file:hook") == ("new", "old")
    assert secrets_of(f"file:{tmp_path / 'hook'}") == ("new", "old")
    assert secrets_of("whsec_plain") == ("whsec_plain",)
    assert secrets_of("") == ()


def test_rules_do_not_reach_the_machines_files_nor_our_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (tmp_path / "outside").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "outside")
    monkeypatch.setenv("SOPWITH_SECRET_KEY", "secret")
    secrets_of = webhook_secrets(folder)
    for reference in (
        "file:../outside",
        f"file:{tmp_path / 'outside'}",
        "file:link",
        "env:SOPWITH_SECRET_KEY",
        "file:missing",
    ):
        assert secrets_of(reference) == (), reference
