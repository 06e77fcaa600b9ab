"""Findings about what a person wrote: a place, a stable code, words in both languages, a fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .messages import MESSAGES
from .span import Span


class Severity(StrEnum):
    """How bad a finding is; only an error keeps a definition from being published."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One splice that would mend a finding: the text at *span* becomes *text*."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding.

    code: a key of ``core.messages.MESSAGES``; never reused. values: what the message's
    ``{names}`` stand for, already fit to print. A ``guess`` in *values* adds "did you mean".
    """

    span: Span
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    fix: Fix | None = None

    @property
    def severity(self) -> Severity:
        """Return the severity that the code's message states."""
        return Severity(MESSAGES[self.code].severity)

    def message(self, lang: str) -> str:
        """Return the sentence in *lang*, without place and code."""
        message = MESSAGES[self.code]
        chinese = lang.startswith("zh")
        words = (message.zh if chinese else message.en).format_map(self.values)
        guess = self.values.get("guess")
        if guess:
            words += f"；是否想写“{guess}”？" if chinese else f"; did you mean {guess!r}?"
        return words

    def render(self, lang: str) -> str:
        """Return ``path:line:column: severity CODE: sentence``."""
        return f"{self.span}: {self.severity} {self.code}: {self.message(lang)}"


UNFINISHED = frozenset({"RUL017", "ACT021"})
"""Codes of warnings about what somebody is still making: it harms nothing, but cannot be put in force."""


def unfinished(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the findings about what is not finished yet."""
    return tuple(item for item in found if item.code in UNFINISHED)


def has_errors(found: Iterable[Diagnostic]) -> bool:
    """Return whether any finding is an error."""
    return any(item.severity is Severity.ERROR for item in found)
