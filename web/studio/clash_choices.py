"""What a page asks for where ids clash, and what is said about each clash."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from sopwith.runtime.clashing import Choice, How, Settled
from sopwith.runtime.packing import Key

from ..wording import gettext as _
from .blueprint import blueprint

HOW, NEW = "how:", "new:"


def asked_choices() -> dict[Key, Choice]:
    """Return what the page wants for each clash, by kind and id."""
    found: dict[Key, Choice] = {}
    for name, value in request.values.items():
        kind, _sign, ident = name.removeprefix(HOW).partition(":")
        if name.startswith(HOW) and ident and value in set(How):
            new = request.values.get(f"{NEW}{kind}:{ident}", "").strip()[:80]
            found[kind, ident] = Choice(how=How(value), new=new)
    return found


@blueprint.app_template_filter("clash_values")
def clash_values(one: Settled) -> Mapping[str, str]:
    """Return the fields that a form carries on for a clash."""
    if one.how is How.OPEN:
        return {}
    kept = {f"{HOW}{one.kind}:{one.id}": one.how.value}
    return kept | ({f"{NEW}{one.kind}:{one.id}": one.new} if one.how is How.COPY else {})


@blueprint.app_template_filter("clash_refusal")
def clash_refusal(one: Settled) -> str:
    """Return why a new id cannot be had, empty when it can."""
    known = {
        "form": _("An id begins with a small letter and holds small letters, digits, - and _, at most 64."),
        "taken": _("There is one with this id already. Choose another."),
    }  # fmt: skip
    return known.get(one.refused, "")
