"""Publish a changed set of definitions, and roll back: seconds until the first record under it.

Run: python -m bench publishing. Every shipped pack is checked, compiled and put in force; then a record is opened,
which must be pinned to the new release. No peer does this: see design.md 10.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from sopwith.runtime.publishing import publish, roll_back
from sopwith.runtime.service import Service

from .support.installation import installed, release_files
from .support.records import open_command

ROUNDS = 5


def effect(service: Service, wanted: str) -> None:
    """Open a record and see that it is under the release *wanted*."""
    outcome = service.handle(open_command(service, 1))
    if outcome.state is None or outcome.state.release != wanted:
        raise SystemExit("the new record is not under the release that was put in force")


def change(files: dict[str, str], number: int) -> dict[str, str]:
    """Return the files with one word of one rule's title changed."""
    path = "software_p0p3/rules.yaml"
    return {
        **files,
        path: files[path].replace("Propose a priority", f"Propose priority {number}", 1),
    }


def main() -> None:
    """Publish, roll back, and publish again with 200 more rules; medians."""
    print(f"load average {os.getloadavg()[0]:.1f}; median of {ROUNDS}")
    with (
        tempfile.TemporaryDirectory(prefix="bench-publishing-") as scratch,
        installed(Path(scratch)) as service,
    ):
        before = service.releases.live().hash
        for more in (0, 200):
            files = release_files(more)
            forth, back = [], []
            for number in range(ROUNDS):
                start = time.perf_counter()
                release, found = publish(
                    service, change(files, number + more), author=None, note=""
                )
                if release is None:
                    raise SystemExit(found[0].render("en"))
                effect(service, release.hash)
                forth.append(time.perf_counter() - start)
                start = time.perf_counter()
                roll_back(service, before, author=None, note="")
                effect(service, before)
                back.append(time.perf_counter() - start)
            lines = sum(text.count("\n") for text in files.values())
            print(
                f"  {lines:,} lines, {len(release.rules)} rules: published and in effect {median(forth):.2f} s,"
                f" rolled back {median(back) * 1e3:.0f} ms (goal under 1 s)"
            )


if __name__ == "__main__":
    main()
