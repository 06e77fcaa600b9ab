"""A whole pack is built in the studio from an empty one, by mouse and by keyboard, and passes its own scenarios."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sopwith.cli.test import run_path, tell
from sopwith.definitions import read_nodes
from tests.browser.building import SLOW, Builder, Hands, Keys, Mouse
from tests.support.shop import PACKS, PASSWORD, Shop

PACK = "complaint_heat"
HOME = PACKS / PACK
KEPT = ("pack.yaml", "sample.yaml")
FEW: Mapping[type, set[tuple[str, str]]] = {
    Mouse: {
        ("taxonomy", "complaint-seriousness"),
        ("team", "complaints"),
        ("sla", "complaint-sla"),
    },
    Keys: {("taxonomy", "complaint-seriousness"), ("team", "complaints")},
}
"""What is built in the short form of the test; the rest of the pack then comes from its files."""
ALL = os.environ.get("SOPWITH_FULL") == "1"


def documents() -> list[dict[str, Any]]:
    """Return the definitions of the pack, each after those that it needs."""
    found = [
        root.value
        for file in sorted(HOME.glob("*.yaml"))
        if file.name not in KEPT
        for root in read_nodes(file.read_text("utf-8"), file.name)[0]
    ]
    order = ("taxonomy", "team", "record_type", "workflow", "form")
    return sorted(found, key=lambda one: order.index(one["kind"]) if one["kind"] in order else 9)


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(
        locale="en-US", viewport={"width": 1400, "height": 1000}, reduced_motion="reduce"
    ).new_page()
    page.goto(f"{address}/sign-in?next=/studio")
    page.locator("[name=login]").fill("ada")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/studio")
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize("hands", [Mouse, Keys], ids=["mouse", "keys"])
def test_the_complaints_pack_is_built_and_passes_its_scenarios(
    browser: Browser, address: str, shop: Shop, tmp_path: Path, hands: type[Mouse | Keys]
) -> None:
    page = opened(browser, address)
    page.set_default_timeout(SLOW)
    working: Hands = hands(page)
    working.write(page.locator("#draft-title"), "Complaint heat")
    working.press(page.get_by_role("button", name="Start an empty draft"))
    page.wait_for_url("**/studio/*")
    page.wait_for_load_state()
    builder = Builder(page, shop, working)
    wanted = documents()
    built = [one for one in wanted if ALL or (one["kind"], one["id"]) in FEW[hands]]
    assert built
    for one in built:
        builder.begin(one, "")
        builder.build(one)
    [result] = run_path(saved(builder.files(), built, tmp_path))
    said = [line for run in result.runs if not run.passed for line in tell(run, "en")]
    assert result.passed, "\n".join([*said, *(item.render("en") for item in result.found)])
    assert len(result.runs) >= 4
    page.context.close()


def saved(files: Mapping[str, str], built: list[dict[str, Any]], folder: Path) -> Path:
    """Write what was built beside the base pack, with the rest of the pack and its scenarios; return its folder."""
    home = folder / "packs" / PACK
    names = {(one["kind"], one["id"]) for one in built}
    for number, (file, text) in enumerate(files.items()):
        roots = read_nodes(text, file)[0] if file.endswith(".yaml") else ()
        mine = [one.raw for one in roots if (one.value.get("kind"), one.value.get("id")) in names]
        if mine:
            target = home / f"built-{number}.yaml"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n---\n".join(mine) + "\n", "utf-8")
    for source in HOME.rglob("*"):
        if not source.is_file():
            continue
        target = home / source.relative_to(HOME)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text("utf-8")
        if source.parent == HOME and source.name not in KEPT and source.suffix == ".yaml":
            roots = read_nodes(text, source.name)[0]
            rest = [one.raw for one in roots if (one.value["kind"], one.value["id"]) not in names]
            text = "\n---\n".join(rest) + "\n" if rest else ""
        if text:
            target.write_text(text, "utf-8")
    copytree(PACKS / "base", folder / "packs" / "base")
    return home
