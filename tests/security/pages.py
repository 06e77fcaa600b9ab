"""What an answer in HTML holds: where it leads, what it sends, and what in it would run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SCRIPTING = re.compile(r"[\x00-\x20]*(javascript|vbscript|data)\s*:", re.I)
_ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "xlink:href", "poster")


@dataclass(slots=True, kw_only=True)
class Sent:
    """One form: where it goes, and the values of its fields by name."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Page(HTMLParser):
    """One page, read."""

    links: set[str] = field(default_factory=set)
    forms: list[Sent] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    _ids: dict[str, Sent] = field(default_factory=dict)
    _open: Sent | None = None
    _select: tuple[Sent, str] | None = None
    _inline: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element leads to, sends or would run."""
        named = {name: value or "" for name, value in attrs}
        self._suspect(tag, named)
        for name in ("href", "hx-get", "src"):
            if name in named and tag not in ("script", "use"):
                self.links.add(named[name])
        if tag == "form":
            self._form(named)
        elif "hx-post" in named:
            sent = Sent(action=named["hx-post"], method="POST")
            if named.get("name"):
                sent.fields[named["name"]] = [named.get("value", "")]
            self.forms.append(sent)
        if tag in ("input", "select", "textarea", "button") and named.get("name"):
            self._field(tag, named)
        elif tag == "option" and self._select is not None:
            sent, name = self._select
            if "selected" in named or not sent.fields[name]:
                sent.fields[name] = [named.get("value", "")]

    def _suspect(self, tag: str, named: dict[str, str]) -> None:
        found = [name for name in named if name.startswith("on") or name in ("style", "srcdoc")]
        found += [name for name in named if name.startswith("hx-on") or name.startswith("hx-vars")]
        found += [name for name in _ADDRESSES if _SCRIPTING.match(named.get(name, ""))]
        if tag in ("style", "iframe", "object", "embed", "base", "applet"):
            found.append(tag)
        if tag == "script" and "src" not in named and named.get("type") != "application/json":
            found.append("script without src")
        if tag == "script" and not named.get("src", "/static/").startswith("/static/"):
            found.append(f"script from {named['src']}")
        if tag == "meta" and named.get("http-equiv", "").lower() == "refresh":
            found.append("refresh")
        if named.get("target") == "_blank" and "noopener" not in named.get("rel", ""):
            found.append("target without noopener")
        self.running += [f"<{tag}> {one}" for one in found]

    def _form(self, named: dict[str, str]) -> None:
        sent = Sent(
            action=named.get("hx-post") or named.get("action", ""),
            method="POST" if "hx-post" in named else named.get("method", "get").upper(),
        )
        self.forms.append(sent)
        self._open = sent
        if "id" in named:
            self._ids[named["id"]] = sent

    def _field(self, tag: str, named: dict[str, str]) -> None:
        sent = self._ids.get(named["form"]) if "form" in named else self._open
        if sent is None:
            return
        values = sent.fields.setdefault(named["name"], [])
        if tag == "select":
            self._select = (sent, named["name"])
        elif named.get("type") not in ("checkbox", "radio") or "checked" in named or not values:
            values.append(named.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None


def read_page(text: str) -> Page:
    """Return *text* read."""
    page = Page()
    page.feed(text)
    page.close()
    return page
