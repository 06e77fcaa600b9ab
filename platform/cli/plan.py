"""``sopwith plan DIR``: what the definitions in a folder would change, before anything is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ..definitions.report import as_json as findings_as_json
from ..definitions.report import as_text
from ..release.difference import ChangeKind, Difference, DocumentDifference
from ..runtime.clashing import Choice, How, Settled, settle
from ..runtime.pack_folders import PackFolder, PackFolderError, read_packs
from ..runtime.packing import Plan, folder_of, plan_files
from .export import released
from .people import DATA, opened

SIGNS = {
    ChangeKind.ADDED: ("+", "green"),
    ChangeKind.REMOVED: ("-", "red"),
    ChangeKind.CHANGED: ("~", "yellow"),
    ChangeKind.MOVED: ("^", "cyan"),
}
PRUNE = click.option("--prune", is_flag=True, help="Files in force that DIR does not hold shall go.")  # fmt: skip
KEEP = click.option("--keep", is_flag=True, help="Files in force that DIR does not hold shall stay.")  # fmt: skip
ON_CLASH = click.option(
    "--on-clash",
    type=click.Choice(["replace", "keep", "copy"]),
    default=None,
    help="Ids that something in force has already: what comes replaces it, is left out (keep), or gets a new id with all that names it in DIR.",
)
LANG = click.option(
    "--lang",
    type=click.Choice(["en", "zh-CN"]),
    default="en",
    envvar="SOPWITH_LANG",
    show_default=True,
    help="The language of findings and titles; JSON holds both.",
)
FOLDER = click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a folder asks for. release: what it is compared with. missing: in force, and not in the folder."""

    folder: PackFolder
    release: str
    missing: tuple[str, ...]
    plan: Plan
    clashes: tuple[Settled, ...] = ()


def wish_of(
    folder: Path,
    release: str,
    before: Mapping[str, str],
    *,
    keep: bool,
    on_clash: str | None = None,
) -> Wish:
    """Return what taking *folder* in would change; ends the command when it cannot be read.

    A folder that is one pack is about that pack alone. keep: what the folder does not hold stays. on_clash: what becomes
    of each id that something else has already; None leaves them, which is an error.
    """
    try:
        there = read_packs(folder)
    except PackFolderError as error:
        raise click.ClickException(str(error)) from error
    about = {name for name in before if there.only in ("", folder_of(name))}
    missing = tuple(sorted(name for name in about if name not in there.files))
    kept = {
        name: text for name, text in before.items() if name not in about or (keep and name in missing)
    }  # fmt: skip
    after = kept | dict(there.files)
    coming = {folder_of(name) for name in there.files}
    found = settle(after, coming, {})
    if on_clash and found.clashes:
        choices = {(one.kind, one.id): Choice(how=How(on_clash)) for one in found.clashes}
        found = settle(after, coming, choices)
    return Wish(
        folder=there,
        release=release,
        missing=missing,
        plan=plan_files(before, found.files),
        clashes=found.clashes,
    )


def both_asked(prune: bool, keep: bool) -> None:
    """End the command when it was told two opposite things."""
    if prune and keep:
        raise click.UsageError("--prune and --keep exclude each other.")


@click.command()
@FOLDER
@click.option("--release", default="", help="Compare with this release instead of the one in force.")  # fmt: skip
@PRUNE
@KEEP
@ON_CLASH
@LANG
@click.option("--json", "json_out", is_flag=True, help="For a program.")
@DATA
@click.pass_context
def plan(
    context: click.Context,
    folder: Path,
    release: str,
    prune: bool,
    keep: bool,
    on_clash: str | None,
    lang: str,
    json_out: bool,
    data: Path | None,
) -> None:
    """Show what the definitions in DIR would change: a folder of packs, or one pack's folder.

    Ends with 0 when nothing would change, 1 when something would or DIR has errors, 2 when it was called wrongly.

    Example: sopwith plan definitions --json
    """
    both_asked(prune, keep)
    with opened(data) as service:
        against, before = released(service, release)
    found = wish_of(folder, against, before, keep=keep, on_clash=on_clash)
    if json_out:
        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    else:
        for line in tell(found, lang, prune=prune, keep=keep):
            click.echo(line)
    context.exit(0 if found.plan.is_same and not found.plan.is_broken else 1)


def as_json(wish: Wish) -> dict[str, Any]:
    """Return the plan as plain JSON."""
    made = wish.plan
    return {
        "from": wish.release,
        "to": made.hash,
        "same": made.is_same,
        "files": {
            "added": list(made.files.added),
            "changed": list(made.files.changed),
            "removed": list(made.files.removed),
            "same": len(made.files.same),
        },
        "not_in_folder": list(wish.missing),
        "passed_over": list(wish.folder.passed_over),
        "clashes": [
            {
                "kind": one.kind,
                "id": one.id,
                "in_force": one.mine,
                "comes": one.theirs,
                "how": one.how.value,
                "new": one.new if one.how is How.COPY else "",
            }
            for one in wish.clashes
        ],
        "definitions": [_definition(one) for one in made.definitions],
        **findings_as_json(made.found),
    }


def _definition(one: DocumentDifference) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.id,
        "title": {"en": one.title.en, "zh-CN": one.title.zh},
        "change": one.change.value,
        "parts": [
            {
                "path": list(part.path),
                "change": part.change.value,
                "before": part.before,
                "after": part.after,
            }
            for part in one.parts
        ],
    }


def tell(wish: Wish, lang: str, *, prune: bool = False, keep: bool = False) -> Iterator[str]:
    """Yield the plan in lines."""
    made = wish.plan
    for one in made.definitions:
        sign, colour = SIGNS[one.change]
        yield click.style(f"{sign} {one.kind} {one.id}", fg=colour) + f"  {one.title.get(lang)}"
        for part in one.parts:
            yield f"    {_part(part)}"
    yield from _files(wish)
    yield from map(_clash, wish.clashes)
    if any(one.is_open for one in wish.clashes):
        yield "Ids stand in two files: --on-clash replace, keep or copy decides."
    if wish.missing and not prune and not keep:
        yield f"DIR does not hold {len(wish.missing)} files that are in force: --prune lets them go, --keep lets them stay."  # fmt: skip
    for name in wish.folder.passed_over:
        yield f"passed over, no definition: {name}"
    if made.found:
        yield as_text(made.found, made.after, lang).rstrip("\n")
    yield _summary(made)


def _files(wish: Wish) -> Iterator[str]:
    files = wish.plan.files
    for words, names in (
        ("new file", files.added),
        ("changed file", files.changed),
        ("file goes", files.removed),
    ):
        yield from (f"{words}: {name}" for name in names)


def _clash(one: Settled) -> str:
    done = {
        How.OPEN: "not decided",
        How.REPLACE: "what comes replaces it",
        How.KEEP: "what is in force stays",
        How.COPY: f"comes as {one.new}",
    }
    return f"clash: {one.kind} {one.id}, in force in {one.mine}, comes in {one.theirs}: {done[one.how]}"


def _part(part: Difference) -> str:
    sign, colour = SIGNS[part.change]
    where = " > ".join(map(str, part.path))
    match part.change:
        case ChangeKind.CHANGED:
            value = f": {_brief(part.before)} → {_brief(part.after)}"
        case ChangeKind.ADDED:
            value = f": {_brief(part.after)}"
        case _:
            value = ""
    return click.style(sign, fg=colour) + f" {where}{value}"


def _brief(value: Any) -> str:
    text = " ".join(json.dumps(value, ensure_ascii=False).split())
    return text if len(text) <= 100 else text[:99] + "…"


def _summary(made: Plan) -> str:
    if made.is_same:
        return "Nothing would change: the files are those in force, to the byte."
    counts = [f"{made.count(kind)} {kind.value}" for kind in ChangeKind if made.count(kind)]
    said = ", ".join(counts) or "none: only comments, order or texts beside them"
    return f"Definitions: {said}. Release {made.hash[:12]}."
