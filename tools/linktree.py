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


def build(out: Path, root: Path = ROOT) -> int:
    """Make the tree under *out* match the map; return how many links had to change."""
    tree = out / "sopwith"
    tree.mkdir(parents=True, exist_ok=True)
    wanted = links(root)
    changed = 0
    for path in tree.iterdir():
        if path.name in wanted or path.name[0] in "._":
            continue  # dots are half-made links of another start, underscores are caches
        _remove(path)
        changed += 1
    for name, target in wanted.items():
        changed += _link(tree / name, os.path.relpath(target, tree.resolve()))
    return changed


def _package_dir(config: dict[str, dict[str, dict[str, dict[str, str]]]]) -> dict[str, str]:
    return config["tool"]["setuptools"]["package-dir"]


def _link(path: Path, target: str) -> int:
    if path.is_symlink() and path.readlink() == Path(target):
        return 0
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.symlink_to(target)
    fresh.replace(path)
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
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
