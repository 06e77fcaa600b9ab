"""What of a draft is still being made: it harms nothing there, and is not put in force before it is finished."""

from __future__ import annotations

from sopwith.core.diagnostics import unfinished

from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from .bench import Bench


def unfinished_in(bench: Bench) -> list[str]:
    """Return the titles of the definitions that are not finished."""
    open_ends = unfinished(bench.found)
    lines = [one for _kind, some in bench.outline() for one in some] if open_ends else []
    found = []
    for one in open_ends:
        before = [
            line for line in lines if line.file == one.span.path and line.line <= one.span.line
        ]
        if before:
            found.append(max(before, key=lambda line: line.line).title.get(lang()))
    return list(dict.fromkeys(found))


def why_unfinished(bench: Bench) -> str:
    """Return why a draft is not put in force yet; empty where everything is finished."""
    titles = unfinished_in(bench)
    if not titles:
        return ""
    named = _(", ").join(_("“%(title)s”", title=one) for one in titles)
    return ngettext(
        "%(names)s is not finished: say what it does, or remove it. Then the draft can be published.",
        "%(names)s are not finished: say what they do, or remove them. Then the draft can be published.",
        len(titles),
        names=named,
    )  # fmt: skip
