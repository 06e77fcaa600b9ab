"""What uses a thing of a draft, for people: how much of what, and each place by its definition, in words, with its editor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import url_for

from sopwith.release.renaming import Reference
from sopwith.store.releases import Draft

from ..wording import gettext as _
from ..wording import ngettext
from .bench import Bench
from .whereabouts import Whereabouts, whereabouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One line that names the thing. code: how it is written, where: its file and line."""

    words: str
    address: str
    code: str
    where: str


@dataclass(slots=True, kw_only=True)
class Group:
    """The places in one definition."""

    kind: str
    title: str
    spots: list[Spot] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """All places. counted: how much of what uses the thing, as “3 rules and 5 fields”; empty for nothing."""

    groups: tuple[Group, ...]
    counted: str

    @property
    def count(self) -> int:
        """Return how many places there are."""
        return sum(len(one.spots) for one in self.groups)


def uses_in(draft: Draft, bench: Bench, found: Iterable[Reference]) -> Uses:
    """Return the places that *found* tells, one for each line and part of a definition."""
    groups: dict[tuple[str, str], Group] = {}
    inner: dict[str, set[object]] = {}
    seen: set[tuple[object, ...]] = set()
    for one in found:
        place = whereabouts(draft, bench, one.span)
        kind, title = (place.key[0], place.title) if place else ("sample", _("Sample data"))
        words = place.words if place else ""
        if (key := (one.span.path, one.span.line, words)) in seen:
            continue
        seen.add(key)
        group = groups.setdefault(place.key if place else ("sample", one.span.path), Group(kind=kind, title=title))  # fmt: skip
        group.spots.append(_spot(draft, one, place))
        inner.setdefault(place.inner[0] if place else kind, set()).add(
            (place.key, place.inner[1]) if place else one.span.path
        )
    counted = [said for what in _ORDER if what in inner and (said := _counted(what, len(inner[what])))]  # fmt: skip
    order = {kind: number for number, kind in enumerate(_KINDS)}
    ordered = sorted(groups.values(), key=lambda one: order.get(one.kind, len(order)))
    return Uses(groups=tuple(ordered), counted=listed(counted))


def listed(words: list[str]) -> str:
    """Return some words as a list in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s and %(last)s", some=_(", ").join(words[:-1]), last=words[-1])


def _spot(draft: Draft, one: Reference, place: Whereabouts | None) -> Spot:
    text = url_for("studio.file", draft_id=draft.id, name=one.span.path, line=one.span.line)
    return Spot(
        words=(place.words if place else "") or _("in the definition itself"),
        address=place.address if place else text,
        code=one.words,
        where=f"{one.span.path}:{one.span.line}",
    )


_KINDS = ("record_type", "form", "workflow", "rule", "table", "sla", "routing", "team", "message_template", "survey", "playbook", "calendar", "taxonomy", "view", "segment", "block", "scenario", "sample")  # fmt: skip
_ORDER = ("rule", "way", "state", "item", "task", "field", "section", "choice", "workflow", "form", *(one for one in _KINDS if one not in ("rule", "workflow", "form", "scenario", "sample")), "scenario", "sample")  # fmt: skip


def _counted(what: str, num: int) -> str:
    known = {
        "rule": lambda: ngettext("%(num)d rule", "%(num)d rules", num),
        "way": lambda: ngettext("%(num)d way of a process", "%(num)d ways of a process", num),
        "state": lambda: ngettext("%(num)d state", "%(num)d states", num),
        "item": lambda: ngettext("%(num)d checklist item", "%(num)d checklist items", num),
        "task": lambda: ngettext("%(num)d task", "%(num)d tasks", num),
        "field": lambda: ngettext("%(num)d field", "%(num)d fields", num),
        "section": lambda: ngettext("%(num)d section", "%(num)d sections", num),
        "choice": lambda: ngettext("%(num)d choice", "%(num)d choices", num),
        "workflow": lambda: ngettext("%(num)d workflow", "%(num)d workflows", num),
        "form": lambda: ngettext("%(num)d form", "%(num)d forms", num),
        "record_type": lambda: ngettext("%(num)d record type", "%(num)d record types", num),
        "table": lambda: ngettext("%(num)d decision table", "%(num)d decision tables", num),
        "sla": lambda: ngettext("%(num)d SLA policy", "%(num)d SLA policies", num),
        "routing": lambda: ngettext("%(num)d routing chain", "%(num)d routing chains", num),
        "team": lambda: ngettext("%(num)d team", "%(num)d teams", num),
        "message_template": lambda: ngettext("%(num)d message template", "%(num)d message templates", num),
        "survey": lambda: ngettext("%(num)d survey", "%(num)d surveys", num),
        "playbook": lambda: ngettext("%(num)d playbook", "%(num)d playbooks", num),
        "taxonomy": lambda: ngettext("%(num)d taxonomy", "%(num)d taxonomies", num),
        "view": lambda: ngettext("%(num)d view", "%(num)d views", num),
        "segment": lambda: ngettext("%(num)d segment", "%(num)d segments", num),
        "block": lambda: ngettext("%(num)d shared block", "%(num)d shared blocks", num),
        "scenario": lambda: ngettext("%(num)d scenario", "%(num)d scenarios", num),
        "sample": lambda: _("the sample data"),
    }  # fmt: skip
    return known[what]() if what in known else ""
