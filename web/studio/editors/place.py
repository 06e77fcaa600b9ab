"""What is selected in an editor, and what was asked for beside it: ``policies/0;from=2026-11-20T17:30``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A selection. steps: what leads to it. asked: what the page was asked to show with it."""

    steps: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, at: str) -> Place:
        """Return what *at* says; anything can be read."""
        where, *more = at[:LONGEST].split(";")
        pairs = (one.partition("=") for one in more)
        return cls(
            steps=tuple(unquote(step) for step in where.split("/") if step),
            asked={unquote(name): unquote(value) for name, _sign, value in pairs if name},
        )

    @property
    def first(self) -> str:
        """Return the first step, empty for none."""
        return self.steps[0] if self.steps else ""

    def index(self, number: int) -> int | None:
        """Return step *number* as a position in a list, or None."""
        word = self.steps[number] if number < len(self.steps) else ""
        return int(word) if word.isascii() and word.isdigit() and len(word) < 7 else None

    def to(self, *steps: str | int, **asked: str) -> str:
        """Return the text of another selection, with what was asked for as it is but for *asked*."""
        kept = {name: value for name, value in {**self.asked, **asked}.items() if value}
        where = "/".join(quote(str(step), safe="") for step in steps)
        more = "".join(f";{quote(name, safe='')}={quote(value, safe=':.')}" for name, value in kept.items())  # fmt: skip
        return where + more

    def asking(self, **asked: str) -> str:
        """Return the text of this selection, asking for something else."""
        return self.to(*self.steps, **asked)
