"""Mirror the package map of pyproject.toml as a tree of links named sopwith.

Static tools and the private environment of bin/sopwith read this tree: one link for each
package, so that a new module needs no new link.
"""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(out: Path) -> None:
    """Rebuild the tree under *out* from nothing: root files as links, every package as a linked folder."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = dict(config["tool"]["setuptools"]["package-dir"])
    shutil.rmtree(out / "sopwith", ignore_errors=True)
    root = out / "sopwith"
    root.mkdir(parents=True)
    for path in (ROOT / folders.pop("sopwith")).iterdir():
        if path.is_file():
            (root / path.name).symlink_to(os.path.relpath(path, root))
    for package, folder in folders.items():
        if (ROOT / folder).is_dir():
            (root / package.removeprefix("sopwith.")).symlink_to(os.path.relpath(ROOT / folder, root))


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "typing")
