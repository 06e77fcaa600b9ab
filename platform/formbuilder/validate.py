"""The one evaluator of what a person filled in: for pages, API, preview and import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from ..expressions import Context
from .fault import Reading, cut
from .model import Form
from .plan import plan_of
from .read_time import zone_of
from .result import FormResult, Lookup
from .run import Run

_MOST_UNKNOWN = 20
_PLACE = itemgetter(0, 1)


def evaluate_form(
    form: Form,
    typed: Mapping[str, Any],
    *,
    scope: Mapping[str, Any],
    context: Context,
    roles: frozenset[str],
    state: str | None,
    partial: bool = False,
    lookup: Lookup | None = None,
) -> FormResult:
    """Return what *typed* means for a record that looks like *scope*: values, problems, states.

    typed: by field id, as a page (text, lists of text, rows as mappings) or a JSON client sends
    it; a missing key leaves the present value, else the default. scope: the record's values and
    base fields; conditions see it with the typed values laid over it. partial: nothing is
    required, but what is there must be right. lookup: without it ids are taken as they are.
    Never raises on any JSON value.
    """
    plan = plan_of(form)
    reading = Reading(context.zone, _today(context), lookup)
    run = Run(typed, scope, dict(scope), context, reading, drop=plan.drop, partial=partial)
    run.form(plan.access(roles, state), cyclic=plan.cyclic)
    if len(run.found) > 1:
        run.found.sort(key=_PLACE)
    unknown: tuple[str, ...] = ()
    if run.strange or not typed.keys() <= plan.ids:
        unknown = _unknown(typed, plan.ids, run.strange)
    return FormResult(
        values=run.values,
        changed=run.changed,
        removed=tuple(run.removed),
        problems=tuple([problem for _, _, problem in run.found]),
        states=run.states,
        typed=typed,
        unknown=unknown,
    )


def _today(context: Context) -> date | None:
    now = context.now
    if now is None or now.tzinfo is None:
        return None
    return now.astimezone(zone_of(context.zone)).date()


def _unknown(typed: Mapping[str, Any], ids: frozenset[str], strange: list[str]) -> tuple[str, ...]:
    found = [cut(key) for key in typed if key not in ids]
    return tuple((found + strange)[:_MOST_UNKNOWN])
