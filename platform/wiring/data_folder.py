"""Where the data folder is, for whoever needs no other setting: the settings themselves take long to load."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

FILE, FILE_VARIABLE, VARIABLE = "sopwith.toml", "SOPWITH_SETTINGS", "SOPWITH_DATA"
DEFAULT = "var"


class DataFolderError(ValueError):
    """The settings file cannot be read, so nobody knows where the data folder is."""


def data_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the data folder that the settings name: the environment's, then the file's, then ``var`` here.

    Raises DataFolderError for a file that cannot be read.
    """
    known = os.environ if environment is None else environment
    if known.get(VARIABLE):
        return Path(known[VARIABLE]).expanduser()
    path = Path(known.get(FILE_VARIABLE) or FILE)
    if not path.is_file() and FILE_VARIABLE not in known:
        return Path(DEFAULT)
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8")).get("data", DEFAULT)
    except (OSError, ValueError) as error:
        raise DataFolderError(f"{path}: {error}") from error
    return Path(str(written)).expanduser()
