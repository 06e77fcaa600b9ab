"""What somebody may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core.events import Actor
from sopwith.core.text import Text
from sopwith.formbuilder.model import Form
from sopwith.release.model import RecordType, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One kind of request on the start page."""

    id: str
    title: Text
    description: Text
    icon: str


def offers(release: Release | None, actor: Actor) -> list[Offer]:
    """Return the record types that *actor* may open here, in the order of the definitions."""
    if release is None:
        return []
    return [
        Offer(id=one.id, title=one.title, description=one.description, icon=one.icon)
        for one in release.record_types.values()
        if is_offered(one, actor)
    ]


def is_offered(kind: RecordType, actor: Actor) -> bool:
    """Return whether *actor* may open a record of this type in the portal."""
    if not allow(kind.access, Act.CREATE, actor, None):
        return False
    return kind.portal or actor.kind != "customer"


def intake_of(release: Release, type_id: str, actor: Actor) -> tuple[RecordType, Form] | None:
    """Return the type and its intake form, None when *actor* may not open such a record."""
    kind = release.record_types.get(type_id)
    if kind is None or not is_offered(kind, actor):
        return None
    form = release.forms.get(kind.intake)
    return None if form is None else (kind, form)
