"""Settings: the file, the environment over it, and every error with its place, in both languages."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from sopwith.core.messages import MESSAGES
from sopwith.wiring.settings import Settings, SettingsError, key_in, read_settings, read_sources

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = re.compile(
    r"^## (SET\d+)\n.*?^Wrong:\n\n```(\w+)\n(.*?)^```\n\nRight:\n\n```\w+\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = EXAMPLE.findall((ROOT / "docs" / "diagnostics" / "SET.md").read_text("utf-8"))
POSTGRES = "postgresql://sopwith@db.example.test/sopwith"


def written(folder: Path, text: str) -> Path:
    path = folder / "sopwith.toml"
    path.write_text(text, encoding="utf-8")
    return path


def codes(
    folder: Path, text: str = "", environment: Mapping[str, str] | None = None
) -> list[tuple[str, str, int]]:
    """Return code, place and line of each finding."""
    try:
        read_settings(environment or {}, written(folder, text))
    except SettingsError as error:
        return [(one.code, Path(one.span.path).name, one.span.line) for one in error.findings]
    return []


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path / "missing.toml")
    assert settings == Settings()
    assert settings.address == "http://127.0.0.1:8080"
    assert settings.database.startswith("sqlite:///")
    assert settings.is_embedded


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


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "threads = 7\n")
    assert read_settings({"SOPWITH_SETTINGS": str(file)}).threads == 7
    with pytest.raises(SettingsError, match="SET004"):
        read_settings({"SOPWITH_SETTINGS": str(tmp_path / "missing.toml")})


def test_every_error_is_said_at_once_each_with_its_line_or_variable(tmp_path: Path) -> None:
    text = '# ours\nbnd = 1\n"threads" = 0\nzone = "Asia/Shanghi"\nbroker_url = "kafka://b"\n'
    environment = {"SOPWITH_PROXIES": "two", "SOPWITH_BROKR_URL": "redis://b"}
    found = codes(tmp_path, text, environment)
    assert found == [
        ("SET001", "sopwith.toml", 2),
        ("SET002", "SOPWITH_BROKR_URL", 1),
        ("SET005", "sopwith.toml", 3),
        ("SET003", "sopwith.toml", 4),
        ("SET007", "sopwith.toml", 5),
        ("SET005", "SOPWITH_PROXIES", 1),
    ]


def test_an_error_says_what_was_probably_meant_in_both_languages(tmp_path: Path) -> None:
    file = written(tmp_path, 'bnd = 1\nzone = "Asia/Shanghi"\n')
    with pytest.raises(SettingsError) as caught:
        read_settings({"LANG": "en_GB.UTF-8", "SOPWITH_BROKR_URL": "x"}, file)
    first, second, third = str(caught.value).splitlines()
    assert first.startswith(f"{file}:1:1: error SET001: there is no setting 'bnd'")
    assert first.endswith("did you mean 'bind'?")
    assert second.startswith("SOPWITH_BROKR_URL: error SET002: ")
    assert second.endswith("did you mean 'SOPWITH_BROKER_URL'?")
    assert third.endswith("not 'Asia/Shanghi'; did you mean 'Asia/Shanghai'?")
    with pytest.raises(SettingsError, match=r"没有名为“bnd”的设置项.*是否想写“bind”？"):
        read_settings({"LANG": "zh_CN.UTF-8"}, file)


@pytest.mark.parametrize(
    ("code", "language", "wrong", "right"), EXAMPLES, ids=[one[0] for one in EXAMPLES]
)
def test_documented_examples(
    tmp_path: Path, code: str, language: str, wrong: str, right: str
) -> None:
    def found(text: str) -> set[str]:
        if language == "toml":
            return {one for one, _, _ in codes(tmp_path, text)}
        variables = dict(line.split("=", 1) for line in text.splitlines())
        return {one for one, _, _ in codes(tmp_path, "", variables)}

    assert found(wrong) == {code}
    assert found(right) == set()


def test_every_code_has_an_example() -> None:
    known = {code for code in MESSAGES if code.startswith("SET")}
    assert {one[0] for one in EXAMPLES} == known


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("threads = true", id="flag for a number"),
        pytest.param("threads = 1.5", id="part of a number"),
        pytest.param("threads = []", id="list for a number"),
        pytest.param("bind = 5", id="number for a text"),
        pytest.param("data = 5", id="number for a folder"),
        pytest.param("demo = 2", id="number for a flag"),
        pytest.param('trusted_hosts = "one"', id="text for a list"),
        pytest.param("trusted_hosts = [1]", id="list of numbers"),
        pytest.param('metrics_allow = ["here"]', id="no network"),
        pytest.param('figures_bind = "everywhere"', id="no port"),
        pytest.param('worker_lanes = ["mial"]', id="no lane"),
        pytest.param('secret_key = "short"', id="short key"),
        pytest.param('bind = "127.0.0.1:99999"', id="no such port"),
    ],
)
def test_values_of_another_form_are_refused_on_their_line(tmp_path: Path, text: str) -> None:
    assert [line for _, _, line in codes(tmp_path, "\n" + text)] == [2]


def test_a_broken_file_is_refused_where_it_breaks(tmp_path: Path) -> None:
    assert codes(tmp_path, 'threads = 4\nbind = "a\n') == [("SET004", "sopwith.toml", 2)]


def test_secrets_come_from_variables_and_files(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/word:1\n", encoding="utf-8")
    environment = {
        "SOPWITH_DATABASE_URL": POSTGRES,
        "SOPWITH_DATABASE_PASSWORD": f"file:{tmp_path / 'password'}",
        "SOPWITH_BROKER_URL": "env:BROKER",
        "BROKER": "redis://127.0.0.1:6379/0",
        "SOPWITH_BROKER_PASSWORD": "env:BROKER_PASSWORD",
        "BROKER_PASSWORD": "second",
    }
    settings = read_settings(environment, tmp_path / "none.toml")
    assert settings.database == ("postgresql://sopwith:p%40ss%2Fword%3A1@db.example.test/sopwith")
    assert settings.broker_url == "redis://:second@127.0.0.1:6379/0"


def test_a_password_goes_into_an_address_of_a_socket(tmp_path: Path) -> None:
    settings = read_settings(
        {"SOPWITH_DATABASE_PASSWORD": "x"},
        written(tmp_path, 'database_url = "postgresql://me@/db?host=/run/pg&sslmode=disable"'),
    )
    assert settings.database == "postgresql://me:x@/db?host=/run/pg&sslmode=disable"


def test_no_secret_is_shown(tmp_path: Path) -> None:
    environment = {
        "SOPWITH_DATABASE_URL": "postgresql://sopwith:topsecret@db.example.test/sopwith?sslmode=require",
        "SOPWITH_SMTP_URL": "smtp://me@mail.example.test:587",
        "SOPWITH_SMTP_PASSWORD": "topsecret",
        "SOPWITH_BROKER_URL": "redis://:topsecret@127.0.0.1:6379/0",
        "SOPWITH_METRICS_TOKEN": "topsecret",
        "SOPWITH_SECRET_KEY": "topsecret" * 8,
    }
    settings, sources = read_sources(environment, tmp_path / "none.toml")
    assert "topsecret" not in repr(settings)
    assert "topsecret" not in repr(sources)
    shown = {one.name: (one.shown, one.place) for one in sources}
    assert shown["database_url"] == (
        "postgresql://sopwith:***@db.example.test/sopwith?sslmode=require",
        "SOPWITH_DATABASE_URL",
    )
    assert shown["metrics_token"] == ("***", "SOPWITH_METRICS_TOKEN")
    assert shown["bind"] == ("127.0.0.1:8080", "")
    wrong = {**environment, "SOPWITH_DATABASE_URL": "mysql://me:topsecret@db/sopwith"}
    with pytest.raises(SettingsError) as caught:
        read_settings(wrong, tmp_path / "none.toml")
    assert "topsecret" not in str(caught.value)


def test_every_setting_stands_in_the_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8")
    told = set(re.findall(r"^\| `(\w+)`", manual, re.MULTILINE))
    assert told == {one.name for one in fields(Settings)}


def test_a_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    first = key_in(tmp_path / "data", "link-key")
    assert key_in(tmp_path / "data", "link-key") == first
    assert len(first) >= 43
    assert (tmp_path / "data" / "link-key").stat().st_mode & 0o077 == 0


def test_processes_that_start_at_once_agree_on_a_key(tmp_path: Path) -> None:
    found: list[str] = []
    together = threading.Barrier(8)

    def ask() -> None:
        together.wait()
        found.append(key_in(tmp_path / "data", "link-key"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["link-key"]
