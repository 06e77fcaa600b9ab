"""A pack tried over the present definitions before it is installed: the studio's own trial, begun with a sample ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from sopwith.lab.trial import Trial, local_time
from sopwith.runtime import drafting
from sopwith.runtime.clashing import Choice, How
from sopwith.runtime.trials import keep_trial
from sopwith.store.releases import Draft, draft_heads

from ..admin.acting import author
from ..forms import only_reshapes, read_page
from ..htmx import go
from ..languages import lang
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .blueprint import blueprint, the_draft
from .gallery import customer_in, shown_form, the_offer, try_page, wished_type
from .gallery_install import Way, put_into, way_of
from .shelf import Offer, Opened, opened
from .trial_steps import filled


@blueprint.post("/gallery/<folder>/trial")
def trial_of_pack(folder: str) -> ResponseReturnValue:
    """Begin a trial of the pack over what is in force, with the ticket that was filled in as its first step.

    It is played in a draft with the pack in it, which can be discarded, changed or published like any other.
    """
    offer, made = the_offer(folder), opened(folder)
    kind = wished_type(made)
    typed = read_page(made.release.forms[kind.intake])
    shown = shown_form(made, kind, typed, told=True)
    if only_reshapes() or not shown.result.accepted:
        return try_page(made, kind, typed, told=not only_reshapes())
    way = _way(offer)
    draft = _draft_with(offer, way)
    new = {one.id: one.new for one in way.clashes if one.kind == "record_type" and not one.is_open}
    zone = get_service().zone
    trial = Trial(
        record_type=new.get(kind.id, kind.id),
        now=local_time(now(), zone),
        zone=zone,
        steps=(_opening(made, shown.result.values),),
    )
    keep_trial(get_service(), draft.id, visitor().actor.id or "", trial)
    return go(url_for("studio.try_out", draft_id=draft.id))


def _opening(made: Opened, values: Mapping[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = {"do": "create", "values": filled(values)}
    customer = customer_in(made)
    if customer is not None:
        step["customer"] = customer
    return step if lang() == "en" else step | {"lang": lang()}


def _way(offer: Offer) -> Way:
    """Return the pack put into what is in force; what clashes comes as a copy, so that nothing there is touched."""
    way = way_of(offer, None)
    if not way.clashes:
        return way
    copies = {(one.kind, one.id): Choice(how=How.COPY) for one in way.clashes}
    return way_of(offer, None, clashes=copies)


def _draft_with(offer: Offer, way: Way) -> Draft:
    """Return a draft of what is in force with the pack in it: the one of an earlier trial, or a new one."""
    title = _("Trial: %(title)s", title=offer.pack.title.get(lang()))
    with get_service().database.reading() as connection:
        heads = [one for one in draft_heads(connection) if one.title == title and one.author == author()]  # fmt: skip
    for head in heads:
        draft = the_draft(head.id)
        if dict(draft.documents) == dict(way.plan.after):
            return draft
    draft = drafting.open_draft(get_service(), title=title, author=author())
    if not way.plan.is_same:
        put_into(draft, way)
    return the_draft(draft.id)
