"""Which answers there are, and what they mean."""

from __future__ import annotations

import pytest

from sopwith.messages.survey import classify, valid_score

from .samples import survey


@pytest.mark.parametrize(
    ("kind", "scale", "verdicts"),
    [
        ("csat", 5, {1: "bad", 2: "bad", 3: "neutral", 4: "good", 5: "good"}),
        ("csat", 3, {1: "bad", 2: "neutral", 3: "good"}),
        ("csat", 2, {1: "bad", 2: "good"}),
        (
            "nps",
            10,
            {**dict.fromkeys(range(7), "bad"), 7: "neutral", 8: "neutral", 9: "good", 10: "good"},
        ),
        ("ces", 7, {1: "bad", 2: "bad", 3: "bad", 4: "neutral", 5: "good", 6: "good", 7: "good"}),
    ],
)
def test_every_answer_has_its_meaning(kind: str, scale: int, verdicts: dict[int, str]) -> None:
    made = survey(kind, scale)
    assert {
        score: classify(made, score) for score in range(-2, 13) if valid_score(made, score)
    } == verdicts


@pytest.mark.parametrize("score", [0, 6, -1, True, "5", 4.0, None])
def test_what_is_no_answer_is_refused(score: object) -> None:
    made = survey()
    assert not valid_score(made, score)
    if isinstance(score, int) and not isinstance(score, bool):
        with pytest.raises(ValueError, match="no answer"):
            classify(made, score)


def test_the_usual_scale_of_each_type() -> None:
    assert [survey(kind).scale for kind in ("csat", "nps", "ces")] == [5, 10, 7]
