"""Run the benchmarks: ``python -m bench`` runs all, ``python -m bench rules workflow`` some."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
LEFT_OUT = frozenset({"__main__"})
BY_NAME_ONLY = frozenset({"scale"})


def names() -> list[str]:
    """Return the benchmarks there are, by name."""
    return sorted(
        one.name
        for one in pkgutil.iter_modules([str(HERE)])
        if one.name not in LEFT_OUT and not one.ispkg
    )


def main() -> int:
    """Run what was asked for; 2 for an unknown name."""
    wanted = sys.argv[1:] or [name for name in names() if name not in BY_NAME_ONLY]
    unknown = [name for name in wanted if name not in names()]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(names())}.")
        return 2
    for name in wanted:
        print(f"\n=== {name} ===", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
