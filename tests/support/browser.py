"""The system's Chromium, driven by Playwright; and axe, to find what shuts people out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SERIOUS = frozenset({"serious", "critical"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One finding of axe: the rule, how bad it is, and the elements it is about."""

    rule: str
    impact: str
    help: str
    targets: tuple[str, ...]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium without a window; close it at the end."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise RuntimeError("Chromium is not installed; run: make system")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@cache
def axe_source() -> str:
    """Return the script of axe-core."""
    folder = Path(next(iter(axe_playwright_python.__path__)))
    return (folder / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, impacts: frozenset[str] = SERIOUS) -> list[Violation]:
    """Return what axe finds on *page* as it is now; only findings of one of *impacts*.

    Works under a strict content security policy: the script comes in by the debugger.
    """
    page.evaluate(axe_source())
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(result => result.violations)")
    return [
        Violation(
            rule=item["id"],
            impact=item["impact"],
            help=item["help"],
            targets=tuple(str(node["target"][0]) for node in item["nodes"]),
        )
        for item in found
        if item["impact"] in impacts
    ]
