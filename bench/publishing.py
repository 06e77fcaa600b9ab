"""Publish a changed set of definitions, and roll back: seconds until the first record under it.

Run: python -m bench publishing. Every shipped pack is checked and compiled, as the studio does while a draft is changed;
what that gave is put in force, and a record is opened, which must be pinned to the new release. Seconds by the clock and,
since others may work on the machine, of CPU. No peer does this: see design.md 10.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from sopwith.runtime.publishing import publish, roll_back
from sopwith.runtime.releases import compile_files
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


class Times:
    """How long something takes, again and again."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.work: list[float] = []

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_error: object) -> None:
        self.clock.append(time.perf_counter() - self._began[0])
        self.work.append(time.process_time() - self._began[1])

    def __str__(self) -> str:
        return f"{median(self.clock):.2f} s ({median(self.work):.2f} s of CPU)"


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
            looked, forth, back = Times(), Times(), Times()
            for number in range(ROUNDS):
                wanted = change(files, number + more)
                with looked:
                    checked, found = compile_files(wanted)
                if checked is None:
                    raise SystemExit(found[0].render("en"))
                with forth:
                    publish(service, wanted, author=None, note="", checked=checked)
                    effect(service, checked.hash)
                with back:
                    roll_back(service, before, author=None, note="")
                    effect(service, before)
            lines = sum(text.count("\n") for text in files.values())
            print(
                f"  {lines:,} lines, {len(checked.rules)} rules: checked {looked}, published and in effect {forth}"
                f" (goal under 1 s with the check), rolled back {back}"
            )


if __name__ == "__main__":
    main()
