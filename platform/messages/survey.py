"""Which answers a survey takes, and what an answer means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .model import Survey

Verdict = Literal["good", "neutral", "bad"]

SCALES: Mapping[str, tuple[int, ...]] = {"csat": (5, 3, 2), "nps": (10,), "ces": (7,)}
"""The highest answers that each type of survey may have, the usual one first."""

# (type, scale): the lowest good answer, the lowest neutral one
_BANDS: Mapping[tuple[str, int], tuple[int, int]] = {
    ("csat", 2): (2, 2),
    ("csat", 3): (3, 2),
    ("csat", 5): (4, 3),
    ("nps", 10): (9, 7),
    ("ces", 7): (5, 4),
}


def lowest_score(survey: Survey) -> int:
    """Return the lowest answer: 0 for NPS, else 1."""
    return 0 if survey.type == "nps" else 1


def valid_score(survey: Survey, score: object) -> bool:
    """Return whether *score* is one of the answers of *survey*."""
    if isinstance(score, bool) or not isinstance(score, int):
        return False
    return lowest_score(survey) <= score <= survey.scale


def classify(survey: Survey, score: int) -> Verdict:
    """Return whether a valid answer is good, neutral or bad.

    CSAT: 4 and 5 of 5, 3 of 3, 2 of 2 are good; NPS: 9 and 10 good, 7 and 8 neutral; CES: 5 to 7
    good, 4 neutral. Raises ValueError for an answer that *survey* does not have.
    """
    if not valid_score(survey, score):
        raise ValueError(f"survey {survey.id!r} has no answer {score!r}")
    good, neutral = _BANDS[survey.type, survey.scale]
    if score >= good:
        return "good"
    return "neutral" if score >= neutral else "bad"
