"""The pages by which definitions come and go: gallery, set-up, import, export."""

from __future__ import annotations

from . import exporting, gallery, gallery_install, importing, wizard

__all__ = ["exporting", "gallery", "gallery_install", "importing", "wizard"]
