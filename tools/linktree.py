"""Mirror the package map of pyproject.toml as a tree of links named sopwith.

The private environments of bin/sopwith and the static tools read this tree: one link for each
package, so that a new module needs no new link. A tree that is right already is not touched, so
two starts at once, or a start while a test runs, do no harm.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def links(root: Path = ROOT) -> dict[str, Path]:
    """Return what belongs in the tree: the name of each link, and where it leads."""
    config = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {name: root / path for name, path in _package_dir(config).items()}
    top = folders.pop("sopwith")
    found = {path.name: path for path in sorted(top.iterdir()) if path.is_file()}
    found |= {
        name.removeprefix("sopwith."): folder for name, folder in folders.items() if folder.is_dir()
    }
    return found


def build(out: Path, root: Path = ROOT, *, complete: bool = False) -> int:
    """Make the tree under *out* match the map; return how many links had to change.

    complete: stand an empty package in for each one that the map names and nobody has written
    yet, because import-linter fails on a layer that it cannot import.
    """
    tree = out / "sopwith"
    tree.mkdir(parents=True, exist_ok=True)
    wanted = links(root)
    empty = _unwritten(root, wanted) if complete else set()
    changed = 0
    for path in tree.iterdir():
        if path.name in wanted or path.name in empty or path.name[0] in "._":
            continue  # dots are half-made links of another start, underscores are caches
        _remove(path)
        changed += 1
    for name, target in wanted.items():
        if name not in empty:
            changed += _link(tree / name, os.path.relpath(target, tree.resolve()))
    for name in empty:
        changed += _stand_in(tree / name)
    return changed


def _package_dir(config: dict[str, dict[str, dict[str, dict[str, str]]]]) -> dict[str, str]:
    return config["tool"]["setuptools"]["package-dir"]


def _unwritten(root: Path, wanted: dict[str, Path]) -> set[str]:
    config = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    names = {name.removeprefix("sopwith.") for name in _package_dir(config)} - {"sopwith"}
    return {n for n in names if n not in wanted or not (wanted[n] / "__init__.py").exists()}


def _link(path: Path, target: str) -> int:
    if path.is_symlink() and path.readlink() == Path(target):
        return 0
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.symlink_to(target)
    fresh.replace(path)
    return 1


def _stand_in(path: Path) -> int:
    if path.is_symlink():
        path.unlink()
    init = path / "__init__.py"
    if init.exists():
        return 0
    path.mkdir(exist_ok=True)
    init.write_text('"""Stands in for a package of the map that is not written yet."""\n')
    return 1


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    """Build the tree where the command line says; build/typing if it says nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "build" / "typing")
    parser.add_argument("--complete", action="store_true", help="stand in for unwritten packages")
    options = parser.parse_args()
    build(options.out, complete=options.complete)


if __name__ == "__main__":
    main()
