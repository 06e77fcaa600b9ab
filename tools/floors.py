"""Check the floors of the house: import-linter on the contracts of pyproject.toml."""

from __future__ import annotations

import os
import sys

import linktree
from importlinter.cli import lint_imports

TREE = linktree.ROOT / "build" / "floors"

if __name__ == "__main__":
    os.chdir(linktree.ROOT)
    linktree.build(TREE)
    sys.path.insert(0, str(TREE))
    sys.exit(lint_imports(no_logo=True))
