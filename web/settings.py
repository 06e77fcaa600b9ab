"""What the pages need to know of the installation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sopwith.runtime.health_check import Report
    from sopwith.wiring.figures_door import FiguresDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCost:
    """How dear it is to try a password: passes, memory in KiB, lanes. The default is OWASP's profile."""

    passes: int = 2
    memory: int = 19 * 1024
    lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Settings of the pages.

    secret_key: signs the cookie of a page's form protection. data: the data folder; uploads lie in
    its ``files``. base_url: where people reach the installation; https makes cookies secure. demo: the
    sign-in page offers the sample accounts. trusted_hosts: hosts that are answered, empty for all.
    proxies: how many proxies in front may say who calls. limits_storage: of the rate limits.
    figures: for those who may read them, None when nobody may. checkup: looks at the whole installation.
    mail_server: host and port of the one that the settings name, empty when the pages may choose one.
    """

    secret_key: str
    data: Path
    base_url: str = "http://127.0.0.1:8080"
    demo: bool = False
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    zone: str = "Asia/Shanghai"
    password_cost: PasswordCost = field(default_factory=PasswordCost)
    largest_upload: int = 25 * 1024 * 1024
    largest_body: int = 64 * 1024 * 1024
    limits: bool = True
    limits_storage: str = "memory://"
    figures: FiguresDoor | None = None
    checkup: Callable[[], Report] | None = None
    mail_server: str = ""

    @property
    def is_https(self) -> bool:
        """Return whether people come by https."""
        return self.base_url.startswith("https://")
