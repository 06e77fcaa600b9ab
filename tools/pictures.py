"""Take the pictures of the README from the running product, on its tour: docs/pictures/*.png."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MOST = 230_000

sys.path.insert(0, str(ROOT))
from tests.support.browser import chromium  # noqa: E402 - found through the line above
from tests.support.tour import Tour, demo  # noqa: E402


def take(page: Page, name: str) -> None:
    """Keep what the page shows, as it is."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    print(f"{path.name}: {size // 1000} kB")
    if size > MOST:
        sys.exit(f"{path.name} is larger than {MOST // 1000} kB; show less in it")


def main() -> None:
    """Walk the whole tour once."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="sopwith-") as data,
        demo(Path(data)) as address,
        chromium() as browser,
    ):
        Tour(browser, address, take).walk()


if __name__ == "__main__":
    main()
