"""``sopwith check PATH``: every finding of a file, a pack, or a folder of packs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from .. import __version__
from ..core.diagnostics import Diagnostic, has_errors, unfinished
from ..core.span import Span
from ..definitions import (
    LIMITS,
    Document,
    FolderError,
    Pack,
    duplicates,
    expand,
    expand_pack,
    load_pack,
    read_folder,
    read_text,
    required_packs,
    schema_findings,
    settle,
    tidy,
)
from ..definitions.packs import DEFINITION_ENDINGS, inside
from ..definitions.report import as_json, as_sarif, as_text
from ..definitions.shapes import without_echoes
from ..lab.scenario import parse_scenario
from ..release.compile import compile_release

_NOT_RELEASED = frozenset({"pack", "block", "scenario"})
PACK_FILES = ("pack.yaml", "pack.yml", "pack.json")


@dataclass(slots=True, kw_only=True)
class Checked:
    """What was read, by path, and what was found in it."""

    texts: dict[str, str] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)
    documents: int = 0

    def keep(self, files: Mapping[str, bytes], root: str) -> None:
        """Keep the text of definition files, to show the lines of findings."""
        for name, content in files.items():
            if name.lower().endswith(DEFINITION_ENDINGS):
                self.texts[inside(root, name)] = content.decode("utf-8", "replace")


def check_documents(
    documents: Sequence[Document], others: Sequence[Document] = ()
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with *documents*, whose blocks are filled in already.

    others: the documents of the packs that these may refer to; not checked themselves.
    """
    shape = [finding for document in documents for finding in schema_findings(document)]
    definitions = [document for document in documents if document.kind not in _NOT_RELEASED]
    meaning: list[Diagnostic] = []
    if definitions:
        own = {document.path for document in definitions}
        _, found = compile_release([*definitions, *others])
        meaning += [finding for finding in found if finding.span.path in own]
    for document in documents:
        if document.kind == "scenario":
            meaning += parse_scenario(document)[1]
    return settle(without_echoes(shape, meaning), documents)


def check_path(path: Path) -> Checked:
    """Return all findings of *path*: a definition file, a pack's folder, or one above packs.

    A file inside of a pack is read together with its pack, but only its own findings come back.
    """
    checked = Checked()
    try:
        if path.is_dir():
            _check_folder(path, checked)
        else:
            _check_file(path, checked)
    except FolderError as error:
        checked.found.append(error.finding)
    checked.found[:] = tidy(checked.found)
    return checked


def _check_file(path: Path, checked: Checked) -> None:
    home = _pack_around(path)
    if home is not None:
        _check_pack(home, checked)
        mine = path.resolve()
        checked.found[:] = [
            item for item in checked.found if Path(item.span.path).resolve() == mine
        ]
        return
    try:
        with path.open("rb") as stream:
            content = stream.read(LIMITS.size + 1)
    except OSError as error:
        finding = Diagnostic(span=Span(_shown(path)), code="PCK023", values={"word": path.name})
        raise FolderError(finding) from error
    name = path.name
    checked.texts[inside(_shown(path.parent), name)] = content.decode("utf-8", "replace")
    _check_loose({name: content}, [name], _shown(path.parent), checked)


def _check_folder(path: Path, checked: Checked) -> None:
    homes = sorted(
        {
            file.parent
            for name in PACK_FILES
            for file in path.rglob(name)
            if not any(part.startswith(".") for part in file.relative_to(path).parts)
        }
    )
    if not homes:
        files = read_folder(path)
        names = [name for name in sorted(files) if name.lower().endswith(DEFINITION_ENDINGS)]
        checked.keep(files, _shown(path))
        _check_loose(files, names, _shown(path), checked)
    for home in homes:
        try:
            _check_pack(home, checked)
        except FolderError as error:
            checked.found.append(error.finding)


def _check_loose(
    files: Mapping[str, bytes], names: Sequence[str], root: str, checked: Checked
) -> None:
    """Check files that belong to no pack; they may use each other's blocks."""
    documents: list[Document] = []
    for name in names:
        read, found = read_text(files[name], inside(root, name))
        documents += read
        checked.found += found
    checked.found += duplicates(documents)
    expansion = expand(documents, documents)
    checked.documents += len(documents)
    checked.found += (*expansion.found, *check_documents(expansion.documents))


def _check_pack(home: Path, checked: Checked) -> None:
    files = read_folder(home)
    checked.keep(files, _shown(home))
    pack, found = load_pack(files, _shown(home))
    available = _neighbours(home) if pack.requires else {}
    expansion = expand_pack(pack, available)
    others: list[Document] = []
    for other in required_packs(pack, available):
        others += expand_pack(other, available).documents
    own = (*expansion.documents, *pack.scenarios)
    checked.documents += len(own)
    checked.found += (*found, *expansion.found, *check_documents(own, others))


def _neighbours(home: Path) -> dict[str, Pack]:
    """Return the packs that lie beside *home*, by id; what is wrong with them is not our matter."""
    packs: dict[str, Pack] = {}
    for folder in sorted(home.resolve().parent.iterdir()):
        if any((folder / name).is_file() for name in PACK_FILES) and folder != home.resolve():
            try:
                pack, _ = load_pack(read_folder(folder), folder.as_posix())
            except FolderError:
                continue
            packs.setdefault(pack.id, pack)
    return packs


def _pack_around(path: Path) -> Path | None:
    """Return the folder of the pack that the file belongs to, as it would be written."""
    for parent in _parents(path):
        if any((parent / name).is_file() for name in PACK_FILES):
            return parent
    return None


def _parents(path: Path) -> Iterator[Path]:
    """Yield the two nearest folders; scenarios lie one below their pack."""
    yield path.parent
    yield path.parent.parent if path.parent != Path() else path.parent / ".."


def _shown(path: Path) -> str:
    return "" if path == Path() else path.as_posix()


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="How the findings are written.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "zh-CN"]),
    default="en",
    envvar="SOPWITH_LANG",
    show_default=True,
    help="The language of the findings; JSON holds both.",
)
@click.pass_context
def check(context: click.Context, path: Path, form: str, lang: str) -> None:
    """Check the definitions in PATH: a file, a pack's folder, or a folder of packs.

    Ends with 0 when there are no errors (warnings are allowed), 1 when there are, and 2 when
    it was called wrongly.
    """
    checked = check_path(path)
    if not checked.texts and not checked.found:
        raise click.BadParameter(f"there are no definition files in {path}", param_hint="PATH")
    found = checked.found
    if form == "json":
        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    elif form == "sarif":
        click.echo(json.dumps(as_sarif(found, lang, __version__), ensure_ascii=False, indent=2))
    else:
        click.echo(as_text(found, checked.texts, lang), nl=False)
    context.exit(1 if has_errors(found) or unfinished(found) else 0)
