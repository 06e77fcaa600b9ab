"""Reading what a person typed as text, address, telephone number or link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import re2

from .fault import Fault, Reading
from .model import Field, FieldType

Read = Callable[[Any, Reading], Any]

TEXT_LIMIT = 500
LONG_TEXT_LIMIT = 20_000
ID_LIMIT = 100
NOT_TEXT = Fault("VAL002")
ODD_CHARACTER = Fault("VAL005")
MISFIT = Fault("VAL006")
_LINE_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PAGE_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PART = r'[^\s@<>()\[\],;:\\"/]'
EMAIL_PATTERN = rf'[^\s@<>()\[\],;:\\"]{{1,64}}@{_PART}+\.{_PART}{{2,63}}'
PHONE_PATTERN = r"\+? ?[0-9](?: ?[0-9]){4,19}"
URL_PATTERN = r'[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@<>"\\]+(?:[/?#][^\s<>"\\]*)?'
_EMAIL = re.compile(EMAIL_PATTERN)
_PHONE = re.compile(PHONE_PATTERN)
_URL = re.compile(URL_PATTERN)
_ATOM = r"(?:[A-Za-z0-9 _/@:,#=;%-]|\\d|\[[A-Za-z0-9 _/@:,#=;%.+]+(?:-[A-Za-z0-9])?[A-Za-z0-9 _/@:,#=;%.+]*\])"
_SIMPLE = re.compile(
    rf"(?:{_ATOM}(?:\{{[0-9]{{1,2}}\}}|\{{[0-9]{{1,2}},[0-9]{{1,2}}\}}|[?*+])?){{1,30}}"
)
_OPEN = re.compile(r"\{[0-9]+,[0-9]+\}|[?*+](?![^\[]*\])")
_PHONE_MARKS = str.maketrans("-().－（）　", "        ")  # noqa: RUF001  # full-width marks are what people type


def clean(raw: str, *, lines: bool = False) -> str | None:
    """Return *raw* in Unicode's composed form without blanks at its ends; None for odd characters.

    lines: line breaks and tabs may stay; every break becomes a newline.
    """
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    if lines:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if (_PAGE_ODD if lines else _LINE_ODD).search(raw):
        return None
    return unicodedata.normalize("NFC", raw).strip()


def whole_match(pattern: str) -> Callable[[str], object]:
    """Return what matches a whole text with an RE2 *pattern*, None for no match.

    Patterns of letters, digits and classes with at most one open repetition mean the same to
    Python's own engine, which takes linear time for them and is called much faster.
    """
    engine = re if _SIMPLE.fullmatch(pattern) and len(_OPEN.findall(pattern)) <= 1 else re2
    if engine is re2:
        return re2.compile(pattern).fullmatch  # type: ignore[no-any-return]  # re2 has no types
    return re.compile(pattern, re.ASCII).fullmatch


def text_reader(field: Field) -> Read:
    """Return the reader of a text; lengths count characters."""
    lines = field.type is FieldType.LONG_TEXT
    low = int(field.low or 0)
    high = int(field.high or (LONG_TEXT_LIMIT if lines else TEXT_LIMIT))
    fits = whole_match(field.pattern) if field.pattern else None

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        text = raw.strip() if raw.isascii() and raw.isprintable() else clean(raw, lines=lines)
        if not text:
            return ODD_CHARACTER if text is None else None
        length = len(text)
        if length > high:
            return Fault("VAL003", {"limit": high, "length": length})
        if length < low:
            return Fault("VAL004", {"limit": low, "length": length})
        if fits is not None and fits(text) is None:
            return MISFIT
        return text

    return read


def email_reader(field: Field) -> Read:
    """Return the reader of a mail address; the part behind the @ is kept in small letters."""
    wrong = Fault("VAL025")

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        text = clean(raw)
        if not text:
            return ODD_CHARACTER if text is None else None
        if len(text) > 254 or not _EMAIL.fullmatch(text):
            return wrong
        name, _, domain = text.rpartition("@")
        if ".." in domain or domain[0] == ".":
            return wrong
        return f"{name}@{domain.lower()}"

    return read


def phone_reader(field: Field) -> Read:
    """Return the reader of a telephone number: digits, spaces and a leading plus are kept."""
    wrong = Fault("VAL026")

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        if _PHONE.fullmatch(raw):
            return raw
        text = clean(raw)
        if not text:
            return ODD_CHARACTER if text is None else None
        if len(text) > 60:
            return wrong
        text = text if text.isascii() else unicodedata.normalize("NFKC", text)
        number = " ".join(text.translate(_PHONE_MARKS).split())
        return number if _PHONE.fullmatch(number) else wrong

    return read


def url_reader(field: Field) -> Read:
    """Return the reader of a link; only http and https."""
    wrong = Fault("VAL027")

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        text = clean(raw)
        if not text:
            return ODD_CHARACTER if text is None else None
        return text if len(text) <= 2_000 and _URL.fullmatch(text) else wrong

    return read


def _id_reader(exists: Callable[[Any, str], Fault | None]) -> Read:
    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        text = clean(raw)
        if not text:
            return ODD_CHARACTER if text is None else None
        if len(text) > ID_LIMIT:
            return Fault("VAL003", {"limit": ID_LIMIT, "length": len(text)})
        if reading.lookup is not None and (fault := exists(reading.lookup, text)) is not None:
            return fault
        return text

    return read


def user_reader(field: Field) -> Read:
    """Return the reader of a colleague's id, of one team where the field says so."""

    def exists(lookup: Any, user: str) -> Fault | None:
        if not lookup.user_exists(user):
            return Fault("VAL034", {"word": user})
        if field.team is not None and not lookup.is_member(user, field.team):
            return Fault("VAL035", {"word": user, "team": field.team})
        return None

    return _id_reader(exists)


def team_reader(field: Field) -> Read:
    """Return the reader of a team's id."""
    return _id_reader(
        lambda lookup, team: None if lookup.team_exists(team) else Fault("VAL036", {"word": team})
    )


def customer_reader(field: Field) -> Read:
    """Return the reader of a customer's id."""
    return _id_reader(
        lambda lookup, id_: None if lookup.customer_exists(id_) else Fault("VAL037", {"word": id_})
    )
