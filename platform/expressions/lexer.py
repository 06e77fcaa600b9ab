"""Text to tokens; what people commonly mistype is understood and reported with a fix."""
# ruff: noqa: RUF001 - this module is about characters that look alike

from __future__ import annotations

import re
from dataclasses import dataclass

from ..core.diagnostics import Diagnostic, Fix
from ..core.span import Span
from .durations import parse_duration
from .types import DURATION, WORKING_TIME, Type

WORDS = frozenset({"and", "or", "not", "in", "is", "true", "false", "none"})
_ALIASES = {"True": "true", "False": "false", "None": "none"}
_FOREIGN_WORDS = {"null": "none", "nil": "none", "undefined": "none"}
_FOREIGN = {"&&": "and", "||": "or", "!": "not", "<>": "!=", "===": "==", "!==": "!="}
_WIDE = {
    "，": ",", "（": "(", "）": ")", "【": "[", "】": "]", "、": ",", "＝": "=", "＜": "<", "＞": ">",
    "！": "!", "＋": "+", "－": "-", "＊": "*", "／": "/", "．": ".", "。": ".", "≥": ">=", "≤": "<=",
    "≠": "!=", "＆": "&", "｜": "|", "［": "[", "］": "]",
}  # fmt: skip
_WIDE_QUOTES = {"“": "”", "‘": "’", "”": "”", "’": "’", "「": "」", "＂": "＂", "＇": "＇"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_SPACE = re.compile(r"[\s\u3000\ufeff]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TAIL = re.compile(r"\w+")
_WORD = re.compile(r"[^\W\d]\w*")
_OPERATOR = re.compile(r"!==|===|==|!=|<=|>=|<>|&&|\|\||[<>=!+\-*/(),.\[\]]")


@dataclass(frozen=True, slots=True)
class Token:
    """One token: kind is op, word, name, number, duration, text or end."""

    kind: str
    text: str
    start: int
    end: int
    value: bool | int | float | str | None = None
    type: Type | None = None


class Lexer:
    """Reads one text into tokens and findings; never raises."""

    def __init__(self, text: str, span: Span) -> None:
        self.text = text
        self.span = span
        self.at = 0
        self.tokens: list[Token] = []
        self.found: list[Diagnostic] = []

    def run(self) -> tuple[list[Token], list[Diagnostic]]:
        """Return all tokens, the last of kind ``end``, and what was found wrong."""
        while self.at < len(self.text):
            if space := _SPACE.match(self.text, self.at):
                self.at = space.end()
            else:
                self._next()
        end = len(self.text)
        self.tokens.append(Token("end", "", end, end))
        return self.tokens, self.found

    def _next(self) -> None:
        char = self.text[self.at]
        if char in "\"'":
            self._quoted(char)
        elif char in _WIDE_QUOTES:
            self._wide_quoted(char)
        elif "0" <= char <= "9":
            self._number()
        elif word := _WORD.match(self.text, self.at):
            self._word(word[0])
        elif operator := _OPERATOR.match(self.text, self.at):
            self._operator(operator[0])
        elif char in _WIDE:
            self._wide(char)
        else:
            self._report("EXP003", 1, {"found": char})
            self.at += 1

    def _report(
        self, code: str, length: int, values: dict[str, str | int], fix: str | None = None
    ) -> None:
        place = self.span.inside(self.at, length)
        mend = None if fix is None else Fix(span=place, text=fix)
        self.found.append(Diagnostic(span=place, code=code, values=values, fix=mend))

    def _add(
        self,
        kind: str,
        text: str,
        length: int,
        value: bool | int | float | str | None = None,
        of: Type | None = None,
    ) -> None:
        self.tokens.append(Token(kind, text, self.at, self.at + length, value, of))
        self.at += length

    def _quoted(self, quote: str) -> None:
        parts: list[str] = []
        at = self.at + 1
        while at < len(self.text):
            char = self.text[at]
            if char == quote:
                self._add("text", self.text[self.at : at + 1], at + 1 - self.at, "".join(parts))
                return
            if char == "\\" and at + 1 < len(self.text) and self.text[at + 1] in _ESCAPES:
                parts.append(_ESCAPES[self.text[at + 1]])
                at += 2
            else:
                parts.append(char)
                at += 1
        self._report("EXP004", 1, {"quote": quote})
        self._add("text", self.text[self.at :], len(self.text) - self.at, "".join(parts))

    def _wide_quoted(self, quote: str) -> None:
        closers = {_WIDE_QUOTES[quote], '"'} if quote not in "‘’＇" else {_WIDE_QUOTES[quote], "'"}
        end = next(
            (at for at in range(self.at + 1, len(self.text)) if self.text[at] in closers), -1
        )
        if end < 0:
            self._report("EXP004", 1, {"quote": '"'})
            self._add("text", quote, len(self.text) - self.at, self.text[self.at + 1 :])
            return
        inner = self.text[self.at + 1 : end]
        good = quote_text(inner)
        length = end + 1 - self.at
        self._report("EXP009", length, {"bad": quote, "good": '"'}, good)
        self._add("text", good, length, inner)

    def _number(self) -> None:
        found = _NUMBER.match(self.text, self.at)
        digits = found[0] if found else "0"
        tail = _TAIL.match(self.text, self.at + len(digits))
        if tail:
            self._duration(digits + tail[0])
            return
        whole, _, decimals = digits.partition(".")
        significant = (whole + decimals).lstrip("0")
        if len(significant) > 15 or len(decimals) > 9:
            self._report("EXP010", len(digits), {"found": digits[:40]})
            self._add("number", digits, len(digits), 0)
            return
        value = float(digits) if decimals else int(whole)
        plain = int(value) if value == int(value) else value
        self._add("number", digits, len(digits), plain)

    def _duration(self, text: str) -> None:
        duration = parse_duration(text)
        if duration is None or duration.days or text.endswith("bd"):
            code = "EXP011" if duration is None else "EXP035"
            self._report(code, len(text), {"found": text[:40]})
            self._add("duration", text, len(text), 0, DURATION)
            return
        of = WORKING_TIME if duration.business else DURATION
        self._add("duration", text, len(text), duration.seconds, of)

    def _word(self, word: str) -> None:
        good = _ALIASES.get(word, word)
        if good in WORDS:
            self._add("word", good, len(word))
            return
        foreign = _FOREIGN_WORDS.get(word) or (word.lower() if word.lower() in WORDS else None)
        if foreign and not self._is_dotted() and not self._calls(len(word), foreign):
            self._report("EXP008", len(word), {"bad": word, "good": foreign}, foreign)
            self._add("word", foreign, len(word))
            return
        self._add("name", word, len(word))

    def _is_dotted(self) -> bool:
        return bool(self.tokens) and self.tokens[-1].text == "."

    def _calls(self, length: int, word: str) -> bool:
        return word in {"none"} and self.text[self.at + length : self.at + length + 1] == "("

    def _operator(self, operator: str) -> None:
        if operator == "=":
            self._report("EXP007", 1, {}, "==")
            self._add("op", "==", 1)
        elif operator in _FOREIGN:
            good = _FOREIGN[operator]
            spaced = good + " " if operator == "!" else good
            self._report("EXP008", len(operator), {"bad": operator, "good": good}, spaced)
            self._add("word" if good in WORDS else "op", good, len(operator))
        else:
            self._add("op", operator, len(operator))

    def _wide(self, char: str) -> None:
        run = char
        if char in "＝＆｜！＜＞" and self.text[self.at + 1 : self.at + 2] in ("＝", char):
            run = self.text[self.at : self.at + 2]
        good = "".join(_WIDE.get(part, part) for part in run)
        good = {"=": "==", "&&": "and", "||": "or", "!": "not "}.get(good, good)
        if good in ("&", "|"):
            self._report("EXP003", 1, {"found": char})
            self.at += 1
            return
        self._report("EXP009", len(run), {"bad": run, "good": good.strip()}, good)
        good = good.strip()
        self._add("word" if good in WORDS else "op", good, len(run))


def quote_text(value: str) -> str:
    """Return *value* as it is written in an expression."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"'
