"""How wide words are in small type, and what of them fits."""

from __future__ import annotations

_SMALL_LETTER, _CJK_SHARE = 6.3, 1.9


def width_of(text: str, letter: float = _SMALL_LETTER) -> float:
    """Return about how wide *text* is in small type: Chinese characters are as wide as high."""
    return sum(letter * (_CJK_SHARE if ord(one) > 0x2E7F else 1.0) for one in text)


def cut(text: str, room: float) -> str:
    """Return *text*, or its beginning with an ellipsis when it is wider than *room*."""
    if width_of(text) <= room:
        return text
    while text and width_of(text) > room - 10:
        text = text[:-1]
    return text.rstrip() + "…"


def broken_lines(text: str, room: float, most: int) -> list[str]:
    """Return *text* in at most *most* lines of *room*; what does not fit is cut."""
    lines: list[str] = []
    while text and len(lines) < most - 1 and width_of(text) > room:
        end = max(i for i in range(1, len(text) + 1) if i == 1 or width_of(text[:i]) <= room)
        blank = text.rfind(" ", 0, end + 1)
        end = blank if blank > 0 else end
        lines.append(text[:end].strip())
        text = text[end:].strip()
    return [*lines, cut(text, room)] if text else lines
