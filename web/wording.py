"""The words of the page's language, typed: the one place that knows the extension behind it."""

from __future__ import annotations

import flask_babel


def gettext(text: str, **values: object) -> str:
    """Return *text* in the page's language, with ``%(name)s`` filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return the form of a text that fits *num*."""
    return str(flask_babel.ngettext(one, many, num, **values))
