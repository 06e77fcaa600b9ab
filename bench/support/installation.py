"""Our own product for a benchmark: a data folder, a release with more rules, a server on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sopwith.cli.up import pack_files, shipped_packs
from sopwith.runtime.demo import install
from sopwith.runtime.service import Service
from sopwith.web.passwords import hash_password
from sopwith.web.settings import PasswordCost
from sopwith.wiring.build import open_service
from sopwith.wiring.settings import Settings, read_settings

from .server import Server, free_port

PASSES = PasswordCost(passes=1, memory=64, lanes=1)
MODULES = ("gantt", "api", "permissions", "billing")
PACK = "kind: pack\nid: bench\nversion: 1.0.0\ntitle: {en: Bench, zh-CN: 测试}\ndescription: {en: More rules., zh-CN: 更多规则。}\nrequires: [base, software_p0p3]\n"
RULE = """kind: rule
id: bench-{at}
title: {{en: Rule {at}, zh-CN: 规则{at}}}
record_type: ticket
on: created
when: {when}
then:
  - tag: [bench-{at}]
"""


def more_rules(count: int) -> str:
    """Return *count* rules on new tickets; a ticket that asks about lots matches one in fifty of them."""
    conditions = (
        'module == "{module}" and type == "performance" and affected_users > {at}',
        'type == "bug" and contains(description, "word-{at}")',
        'customer.tier == "vip" and module == "{module}" and contains(description, "word-{at}")',
        'priority in ["P0", "P1"] and affected_users > {at}',
        'type == "question" and module == "{module}" and contains(description, "lot-{lot}")',
    )
    rules = []
    for at in range(count):
        when = conditions[at % len(conditions)].format(
            at=at, module=MODULES[at // 5 % len(MODULES)], lot=at % 10
        )
        rules.append(RULE.format(at=at, when=when))
    return "---\n".join(rules)


def release_files(rules: int = 0) -> dict[str, str]:
    """Return the shipped packs, with *rules* more rules on tickets."""
    files = pack_files(shipped_packs())
    if rules:
        files |= {"bench/pack.yaml": PACK, "bench/rules.yaml": more_rules(rules)}
    return files


def settings_in(folder: Path, port: int = 8080, database: str = "") -> Settings:
    """Return the settings of an installation in *folder*, without limits on how often one may ask.

    database: its address; SQLite in the folder without one.
    """
    environment = {"SOPWITH_DATABASE_URL": database} if database else {}
    return read_settings(environment, data=folder, bind=f"127.0.0.1:{port}", limits=False)


@contextmanager
def installed(folder: Path, rules: int = 0, database: str = "") -> Iterator[Service]:
    """Yield the service of a new installation with the sample people and records."""
    settings = settings_in(folder, database=database)
    service = open_service(settings)
    try:
        if not service.has_release():
            install(
                service,
                release_files(rules),
                lambda text: hash_password(text, PASSES),
                settings.zone,
            )
        yield service
    finally:
        service.database.close()


def serve(folder: Path, database: str = "", more: Sequence[str] = (), **environment: str) -> Server:
    """Return the product's server on *folder*, as ``sopwith up`` starts it, with *more* options."""
    port = free_port()
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "sopwith",
        "up",
        "--bind",
        f"127.0.0.1:{port}",
        "--data",
        folder,
        *more,
    ]
    settings = {"SOPWITH_LIMITS": "0", "SOPWITH_LOG_LEVEL": "WARNING", **environment}
    if database:
        settings["SOPWITH_DATABASE_URL"] = database
    return Server(command, port, folder / "server.log", environment=settings)
