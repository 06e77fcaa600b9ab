"""The editor of surveys: the question in both languages, and the page as the customer sees it."""

from __future__ import annotations

from typing import Any

from sopwith.messages.survey import SCALES
from sopwith.release.model import Release

from ...admin.rule_words import duration_words
from ...languages import LOCALES, lang
from ...wording import gettext as _
from .lenient import held, label, words
from .place import Place
from .subject import Subject

GOOD = {("csat", 2): 2, ("csat", 3): 3, ("csat", 5): 4, ("nps", 10): 9, ("ces", 7): 5}
"""The lowest good answer of each type and scale."""
Facts = dict[str, Any]


def view(subject: Subject) -> Facts:
    """Return what the survey asks, and its page in both languages."""
    doc = subject.doc
    kind = words(doc.get("type"))
    scales = SCALES.get(kind, ())
    written = doc.get("scale")
    is_number = isinstance(written, int) and not isinstance(written, bool) and 1 < written < 12
    scale = int(words(written)) if is_number else (scales[0] if scales else 5)
    return {
        "place": Place.read(subject.at),
        "held": held(doc),
        "types": _types(),
        "scales": [(one, _scale_words(kind, one)) for one in scales],
        "answers": list(range(0 if kind == "nps" else 1, scale + 1)),
        "good": GOOD.get((kind, scale), scale),
        "pages": [_page(doc, tongue) for tongue in LOCALES],
        "cap_words": duration_words(words(doc.get("cap"))),
        "expires_words": duration_words(words(doc.get("expires"))),
        "used": _used(subject.bench.partly, subject.document.id),
    }


def _types() -> list[tuple[str, str, int, str]]:
    """Return the types of surveys with their usual scales and what they ask."""
    return [
        ("csat", _("Satisfaction (CSAT)"), 5, _("How satisfied are you?")),
        ("nps", _("Recommendation (NPS)"), 10, _("Would you recommend us?")),
        ("ces", _("Effort (CES)"), 7, _("Was it easy?")),
    ]


def _scale_words(kind: str, scale: int) -> str:
    return _("%(low)d to %(high)d", low=0 if kind == "nps" else 1, high=scale)


def _page(doc: dict[str, Any], tongue: str) -> Facts:
    return {
        "lang": tongue,
        **{key: label(doc.get(key)).get(tongue) for key in ("question", "low", "high", "comment")},
    }


def _used(release: Release, name: str) -> list[tuple[str, str, str]]:
    """Return the rules that send the survey: kind, id, title."""
    return [
        ("rule", one.id, one.title.get(lang()) or one.id)
        for one in release.rules.values()
        if any(action.args.get("survey") == name for action in one.then)
    ]
