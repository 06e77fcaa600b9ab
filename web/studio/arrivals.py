"""The pages by which definitions come and go: gallery, set-up, import, export."""

from __future__ import annotations

from . import exporting, gallery, gallery_install, gallery_trial, importing, wizard

__all__ = ["exporting", "gallery", "gallery_install", "gallery_trial", "importing", "wizard"]
