"""The settings of one installation: sopwith.toml, then the environment over it."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "SOPWITH_"
FILE = "sopwith.toml"


class SettingsError(ValueError):
    """A setting cannot be used; the text names it, its source and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one process needs to know.

    data: the data folder. database_url: empty for SQLite in the data folder. broker_url: empty for the
    embedded runtime. smtp_url: empty keeps mails in the product. base_url: as people reach it, empty for the
    address of *bind*. zone: the firm's time zone. webhook_loopback: webhooks may call this machine (tests).
    log_format: text | json. metrics_token and metrics_allow (addresses or networks): who may read the figures;
    empty both, there are none. otel_endpoint: where spans go by OTLP over HTTP, empty for nowhere.
    """

    data: Path = Path("var")
    bind: str = "127.0.0.1:8080"
    database_url: str = ""
    broker_url: str = ""
    smtp_url: str = ""
    mail_sender: str = ""
    base_url: str = ""
    zone: str = "Asia/Shanghai"
    demo: bool = False
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    webhook_http: bool = False
    webhook_loopback: bool = False
    limits: bool = True
    threads: int = 16
    log_format: str = "text"
    log_level: str = "INFO"
    metrics_token: str = ""
    metrics_allow: tuple[str, ...] = ()
    otel_endpoint: str = ""

    @property
    def host(self) -> str:
        """Return the address to listen on."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """Return the port to listen on."""
        return int(self.bind.rpartition(":")[2])

    @property
    def address(self) -> str:
        """Return where people reach the installation."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - only compared
        shown = f"[{host}]" if ":" in host else host
        return self.base_url or f"http://{shown}:{self.port}"

    @property
    def database(self) -> str:
        """Return the address of the database."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'sopwith.db'}"


def read_settings(
    environment: Mapping[str, str] | None = None, file: Path | None = None, **given: Any
) -> Settings:
    """Return the settings: defaults, then *file* (else sopwith.toml here), then the environment, then *given*.

    Raises SettingsError for an unknown name, a wrong type or a value that cannot be used.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for name, value, source in [*_of_file(file or Path(FILE)), *_of_environment(environment)]:
        values[name] = _typed(name, value, source)
    values |= {name: value for name, value in given.items() if value is not None}
    settings = Settings(**values)
    _check(settings)
    return settings


def _of_file(path: Path) -> list[tuple[str, Any, str]]:
    if not path.is_file():
        return []
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    return [(name, value, f"{path}: {name}") for name, value in content.items()]


def _of_environment(environment: Mapping[str, str]) -> list[tuple[str, Any, str]]:
    known = {one.name for one in fields(Settings)}
    found = []
    for key, value in environment.items():
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and name in known:
            found.append((name, value, key))
    return found


def _typed(name: str, value: Any, source: str) -> Any:
    known = {one.name: one.type for one in fields(Settings)}
    if name not in known:
        raise SettingsError(
            f"{source}: there is no such setting; there are {', '.join(sorted(known))}"
        )
    kind = str(known[name])
    try:
        if kind == "Path":
            return Path(str(value)).expanduser()
        if kind == "bool":
            return _flag(value)
        if kind == "int":
            return int(value)
        if kind.startswith("tuple"):
            return (
                tuple(value)
                if isinstance(value, list)
                else tuple(one.strip() for one in str(value).split(",") if one.strip())
            )
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{source}: {value!r} cannot be used: {error}") from error
    if not isinstance(value, str):
        raise SettingsError(f"{source}: write a text, not {value!r}")
    return value


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("write true or false")


def _check(settings: Settings) -> None:
    host, _, port = settings.bind.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise SettingsError(
            f"bind: write an address and a port, such as 127.0.0.1:8080, not {settings.bind!r}"
        )
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            f"zone: there is no time zone {settings.zone!r}; write one such as Asia/Shanghai"
        ) from error


def key_in(data: Path, name: str) -> str:
    """Return the secret kept as *name* in the data folder; make one, readable by its owner only, when missing."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / name
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
