"""The settings of one installation: sopwith.toml, then the environment over it, then the command line."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ..runtime.lanes import Lane
from .data_folder import FILE, FILE_VARIABLE
from .settings_check import checked, finished, without_password
from .settings_sources import (
    Given,
    SettingsError,
    language_of,
    of_environment,
    of_file,
    of_options,
)

__all__ = ["Settings", "SettingsError", "Source", "key_in", "read_settings", "read_sources"]


LANES = tuple(lane.name.lower() for lane in Lane)


def about(default: Any, **facts: Any) -> Any:
    """Return a field with what is known of its values; see ``settings_check`` for the facts."""
    return field(default=default, metadata=facts, repr=not facts.get("secret", False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one process needs to know.

    data: the data folder. database_url: empty for SQLite in the data folder. broker_url: empty when no
    workers are sent for. smtp_url: empty keeps mails in the product. The passwords go into the three
    addresses; references are resolved. base_url: as people reach it, empty for the address of *bind*.
    secret_key, link_key, head_key: empty for those in the data folder. secrets_folder: where webhook secrets lie
    that rules name as ``file:NAME``. zone: the firm's time zone. workers: web processes. worker_lanes,
    worker_threads (for each lane), worker_processes: of the processes that work. webhook_loopback:
    webhooks may call this machine (tests). mails_an_hour: to one address. digest_after: from which mail about
    promises to one address within *digest_window* minutes on they are gathered for *digest_wait* minutes, 0 for
    never. log_format: text | json. metrics_token and metrics_allow
    (addresses or networks): who may read the figures; empty both, there are none. figures_bind: where a dispatcher or
    worker answers with them by itself, empty for nowhere. otel_endpoint: where
    spans go by OTLP over HTTP, empty for nowhere.
    """

    data: Path = Path("var")
    bind: str = about("127.0.0.1:8080", form="address")
    database_url: str = about(
        "", secret=True, kinds=("sqlite:", "postgresql:", "postgresql+psycopg:")
    )
    database_password: str = about("", secret=True, goes_into="database_url")
    broker_url: str = about(
        "", secret=True, kinds=("redis:", "rediss:", "redis+socket:", "amqp:", "amqps:")
    )
    broker_password: str = about("", secret=True, goes_into="broker_url")
    smtp_url: str = about("", secret=True, kinds=("smtp:", "smtps:"))
    smtp_password: str = about("", secret=True, goes_into="smtp_url")
    mail_sender: str = ""
    base_url: str = about("", kinds=("http:", "https:"))
    secret_key: str = about("", secret=True, form="key")
    link_key: str = about("", secret=True, form="key")
    head_key: str = about("", secret=True, form="key")
    secrets_folder: Path = Path("/run/secrets")
    zone: str = about("Asia/Shanghai", form="zone")
    demo: bool = False
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = about(0, least=0, most=10)
    webhook_http: bool = False
    webhook_loopback: bool = False
    limits: bool = True
    workers: int = about(1, least=1, most=64)
    threads: int = about(16, least=1, most=1024)
    worker_lanes: tuple[str, ...] = about(LANES, choices=LANES)
    worker_threads: int = about(4, least=1, most=64)
    worker_processes: int = about(1, least=1, most=64)
    mails_an_hour: int = about(60, least=1, most=100_000)
    digest_after: int = about(5, least=0, most=1_000)
    digest_window: int = about(10, least=1, most=1_440)
    digest_wait: int = about(5, least=1, most=1_440)
    log_format: str = about("text", choices=("text", "json"))
    log_level: str = about("INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
    metrics_token: str = about("", secret=True)
    metrics_allow: tuple[str, ...] = about((), form="networks")
    figures_bind: str = about("", form="port")
    otel_endpoint: str = about("", kinds=("http:", "https:"))

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

    @property
    def is_embedded(self) -> bool:
        """Return whether there is no broker, so that web processes do the work themselves."""
        return not self.broker_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a setting's value comes from, and how it may be shown: secrets are not."""

    name: str
    shown: str
    place: str


def read_settings(
    environment: Mapping[str, str] | None = None, file: Path | None = None, **given: Any
) -> Settings:
    """Return the settings: defaults, then *file* (else sopwith.toml here), then the environment, then *given*.

    Raises SettingsError with every finding, each with its place, in the language of the environment.
    """
    return read_sources(environment, file, **given)[0]


def read_sources(
    environment: Mapping[str, str] | None = None, file: Path | None = None, **given: Any
) -> tuple[Settings, tuple[Source, ...]]:
    """Return the settings and where each comes from. *given*: of the command line; None is not given."""
    environment = os.environ if environment is None else environment
    known = {one.name: one for one in fields(Settings)}
    place = file or Path(environment.get(FILE_VARIABLE) or FILE)
    read, found = of_file(place, known, is_asked_for=FILE_VARIABLE in environment)
    more, also = of_environment(environment, known)
    winning = {one.name: one for one in (*read, *more, *of_options(given))}
    values, wrong = checked([*read, *more, *of_options(given)], known, environment)
    findings = [*found, *also, *wrong]
    values, last = finished(values, winning, known)
    findings += last
    if findings:
        raise SettingsError(tuple(findings), language_of(environment))
    settings = Settings(**values)
    return settings, tuple(_source(name, one, settings, winning) for name, one in known.items())


def _source(name: str, about: Any, settings: Settings, winning: Mapping[str, Given]) -> Source:
    value, given = getattr(settings, name), winning.get(name)
    shown = ", ".join(value) if isinstance(value, tuple) else str(value)
    if isinstance(value, bool):
        shown = shown.lower()
    if about.metadata.get("secret") and value:
        shown = without_password(value) if "kinds" in about.metadata else "***"
    return Source(name=name, shown=shown, place=given.place if given else "")


def key_in(data: Path, name: str) -> str:
    """Return the secret kept as *name* in the data folder; make one, readable by its owner only, when missing.

    Several processes may ask at once: the file appears whole or not at all, and the first one made stays.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data / name
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(prefix=f".{name}-", dir=data)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text(encoding="ascii").strip()
