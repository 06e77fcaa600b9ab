"""The pages of the set-up: one for each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.runtime.publishing import OvertakenError
from sopwith.store.installation import put_setting, setting
from sopwith.store.people import StaleRowError, save_user, user
from sopwith.store.releases import live_hash

from ..admin.acting import audited
from ..htmx import go, show
from ..languages import LOCALES, NAMES, lang, zones
from ..look import keep_language
from ..visitor import get_service, get_settings, now, visitor
from ..wording import gettext as _
from ..written import keep_written, read_written
from . import wizard_hours, wizard_mail, wizard_people, wizard_ticket
from .blueprint import blueprint
from .gallery import the_offer
from .gallery_install import put_in_force, way_of
from .setup import DONE, LEFT_OUT, STEPS, following, mark, progress, step_words
from .shelf import RECOMMENDED, shelf
from .step_page import Answer, Facts
from .written_languages import BOTH

LONGEST_NAME = 60


@blueprint.get("/setup")
def wizard() -> ResponseReturnValue:
    """Show the step that is next."""
    with get_service().database.reading() as connection:
        here = progress(connection)
    return _page(here.next_step, _FACTS[here.next_step]())


@blueprint.get("/setup/<step>")
def wizard_step(step: str) -> ResponseReturnValue:
    """Show one step."""
    _known(step)
    return _page(step, _FACTS[step]())


def _known(step: str) -> None:
    if step not in STEPS:
        abort(404)


def _page(step: str, facts: Facts, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        here = progress(connection)
        is_empty = live_hash(connection) is None
    return show(
        f"studio/wizard_{step}.html",
        "answer" if step == "mail" else None,
        422 if errors else 200,
        step=step,
        steps=step_words(),
        setup=here,
        is_empty=is_empty,
        errors=errors or {},
        **facts,
    )


@blueprint.post("/setup/<step>")
def wizard_do(step: str) -> ResponseReturnValue:
    """Do one step, or leave it out for now."""
    _known(step)
    if "later" in request.form:
        mark(step, LEFT_OUT)
        return go(url_for("studio.wizard_step", step=following(step)))
    answer = _DEEDS[step]()
    if answer.errors:
        return _page(step, answer.facts, answer.errors)
    mark(step, DONE, **answer.notes)
    if answer.facts:
        return _page(step, answer.facts)
    return go(url_for("studio.wizard_step", step=answer.then or following(step)))


# --- the process ----------------------------------------------------------------------------------


def _process() -> Facts:
    with get_service().database.reading() as connection:
        chosen = progress(connection).pack
    offers = [one for one in shelf().values() if one.is_whole]
    return {"offers": offers, "recommended": RECOMMENDED, "chosen": chosen or RECOMMENDED}


def _install() -> Answer:
    folder = request.form.get("pack", "")
    offer = the_offer(folder) if folder in shelf() else None
    if offer is None:
        return Answer(facts=_process(), errors={"pack": _("Choose a process to begin with.")})
    way = way_of(offer, None)
    if way.plan.is_same:
        return Answer(notes={"pack": folder})
    if not way.can_be_at_once:
        words = _("Something has to be decided first. Install it from the gallery.")
        return Answer(facts=_process(), errors={"pack": words})
    try:
        put_in_force(way, _("Installed: %(title)s", title=offer.pack.title.get(lang())))
    except OvertakenError:
        words = _("Another release was published meanwhile. Choose again.")
        return Answer(facts=_process(), errors={"pack": words})
    flash(_("“%(title)s” is installed and in force.", title=offer.pack.title.get(lang())), "good")
    return Answer(notes={"pack": folder})


# --- name and language ----------------------------------------------------------------------------


def _language() -> Facts:
    with get_service().database.reading() as connection:
        kept = setting(connection, "brand") or {}
        tongues = read_written(connection)
    name = kept.get("name")
    texts = name if isinstance(name, dict) else {"en": name or "", "zh-CN": name or ""}
    who = visitor().user
    return {
        "typed": {
            "name_en": str(texts.get("en", "")),
            "name_zh": str(texts.get("zh-CN", "")),
            "languages": tongues[0] if len(tongues) == 1 else BOTH,
            "lang": who.lang if who else lang(),
            "zone": who.zone if who and who.zone else get_settings().zone,
        },
        "languages": list(NAMES.items()),
        "tongues": [
            (BOTH, _("Chinese and English")),
            ("zh-CN", _("Chinese only")),
            ("en", _("English only")),
        ],
        "zones": sorted(zones()),
    }


def _name_it() -> Answer:
    typed = {name: " ".join(request.form.get(name, "").split()) for name in ("name_en", "name_zh", "lang", "zone", "languages")}  # fmt: skip
    errors = {}
    if max(len(typed["name_en"]), len(typed["name_zh"])) > LONGEST_NAME:
        errors["name_en"] = _("Up to %(count)d characters for each field.", count=LONGEST_NAME)
    if typed["lang"] not in LOCALES:
        errors["lang"] = _("Choose a language from the list.")
    if typed["zone"] not in zones():
        errors["zone"] = _("Choose a time zone from the list.")
    if errors:
        return Answer(facts={**_language(), "typed": typed}, errors=errors)
    name = Text(typed["name_en"] or typed["name_zh"], typed["name_zh"] or typed["name_en"])
    who = visitor().user
    with audited("setup.language", typed["lang"], {"zone": typed["zone"]}) as connection:
        keep_written(connection, typed["languages"], now())
        if name:
            kept = setting(connection, "brand") or {}
            put_setting(connection, "brand", kept | {"name": {"en": name.en, "zh-CN": name.zh}}, now())  # fmt: skip
        me = user(connection, who.id) if who else None
        if me is not None:
            try:
                save_user(connection, replace(me, lang=typed["lang"], zone=typed["zone"]))
            except StaleRowError:
                abort(409)
    keep_language(typed["lang"])
    return Answer()


_FACTS: Mapping[str, Callable[[], Facts]] = {
    "process": _process,
    "language": _language,
    "people": wizard_people.facts,
    "hours": wizard_hours.facts,
    "mail": wizard_mail.facts,
    "finish": wizard_ticket.facts,
}
_DEEDS: Mapping[str, Callable[[], Answer]] = {
    "process": _install,
    "language": _name_it,
    "people": wizard_people.invite,
    "hours": wizard_hours.save,
    "mail": wizard_mail.send_test,
    "finish": wizard_ticket.open_ticket,
}
