"""Where settings are written: the lines of sopwith.toml, the environment, the command line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..core.span import Span
from .data_folder import FILE_VARIABLE

PREFIX = "SOPWITH_"
OTHERS = frozenset(
    {
        FILE_VARIABLE,  # the settings file
        "SOPWITH_LANG",  # the language of what the command line says
        "SOPWITH_LOG",  # older name of log_level
        "SOPWITH_CRASH_AT",  # tests kill a process at a named point
        "SOPWITH_FULL",  # tests make many more examples
    }
)
"""Variables with our prefix that are no settings."""

_LINE = re.compile(r"""^\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*(?:=|\.)""")
_SECTION = re.compile(r"^\s*\[+\s*([^\]]*?)\s*\]+")
_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


class SettingsError(ValueError):
    """Settings cannot be used. findings: all of them; the text has a line for each, in *lang*."""

    def __init__(self, findings: tuple[Diagnostic, ...], lang: str = "en") -> None:
        self.findings = findings
        self.lang = lang
        super().__init__(self.render(lang))

    def render(self, lang: str) -> str:
        """Return a line for each finding, with its place and code."""
        return "\n".join(shown(one, lang) for one in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value as it was written. place: as a person reads it; is_text: it could only be written as text."""

    name: str
    value: Any
    place: str
    span: Span
    is_text: bool = False


def shown(finding: Diagnostic, lang: str) -> str:
    """Return the finding on one line: ``file:line:column`` for the file, else the variable or option."""
    if finding.span.path.startswith((PREFIX, "--")):
        words = finding.message(lang)
        return f"{finding.span.path}: {finding.severity} {finding.code}: {words}"
    return finding.render(lang)


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language that the environment asks for: ``zh-CN`` or ``en``."""
    for name in ("SOPWITH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if wanted := environment.get(name, ""):
            return "zh-CN" if wanted.lower().startswith("zh") else "en"
    return "en"


def of_file(
    path: Path, known: Mapping[str, Any], *, is_asked_for: bool = False
) -> tuple[list[Given], list[Diagnostic]]:
    """Return what *path* says. Without the file nothing is said, unless it was asked for by name."""
    if not path.is_file() and not is_asked_for:
        return [], []
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        return [], [_not_toml(path, error.strerror or "it cannot be read")]
    except UnicodeDecodeError:
        return [], [_not_toml(path, "it is not UTF-8 text")]
    except tomllib.TOMLDecodeError as error:
        return [], [_not_toml(path, str(error), text)]
    lines = _places(text)
    values, found = [], []
    for name, value in content.items():
        line, column = lines.get(name, (1, 1))
        span = Span(str(path), line, column, line, column + len(name))
        if name in known:
            values.append(Given(name=name, value=value, place=f"{path}:{line}", span=span))
        elif isinstance(value, dict):
            found.append(Diagnostic(span=span, code="SET013", values={"word": name}))
        else:
            found.append(_unknown("SET001", name, span, guess(name, known)))
    return values, found


def of_environment(
    environment: Mapping[str, str], known: Mapping[str, Any]
) -> tuple[list[Given], list[Diagnostic]]:
    """Return what the variables say; an empty one says nothing."""
    values, found = [], []
    for key in sorted(environment):
        name = key.removeprefix(PREFIX).lower()
        if not key.startswith(PREFIX) or key in OTHERS:
            continue
        if name not in known:
            near = guess(name, known)
            guessed = f"{PREFIX}{near.upper()}" if near else None
            found.append(_unknown("SET002", key, Span(key), guessed))
        elif environment[key]:
            given = Given(
                name=name, value=environment[key], place=key, span=Span(key), is_text=True
            )
            values.append(given)
    return values, found


def of_options(given: Mapping[str, Any]) -> list[Given]:
    """Return what the command line says."""
    found = []
    for name, value in given.items():
        if value is not None:
            option = "--" + name.replace("_", "-")
            found.append(
                Given(name=name, value=value, place=option, span=Span(option), is_text=True)
            )
    return found


def _unknown(code: str, word: str, span: Span, near: str | None) -> Diagnostic:
    values = {"word": word, "guess": near} if near else {"word": word}
    return Diagnostic(span=span, code=code, values=values)


def _not_toml(path: Path, reason: str, text: str = "") -> Diagnostic:
    at = _AT.search(reason)
    line, column = 1, 1
    if at is not None:
        reason = reason[: at.start()]
        last = max(1, len(text.splitlines()))
        line, column = (int(at[1]), int(at[2])) if at[1] else (last, 1)
    return Diagnostic(span=Span(str(path), line, column), code="SET004", values={"reason": reason})


def _places(text: str) -> dict[str, tuple[int, int]]:
    """Return the line and column of each key; settings are flat, so the first place is the one."""
    found: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _SECTION.match(line) or _LINE.match(line)
        if match is not None:
            place = next(place for place, one in enumerate(match.groups(), 1) if one is not None)
            name = match[place].partition(".")[0].strip("\"' ")
            found.setdefault(name, (number, match.start(place) + 1))
    return found
