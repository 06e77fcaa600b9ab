"""What a step of a draft does to each file, there and back: the whole text, or the one cut that tells two texts apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..definitions.splicing import Cut, carry_out

Ways = dict[str, Any]


def note(files: dict[str, str], file: str, text: str | None, cuts: Ways, back: Ways) -> None:
    """Put *text* into *files*, and note the way there and back; several changes of a file become one."""
    first = back[file]["text"] if file in back else files.get(file)
    if text is None:
        files.pop(file, None)
    else:
        files[file] = text
    if text == first:
        cuts.pop(file, None)
        back.pop(file, None)
        return
    cuts[file], back[file] = {"text": text}, {"text": first}


def slim(cuts: Mapping[str, Any], back: Mapping[str, Any]) -> tuple[Ways, Ways]:
    """Return the ways there and back as the one cut that tells the two texts apart."""
    there, again = {}, {}
    for file, new in cuts.items():
        old, text = back[file]["text"], new["text"]
        if old is None or text is None:
            there[file], again[file] = new, back[file]
            continue
        start, tail = common(old, text)
        there[file] = {"cut": [start, len(old) - tail, text[start : len(text) - tail]]}
        again[file] = {"cut": [start, len(text) - tail, old[start : len(old) - tail]]}
    return there, again


def common(one: str, other: str) -> tuple[int, int]:
    """Return how many characters two texts share at the start, and at the end beyond that."""
    start = _alike(one, other)
    return start, _alike(one[start:][::-1], other[start:][::-1])


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts share at the start; looked for by halves, since texts are long."""
    sure, most = 0, min(len(one), len(other))
    while sure < most:
        middle = (sure + most + 1) // 2
        if one[sure:middle] == other[sure:middle]:
            sure = middle
        else:
            most = middle - 1
    return sure


def step_through(files: dict[str, str], ways: Mapping[str, Any]) -> None:
    """Take *files* along *ways*, in place."""
    for file, way in ways.items():
        if "cut" in way:
            start, end, text = way["cut"]
            files[file] = carry_out(files[file], [Cut(start, end, text)]).text
        elif way["text"] is None:
            files.pop(file, None)
        else:
            files[file] = way["text"]
