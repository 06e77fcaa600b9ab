"""Settings: the file, the environment over it, and errors that name their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.wiring.settings import Settings, SettingsError, key_in, read_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "sopwith.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path / "missing.toml")
    assert settings == Settings()
    assert settings.address == "http://127.0.0.1:8080"
    assert settings.database.startswith("sqlite:///")


def test_environment_goes_over_the_file_and_arguments_over_both(tmp_path: Path) -> None:
    file = written(tmp_path, 'bind = "127.0.0.1:9000"\nzone = "Europe/Berlin"\ndemo = true\n')
    environment = {"SOPWITH_BIND": "127.0.0.1:9001", "PATH": "/bin", "SOPWITH_LOG": "INFO"}
    settings = read_settings(environment, file, bind=None)
    assert (settings.bind, settings.zone, settings.demo) == (
        "127.0.0.1:9001",
        "Europe/Berlin",
        True,
    )
    assert read_settings(environment, file, bind="127.0.0.1:9002").port == 9002


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("bnd = 1", "there is no such setting", id="unknown name"),
        pytest.param('bind = "8080"', "bind: write an address and a port", id="no address"),
        pytest.param(
            'bind = "127.0.0.1:99999"', "bind: write an address and a port", id="no such port"
        ),
        pytest.param('zone = "Mars"', "there is no time zone", id="no such zone"),
        pytest.param("threads = []", "cannot be used", id="wrong type"),
        pytest.param('demo = "perhaps"', "write true or false", id="no flag"),
        pytest.param("bind = 5", "write a text", id="number for a text"),
        pytest.param("a = ", "sopwith.toml", id="broken file"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_settings({}, written(tmp_path, text))


def test_wrong_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SOPWITH_PROXIES"):
        read_settings({"SOPWITH_PROXIES": "two"}, tmp_path / "none.toml")


def test_a_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    first = key_in(tmp_path / "data", "link-key")
    assert key_in(tmp_path / "data", "link-key") == first
    assert len(first) >= 43
    assert (tmp_path / "data" / "link-key").stat().st_mode & 0o077 == 0
