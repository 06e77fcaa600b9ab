"""How long is too long, on a machine whose processors others may keep busy."""

from __future__ import annotations

import os


def allowed(seconds: float) -> float:
    """Return *seconds* where a processor is free, and as many times more as there are others that want each of them."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
