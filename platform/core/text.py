"""Text for people, in every language the product speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "zh-CN"]
LANGS: tuple[Lang, ...] = ("en", "zh-CN")


@dataclass(frozen=True, slots=True)
class Text:
    """One label in both languages; a missing language is the empty string."""

    en: str = ""
    zh: str = ""

    def get(self, lang: str) -> str:
        """Return the text in *lang*, else in the other language, else the empty string."""
        first, second = (self.zh, self.en) if lang.startswith("zh") else (self.en, self.zh)
        return first or second

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)
