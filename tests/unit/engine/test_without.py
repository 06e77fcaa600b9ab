"""A record type leaves rules out that are for records of any type."""

from __future__ import annotations

from sopwith.core.commands import RunRule
from sopwith.core.diagnostics import Diagnostic
from sopwith.core.events import Actor
from sopwith.engine.decide import decide
from sopwith.release.model import Release
from sopwith.runtime.releases import compile_files

from .random_world import CATALOG, RandomWorld

PACK = "software_p0p3"


def compiled(line: str) -> tuple[Release | None, tuple[Diagnostic, ...]]:
    """Return the base pack and another whose record type has one more line."""
    files = {}
    for name in ("base", PACK):
        for path in (CATALOG / name).rglob("*"):
            if path.suffix in (".yaml", ".md"):
                files[str(path.relative_to(CATALOG))] = path.read_text("utf-8")
    record = f"{PACK}/record.yaml"
    files[record] = files[record].replace("sla: software-sla\n", f"sla: software-sla\n{line}\n", 1)
    return compile_files(files)


def test_the_rule_is_not_among_those_of_the_type() -> None:
    release, found = compiled("without: [tell-assigned, unowned-sweep]")
    assert release is not None, [one.render("en") for one in found]
    names = {rule.id for rule in release.rule_index["ticket"].listening("owner")}
    whole = compiled("")[0]
    assert whole is not None
    before = {rule.id for rule in whole.rule_index["ticket"].listening("owner")}
    assert before - names <= {"tell-assigned"}
    assert "tell-assigned" not in {rule.id for rule in release.rule_index["ticket"]._rules}
    assert "tell-assigned" in {rule.id for rule in whole.rule_index["ticket"]._rules}


def test_a_round_passes_its_records_by() -> None:
    release = compiled("without: [unowned-sweep]")[0]
    assert release is not None
    world = RandomWorld(PACK, seed=3)
    while not any(one.type == "ticket" for one in world.world.records.values()):
        world.create()
    state = next(one for one in world.world.records.values() if one.type == "ticket")
    command = RunRule(actor=Actor("system"), rule="unowned-sweep", round="2026-11-22T00:00:00Z")
    decision = decide(release, state, command, world.world.now, world.town)
    assert not [one for one in decision.events if one.cause.kind == "rule"]


def test_what_cannot_be_left_out_is_said() -> None:
    assert [one.code for one in compiled("without: [tell-asigned]")[1]] == ["REL004"]
    own = next(
        rule.id
        for rule in RandomWorld(PACK, 1).release.rules.values()
        if rule.record_type == "ticket"
    )
    assert [one.code for one in compiled(f"without: [{own}]")[1]] == ["REL011"]
