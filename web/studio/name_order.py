"""In which order the names of fields are offered: what the draft has just brought, then the form that opens a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sopwith.formbuilder.model import Field
from sopwith.release.model import Release
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.releases import Draft

from ..visitor import get_service
from .bench import Bench

ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOrder:
    """fresh: the fields that the draft adds, the last one first. form: those of the form that opens a record, as they stand there."""

    fresh: tuple[str, ...] = ()
    form: tuple[str, ...] = ()

    def sorted(self, names: Iterable[str]) -> list[str]:
        """Return *names*: new ones, those of the form, then the others as they came."""
        first = dict.fromkeys((*self.fresh, *self.form))
        places = {name: place for place, name in enumerate(first)}
        return sorted(names, key=lambda one: places.get(one, len(places)))


AS_THEY_COME = NameOrder()


def order_for(draft: Draft, bench: Bench, record_type: str) -> NameOrder:
    """Return the order of the fields of a *record_type* of a draft; for records of any type those that it adds come first."""
    release = bench.partly
    kind = release.record_types.get(record_type)
    form = release.forms.get(kind.intake) if kind is not None else None
    ids = tuple(one.id for one in form.fields) if form is not None else ()
    begun = _begun_with(draft)
    if begun is None:
        return NameOrder(form=ids)
    known = _fields(begun, record_type)
    fresh = [name for name in _fields(release, record_type) if name not in known]
    return NameOrder(fresh=tuple(reversed(fresh)), form=ids)


def _begun_with(draft: Draft) -> Release | None:
    """Return the release that the draft was begun with, None for one that began empty."""
    if draft.from_release is None:
        return None
    try:
        return get_service().releases.get(draft.from_release)
    except NoReleaseError:
        return None


def _fields(release: Release, record_type: str) -> Mapping[str, Field]:
    wanted = release.record_types.values() if record_type in (ANY, "") else ()
    one = release.record_types.get(record_type)
    some = (one,) if one is not None else tuple(wanted)
    return {name: field for kind in some for name, field in kind.all_fields.items()}
