"""The definitions of one file as stretches of its text, each with the comments above it; to take some out or put others in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from .reading import read_nodes

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_MARK = "---"


def segments(text: str, path: str) -> tuple[str, ...]:
    """Return the text of each document in *text*, in order, without the lines that part them.

    path: the file's name, which tells JSON from YAML. The whole text is one where it cannot be parted safely.
    """
    roots, _ = read_nodes(text, path)
    if len(roots) < 2:
        return (text,)
    lines = _LINE.findall(text)
    starts = [0]
    for before, root in pairwise(roots):
        marks = [
            number
            for number in range(before.span.line, min(root.span.line, len(lines)))
            if lines[number].rstrip() == _MARK
        ]
        if not marks:
            return (text,)
        starts.append(marks[-1] + 1)
    ends = [start - 1 for start in starts[1:]] + [len(lines)]
    return tuple("".join(lines[start:end]) for start, end in zip(starts, ends, strict=True))


def chosen(text: str, path: str, wanted: Sequence[int]) -> str | None:
    """Return *text* with only the documents of the numbers *wanted*; None where they cannot be parted safely."""
    found = segments(text, path)
    roots, _ = read_nodes(text, path)
    if len(found) != len(roots):
        return text if len(wanted) == len(roots) else None
    if len(wanted) == len(roots):
        return text
    made = joined([found[number] for number in wanted], newline_of(text))
    return made if _says(made, path, [roots[number].value for number in wanted]) else None


def replaced(text: str, path: str, number: int, segment: str) -> str | None:
    """Return *text* with its document *number* in the words of *segment*; None where that is not safe."""
    found = list(segments(text, path))
    roots, _ = read_nodes(text, path)
    if len(found) != len(roots) or not 0 <= number < len(found):
        return None
    newline = newline_of(text)
    fresh = newline.join(segment.removeprefix("\ufeff").splitlines())
    is_last = number == len(found) - 1
    ending = newline if not is_last or found[number].endswith(("\n", "\r")) else ""
    found[number] = fresh.rstrip("\r\n") + (newline if not is_last else ending)
    made = joined(found, newline)
    values = [one.value for one in roots]
    new, _ = read_nodes(segment, path)
    values[number] = new[0].value if len(new) == 1 else None
    return made if _says(made, path, values) else None


def joined(parts: Iterable[str], newline: str = "\n") -> str:
    """Return the text of a file that holds *parts* as its documents."""
    made = ""
    for part in parts:
        if made:
            made += "" if made.endswith(("\n", "\r")) else newline
            made += _MARK + newline
        made += part
    return made


def newline_of(text: str) -> str:
    """Return how the lines of *text* end: as the first one does."""
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


def _says(text: str, path: str, values: list[object]) -> bool:
    again, _ = read_nodes(text, path)
    return json.dumps([one.value for one in again]) == json.dumps(values)
