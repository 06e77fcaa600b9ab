"""Whether settings can be used: each value by itself, then all together."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..runtime.secret_references import SecretError, resolve
from .settings_sources import Given

_SHORTEST_KEY = 32
_IN_PLACE = re.compile(r"(://[^/?#]*?:)[^/?#]*@")
_IN_QUERY = re.compile(r"(?<=password=)[^&#]+")
_WANTED = {
    "address": ("an address and a port, such as 127.0.0.1:8080", "地址和端口，例如 127.0.0.1:8080"),
    "port": (
        "a port, or an address and a port, such as 127.0.0.1:9464",
        "端口，或地址和端口，例如 127.0.0.1:9464",
    ),
    "flag": ("true or false", " true 或 false"),
    "text": ("a text in quotes", "带引号的文本"),
    "list": ('a list of texts, such as ["one", "two"]', '文本列表，例如 ["one", "two"]'),
    "zone": ("a time zone such as Asia/Shanghai", "时区，例如 Asia/Shanghai"),
    "networks": ("addresses or networks, such as 10.0.0.0/8", "地址或网段，例如 10.0.0.0/8"),
    "key": ("at least 32 characters that nobody can guess", "至少 32 个无法猜测的字符"),
}


class _WrongError(ValueError):
    """A value that cannot be used: the code, and what its words need."""

    def __init__(self, code: str, **values: str | int) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


def checked(
    given: Sequence[Given], known: Mapping[str, Field[Any]], environment: Mapping[str, str]
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Return the usable values, the last of a name winning, and what is wrong with any that was given."""
    values: dict[str, Any] = {}
    found = []
    for one in given:
        try:
            values[one.name] = _value(one, known[one.name], environment)
        except _WrongError as wrong:
            found.append(Diagnostic(span=one.span, code=wrong.code, values=wrong.values))
    return values, found


def finished(
    values: Mapping[str, Any], winning: Mapping[str, Given], known: Mapping[str, Field[Any]]
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Return the values with the passwords in their addresses, and what does not go together."""
    done, found = dict(values), []
    for name, field in known.items():
        url = field.metadata.get("goes_into")
        if url and done.get(name):
            wrong = _put_password(done, name, url)
            if wrong is not None:
                found.append(
                    Diagnostic(
                        span=winning[name].span, code=wrong, values={"name": name, "url": url}
                    )
                )
    if not str(done.get("database_url", "")).startswith("postgresql"):
        found += _embedded_only(done, winning)
    return done, found


def _embedded_only(values: Mapping[str, Any], winning: Mapping[str, Given]) -> list[Diagnostic]:
    """Return what does not go with SQLite, which one process has for itself."""
    found = []
    if (workers := values.get("workers", 1)) > 1:
        place = winning["workers"].span
        found.append(Diagnostic(span=place, code="SET011", values={"workers": workers}))
    if values.get("broker_url"):
        found.append(Diagnostic(span=winning["broker_url"].span, code="SET012"))
    return found


def _put_password(values: dict[str, Any], name: str, url: str) -> str | None:
    address = values.get(url)
    if not address:
        return "SET010"
    parts = urlsplit(address)
    if parts.password:
        return "SET009"
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{parts.username or ''}:{quote(values[name], safe='')}@{place}"
    # Not urlunsplit: it drops the empty place of sqlite:///file and of postgresql://user@/name.
    values[url] = f"{parts.scheme}://{netloc}{address.partition('://')[2][len(parts.netloc) :]}"
    return None


def _value(one: Given, field: Field[Any], environment: Mapping[str, str]) -> Any:
    kind = str(field.type)
    if kind == "bool":
        return _flag(one)
    if kind == "int":
        return _whole(one, field)
    if kind.startswith("tuple"):
        return _several(one, field)
    if kind == "Path":
        return (
            Path(str(one.value)).expanduser()
            if isinstance(one.value, str | Path)
            else _not_text(one)
        )
    if not isinstance(one.value, str):
        return _not_text(one)
    text = _resolved(one, environment) if field.metadata.get("secret") else one.value
    _look_at(one, text, field)
    return text


def _not_text(one: Given) -> Any:
    raise _wanted(one, "text", _shown(one))


def _resolved(one: Given, environment: Mapping[str, str]) -> str:
    try:
        return resolve(one.value, environment)
    except SecretError as error:
        raise _WrongError(
            "SET008", name=one.name, reference=error.reference, reason=error.why
        ) from error


def _look_at(one: Given, text: str, field: Field[Any]) -> None:
    """Raise when the text is not of the form, the kind or the choices of its setting."""
    kinds = field.metadata.get("kinds")
    if kinds and text and not text.startswith(tuple(f"{kind}//" for kind in kinds)):
        begins = text.partition("//")[0][:20] if "//" in text else "?"
        listed = ", ".join(f"{kind}//" for kind in kinds)
        raise _WrongError("SET007", name=one.name, kinds=listed, value=repr(begins))
    choices = field.metadata.get("choices")
    if choices and text not in choices:
        raise _no_choice(one, text, choices)
    form = field.metadata.get("form")
    if form and not _FORMS[form](text):
        raise _wanted(one, form, "***" if field.metadata.get("secret") else repr(text), text)


def _flag(one: Given) -> bool:
    if isinstance(one.value, bool):
        return one.value
    text = str(one.value).lower() if isinstance(one.value, str) else ""
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise _wanted(one, "flag", _shown(one))


def _whole(one: Given, field: Field[Any]) -> int:
    least, most = field.metadata["least"], field.metadata["most"]
    text = str(one.value).strip()
    is_whole = text.removeprefix("-").isdecimal() and not isinstance(one.value, bool | list | dict)
    if not is_whole or not least <= int(text) <= most:
        raise _WrongError("SET005", name=one.name, least=least, most=most, value=_shown(one))
    return int(text)


def _several(one: Given, field: Field[Any]) -> tuple[str, ...]:
    value = one.value
    if isinstance(value, str) and one.is_text:
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise _wanted(one, "list", _shown(one))
    choices, form = field.metadata.get("choices"), field.metadata.get("form")
    for part in value:
        if choices and part not in choices:
            raise _no_choice(one, part, choices)
        if form and not _FORMS[form](part):
            raise _wanted(one, form, repr(part))
    return tuple(value)


def _no_choice(one: Given, text: str, choices: Sequence[str]) -> _WrongError:
    near = guess(text, choices)
    more = {"guess": near} if near else {}
    listed = ", ".join(choices)
    return _WrongError("SET006", name=one.name, choices=listed, value=repr(text), **more)


def _wanted(one: Given, form: str, value: str, text: str = "") -> _WrongError:
    en, zh = _WANTED[form]
    near = guess(text, available_timezones()) if form == "zone" else None
    more = {"guess": near} if near else {}
    return _WrongError("SET003", name=one.name, wanted_en=en, wanted_zh=zh, value=value, **more)


def _shown(one: Given) -> str:
    """Return the value as a person wrote it, cut where it is long; a password never comes this far."""
    text = repr(one.value) if isinstance(one.value, str) else str(one.value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isdecimal() and 0 < int(port) < 65_536


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "address": _is_address,
    "port": lambda text: not text or _is_address(text if ":" in text else f"localhost:{text}"),
    "zone": _is_zone,
    "networks": _is_network,
    "key": lambda text: not text or len(text) >= _SHORTEST_KEY,
}


def without_password(url: str) -> str:
    """Return an address as it may be shown: with *** for its password, wherever that stands."""
    return _IN_QUERY.sub("***", _IN_PLACE.sub(r"\1***@", url))
