"""``sopwith export DIR``: the definitions in force as files, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..runtime.pack_folders import PackFolderError, Written, write_packs
from ..runtime.releases import NoReleaseError
from ..runtime.service import Service
from ..store.releases import live_hash, live_releases
from .people import DATA, opened


def released(service: Service, wish: str = "") -> tuple[str, dict[str, str]]:
    """Return hash and files of the release in force, or of the one whose hash begins with *wish*.

    Nothing was published yet: the empty hash and no files. Ends the command for an unknown release.
    """
    with service.database.reading() as connection:
        if not wish:
            found = live_hash(connection)
        else:
            known = {one.release for one in live_releases(connection, limit=100_000)}
            fits = sorted(one for one in known if one.startswith(wish.lower()))
            if len(fits) != 1:
                said = "There is no release" if not fits else "There are several releases"
                raise click.ClickException(f"{said} whose hash begins with {wish}.")
            found = fits[0]
    if found is None:
        return "", {}
    try:
        return found, dict(service.releases.files(found))
    except NoReleaseError as error:
        raise click.ClickException(f"The release {found[:12]} is not kept.") from error


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--release", default="", help="The beginning of a hash; the release in force by default.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace files in DIR that say something else.")
@click.option("--prune", is_flag=True, help="Delete definition files in DIR that the release does not hold.")  # fmt: skip
@click.option("--json", "json_out", is_flag=True, help="Say what was written as JSON.")
@DATA
def export(
    folder: Path, release: str, overwrite: bool, prune: bool, json_out: bool, data: Path | None
) -> None:
    """Write the definitions in force into DIR, a folder for each pack, byte for byte.

    Files that say the same stay untouched. `sopwith apply DIR` takes them back in.

    Example: sopwith export definitions --overwrite
    """
    with opened(data) as service:
        found, files = released(service, release)
    if not files:
        raise click.ClickException("Nothing is published yet; there is nothing to export.")
    try:
        done = write_packs(folder, files, overwrite=overwrite, prune=prune)
    except PackFolderError as error:
        raise click.ClickException(str(error)) from error
    if json_out:
        click.echo(json.dumps(_as_json(found, folder, done), ensure_ascii=False, indent=2))
    else:
        _tell(found, folder, done)


def _as_json(found: str, folder: Path, done: Written) -> dict[str, object]:
    return {
        "release": found,
        "folder": str(folder),
        "written": list(done.written),
        "same": done.same,
        "left": list(done.left),
        "deleted": list(done.deleted),
    }


def _tell(found: str, folder: Path, done: Written) -> None:
    click.echo(f"Release {found[:12]}: {len(done.written)} files written to {folder}, {done.same} are as they were.")  # fmt: skip
    for name in done.deleted:
        click.echo(f"  deleted: {name}")
    for name in done.left:
        click.echo(f"  not of this release, left as it is: {name} (--prune deletes it)")
