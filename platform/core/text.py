"""Text for people, in every language the product speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "zh-CN"]
LANGS: tuple[Lang, ...] = ("en", "zh-CN")
_TONGUES = {"en": ("English", "英文"), "zh-CN": ("Chinese", "中文")}


def missing_in(lang: Lang) -> dict[str, str]:
    """Return what a finding says of words that are missing in *lang*: that language, and the one shown instead."""
    other = next(one for one in LANGS if one != lang)
    (tongue_en, tongue_zh), (other_en, other_zh) = _TONGUES[lang], _TONGUES[other]
    return {"language": lang, "tongue_en": tongue_en, "tongue_zh": tongue_zh, "other_en": other_en, "other_zh": other_zh}  # fmt: skip


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
