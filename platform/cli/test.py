"""``sopwith test PATH``: the scenarios of a pack, or of a folder of packs, on the real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ..core.diagnostics import Diagnostic, has_errors
from ..core.plain import instant_text
from ..definitions import (
    Document,
    FolderError,
    Pack,
    expand_pack,
    load_pack,
    read_folder,
    required_packs,
)
from ..lab.run import ScenarioRun, StepRun, run_scenario
from ..lab.sample import parse_sample
from ..lab.scenario import parse_scenario
from ..release.compile import compile_release
from ..release.model import Release
from .check import PACK_FILES


@dataclass(frozen=True, slots=True, kw_only=True)
class PackResult:
    """The scenarios of one pack as they went, or why none could be run."""

    pack: str
    runs: tuple[ScenarioRun, ...] = ()
    found: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        """Return whether everything could be run and held."""
        return not has_errors(self.found) and all(run.passed for run in self.runs)


def run_path(path: Path, only: str = "") -> list[PackResult]:
    """Return the results of every pack at or below *path*; raises FolderError for one that cannot be read."""
    homes = list(_homes(path))
    beside: dict[str, Pack] = {}
    for home in {parent for one in homes for parent in _packs_beside(one)}:
        pack, _ = load_pack(read_folder(home), home.as_posix())
        beside.setdefault(pack.id, pack)
    return [_run_pack(home, beside, only) for home in homes]


def _homes(path: Path) -> Iterator[Path]:
    for parent in (path, *path.absolute().parents):
        if any((parent / name).is_file() for name in PACK_FILES):
            yield parent
            return
    yield from sorted({file.parent for name in PACK_FILES for file in path.rglob(name)})


def _packs_beside(home: Path) -> Iterator[Path]:
    for folder in sorted(home.absolute().parent.iterdir()):
        if any((folder / name).is_file() for name in PACK_FILES):
            yield folder


def _run_pack(home: Path, available: dict[str, Pack], only: str) -> PackResult:
    pack, found = load_pack(read_folder(home), home.as_posix())
    expansion = expand_pack(pack, available)
    documents: list[Document] = list(expansion.documents)
    for other in required_packs(pack, available):
        documents += expand_pack(other, available).documents
    release, faults = compile_release(documents)
    found = (*found, *expansion.found, *faults)
    if release is None:
        return PackResult(pack=pack.id, found=tuple(found))
    sample, faults = parse_sample(pack.sample)
    runs, more = _run_scenarios(pack, release, sample.cast, only)
    return PackResult(pack=pack.id, runs=tuple(runs), found=(*found, *faults, *more))


def _run_scenarios(
    pack: Pack, release: Release, cast: Any, only: str
) -> tuple[list[ScenarioRun], list[Diagnostic]]:
    runs: list[ScenarioRun] = []
    found: list[Diagnostic] = []
    for document in pack.scenarios:
        if only and only not in document.id:
            continue
        scenario, faults = parse_scenario(document, cast)
        found += faults
        if scenario is not None:
            runs.append(run_scenario(release, scenario))
    return runs, found


def tell(run: ScenarioRun, lang: str) -> Iterator[str]:
    """Yield the lines that say how a scenario went; a failed one with the trace of its last step."""
    mark = click.style("PASS", fg="green") if run.passed else click.style("FAIL", fg="red")
    yield f"{mark} {run.scenario.id}: {run.scenario.title.get(lang)}"
    if run.passed:
        return
    for number, step in enumerate(run.steps, 1):
        yield f"  {number}. {instant_text(step.at)} {_said(step)}"
    last = run.steps[-1]
    yield "  What happened in this step:"
    for line in last.story or ("nothing",):
        yield f"     {line}"
    for problem in last.problems:
        yield f"     refused: {problem.path} {problem.code} {problem.message(lang)}"
    for failure in last.failures:
        yield f"  {failure.span}: {failure.what}: expected {failure.expected!r}, found {failure.actual!r}"


def _said(step: StepRun) -> str:
    args = " ".join(f"{key}={value}" for key, value in step.step.args.items())
    return f"{step.step.verb} {args if len(args) < 160 else args[:159] + '…'}"


def as_json(results: list[PackResult]) -> dict[str, Any]:
    """Return the results as plain JSON."""
    return {
        "passed": all(result.passed for result in results),
        "packs": [
            {
                "pack": result.pack,
                "findings": [finding.render("en") for finding in result.found],
                "scenarios": [
                    {
                        "id": run.scenario.id,
                        "passed": run.passed,
                        "steps": len(run.steps),
                        "failures": [
                            {
                                "at": str(one.span),
                                "what": one.what,
                                "expected": str(one.expected),
                                "found": str(one.actual),
                            }
                            for step in run.steps
                            for one in step.failures
                        ],
                        "states": sorted(run.visited),
                        "rules": sorted(run.fired),
                    }
                    for run in result.runs
                ],
            }
            for result in results
        ],
    }


@click.command(name="test")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--only", default="", help="Run only scenarios whose id contains this.")
@click.option("--json", "json_out", is_flag=True, help="Write the results as JSON.")
@click.option(
    "--lang",
    type=click.Choice(["en", "zh-CN"]),
    default="en",
    envvar="SOPWITH_LANG",
    show_default=True,
)
@click.pass_context
def test(context: click.Context, path: Path, only: str, json_out: bool, lang: str) -> None:
    """Run the scenarios in PATH (a pack's folder, or a folder of packs) under a virtual clock.

    Ends with 0 when all pass, 1 when one fails or a definition is wrong, 2 when called wrongly.
    """
    try:
        results = run_path(path, only)
    except FolderError as error:
        click.echo(error.finding.render(lang))
        context.exit(1)
    if not results:
        raise click.BadParameter(f"there is no pack in {path}", param_hint="PATH")
    if json_out:
        click.echo(json.dumps(as_json(results), ensure_ascii=False, indent=2))
    else:
        for result in results:
            for finding in result.found:
                click.echo(finding.render(lang))
            for run in result.runs:
                for line in tell(run, lang):
                    click.echo(line)
        count = sum(len(result.runs) for result in results)
        failed = sum(1 for result in results for run in result.runs if not run.passed)
        click.echo(f"{count - failed} passed, {failed} failed")
    context.exit(0 if all(result.passed for result in results) else 1)
