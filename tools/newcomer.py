"""Prove that a bare clone of the last commit sets itself up and runs; say how long each step took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = (
    ("the tools of a developer", ("--dev", "-m", "pytest", "-q", "tests/test_packaging.py")),
    ("the command, first start", ("--help",)),
    ("the command, second start", ("--help",)),
)


def main() -> int:
    """Clone, set up, run; return 1 when a step fails."""
    with tempfile.TemporaryDirectory(prefix="sopwith-newcomer-") as folder:
        clone = Path(folder) / "sopwith"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environ = {k: v for k, v in os.environ.items() if not k.startswith("SOPWITH_")}
        if "--no-cache" in sys.argv:
            environ["UV_CACHE_DIR"] = str(Path(folder) / "cache")
        for title, arguments in STEPS:
            start = time.perf_counter()
            command = [str(clone / "bin" / "sopwith"), *arguments]
            done = subprocess.run(command, cwd=clone, env=environ, check=False)
            print(f"{title}: {time.perf_counter() - start:.1f} s", flush=True)
            if done.returncode:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
