"""How long records of a type are kept after they were closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ..definitions import Reader
from ..expressions import parse_duration

LONGEST = timedelta(days=36_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """After how long from closing what is erased; None: never by itself.

    personal: everything personal. files: attached files alone, sooner than the rest.
    """

    personal: timedelta | None = None
    files: timedelta | None = None


def parse_retention(parent: Reader) -> Retention | None:
    """Return what ``retention`` states, None when it is not there; what is wrong goes to the findings."""
    reader = parent.reader("retention")
    if reader is None:
        return None
    what = reader.choice("erase", ("personal", "files")) or "personal"
    after, sooner = _days(reader, "after", required=True), _days(reader, "files_after")
    if sooner is not None and (what == "files" or (after is not None and sooner >= after)):
        reader.error("REL009", "files_after")
        sooner = None
    reader.done()
    if what == "files":
        return Retention(files=after)
    return Retention(personal=after, files=sooner)


def _days(reader: Reader, key: str, *, required: bool = False) -> timedelta | None:
    words = reader.text(key, required=required)
    if not words:
        return None
    found = parse_duration(words)
    whole = timedelta(seconds=found.seconds) if found and not found.business else timedelta(0)
    if not timedelta(0) < whole <= LONGEST or whole % timedelta(days=1):
        reader.error("REL008", key, word=words)
        return None
    return whole
