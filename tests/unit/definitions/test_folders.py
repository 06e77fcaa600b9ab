"""Reading a folder within bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sopwith.definitions import FolderError, read_folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_files_come_by_their_path_without_hidden_ones(tmp_path: Path) -> None:
    put(tmp_path, "pack.yaml", "forms/a.yaml", ".git/config", ".hidden", "forms/.x")
    (tmp_path / "link.yaml").symlink_to("forms/a.yaml")
    assert read_folder(tmp_path) == {
        "pack.yaml": b"pack.yaml",
        "forms/a.yaml": b"forms/a.yaml",
        "link.yaml": b"forms/a.yaml",
    }


@pytest.mark.parametrize("target", ["outside.yaml", "outside", "gone.yaml"])
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, target: str) -> None:
    put(tmp_path, "outside.yaml", "outside/x.yaml", "pack/pack.yaml")
    (tmp_path / "pack" / "link").symlink_to(tmp_path / target)
    with pytest.raises(FolderError) as caught:
        read_folder(tmp_path / "pack")
    assert caught.value.finding.code == "PCK022"
    assert caught.value.finding.values == {"word": "link"}


def test_too_many_files_and_too_many_bytes_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a", "b", "c")
    assert len(read_folder(tmp_path, most_files=3, most_bytes=3)) == 3
    with pytest.raises(FolderError, match="PCK020"):
        read_folder(tmp_path, most_files=2)
    with pytest.raises(FolderError, match="PCK021"):
        read_folder(tmp_path, most_bytes=2)


def test_pipes_are_passed_over_and_missing_folders_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_folder(tmp_path) == {}
    with pytest.raises(FolderError, match="PCK023"):
        read_folder(tmp_path / "gone")
