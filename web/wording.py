"""The words of the page's language, typed: the one place that knows the extension behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import flask_babel
from flask import Flask, g

_KEPT = "sopwith_translations"


def init_wording(app: Flask) -> None:
    """Let the templates of *app* speak through this module, which looks up the language once a page."""
    environment: Any = app.jinja_env  # with what the i18n extension adds
    environment.install_gettext_callables(_plain, _plural, newstyle=True)


def gettext(text: str, **values: object) -> str:
    """Return *text* in the page's language, with ``%(name)s`` filled in."""
    found = _plain(text)
    return found % values if values else found


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return the form of a text that fits *num*."""
    return _plural(one, many, num) % {"num": num, **values}


def _plain(text: str) -> str:
    return str(catalogue().ugettext(text))


def _plural(one: str, many: str, num: int) -> str:
    return str(catalogue().ungettext(one, many, num))


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak another language for a while; *locale* as Babel calls it."""
    before = g.get(_KEPT)
    with flask_babel.force_locale(locale):
        g.pop(_KEPT, None)
        try:
            yield
        finally:
            g.pop(_KEPT, None)
            if before is not None:
                setattr(g, _KEPT, before)


def catalogue() -> Any:
    """Return the catalogue of the page's language, looked up once for each page; the same one for a language."""
    page: Any = cast(Any, g)._get_current_object()  # asked for once a word
    found = page.get(_KEPT)
    if found is None:
        found = flask_babel.get_translations()
        setattr(page, _KEPT, found)
    return found
