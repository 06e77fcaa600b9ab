"""What the embedded server costs while nobody asks for anything.

Run: python -m bench idle. CPU of all its processes over 20 s, after the sample data is settled; memory with
shared pages counted once.
"""

from __future__ import annotations

import os
import tempfile
import time
import urllib.request
from pathlib import Path

from .support.installation import installed, serve

SECONDS = 20.0


def main() -> None:
    """Start, let it settle, look for twenty seconds."""
    print(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-idle-") as scratch:
        folder = Path(scratch)
        with installed(folder):
            pass
        with serve(folder) as server:
            for path in ("/", "/new/ticket", "/sign-in"):
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{server.port}{path}", timeout=30
                ) as page:
                    page.read()
            time.sleep(5)
            before, start = server.cpu_seconds(), time.perf_counter()
            time.sleep(SECONDS)
            share = (server.cpu_seconds() - before) / (time.perf_counter() - start)
            print(
                f"  idle: {share:.2%} of a core (goal under 1 %), {server.resident_megabytes():.0f} MB resident in"
                f" {server.processes()} processes (goal under 200 MB)"
            )


if __name__ == "__main__":
    main()
