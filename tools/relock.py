"""Make the hash-locked lists in lock/ again from pyproject.toml; they name no address.

Each list keeps to the versions of the one before it, so that tests run what is shipped. Versions
move only with --upgrade, or where pyproject.toml asks for it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv-tool" / "bin" / "uv"
FLAGS = (
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
)
LISTS: dict[str, tuple[str, ...]] = {
    "run": (),
    "dev": ("--group", "dev", "-c", "lock/run.txt"),
    "grown": ("--extra", "postgres", "--extra", "redis", "--extra", "otel", "-c", "lock/dev.txt"),
    "bench": ("--group", "dev", "--group", "bench", "-c", "lock/dev.txt"),
}


def compile_list(name: str, *extra: str) -> None:
    """Write lock/NAME.txt anew."""
    command = [str(UV), "pip", "compile", "pyproject.toml", *FLAGS, "--quiet"]
    print(f"lock/{name}.txt", flush=True)
    done = subprocess.run(
        [*command, *LISTS[name], *extra, "-o", f"lock/{name}.txt"], cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit(f"lock/{name}.txt was not made; the words of uv are above")


def main() -> None:
    """Make every list again, in the order in which they lean on each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    parser.add_argument("names", nargs="*", default=list(LISTS), help="only these lists")
    options = parser.parse_args()
    if not os.access(UV, os.X_OK):
        sys.exit("Run this first, it installs the installer: bin/sopwith --dev -c pass")
    for name in options.names:
        compile_list(name, *(["--upgrade"] if options.upgrade else []))


if __name__ == "__main__":
    main()
