"""Pages that only show: the list, a record, and what acts on many records at once."""

from __future__ import annotations

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core import commands as c
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.worklists import states_of

from ..htmx import go, show
from ..languages import lang
from ..visitor import get_service, visitor
from ..wording import gettext as _
from ..wording import ngettext
from .blueprint import desk
from .lists import list_address, show_list
from .people_commands import tags_in
from .record_page import answer, record
from .ways import Typed

MOST_AT_ONCE = 200


@desk.get("")
def home() -> ResponseReturnValue:
    """Show one list of records."""
    try:
        with get_service().database.reading() as connection:
            found = show_list(connection, request.args)
    except NoReleaseError:
        return show("desk/nothing.html")
    return show("desk/list.html", "more", list=found, back=list_address(), views=found.views)


@desk.get("/records/<record_id>", endpoint="record")
def record_page(record_id: str) -> ResponseReturnValue:
    """Show one record, beside the list that it came from."""
    state, release = record()
    part = request.args.get("part", "")
    block = part if part in ("work", "tab", "panel", "ticket") else None
    return answer(state, release, typed=Typed(way=request.args.get("ask", "")[:80]), block=block)


@desk.post("/bulk")
def bulk() -> ResponseReturnValue:
    """Assign or tag many records at once; each is its own command, and what was refused is said."""
    ids = list(dict.fromkeys(request.form.getlist("ids")))[:MOST_AT_ONCE]
    commands = _commands()
    back = url_for("desk.home", **list_address())
    if not ids or commands is None:
        flash(_("Choose some records and what to do with them."), "warning")
        return go(back)
    service, actor = get_service(), visitor().actor
    with service.database.reading() as connection:
        states = states_of(connection, ids)
    done, failed = 0, []
    for record_id in ids:
        state = states.get(record_id)
        if state is None:
            continue
        kind = service.releases.get(state.release).record_types[state.type]
        if not allow(kind.access, Act.READ, actor, state):
            continue  # not there for this visitor
        outcome = service.handle(commands, record_id)
        if outcome.accepted:
            done += 1
        else:
            failed.append(f"{state.number}: {outcome.problems[0].message(lang())}")
    if done:
        flash(ngettext("%(num)d record is changed.", "%(num)d records are changed.", done), "good")
    for words in failed[:10]:
        flash(words, "warning")
    return go(back)


def _commands() -> c.Command | None:
    actor, what = visitor().actor, request.form.get("what", "")
    if what == "assign":
        owner, team = request.form.get("owner") or None, request.form.get("team") or None
        return c.Assign(actor=actor, owner=owner, team=team) if owner or team else None
    tags = tags_in(request.form.get("tags", ""))
    if what == "tag" and tags:
        return c.Tag(actor=actor, add=tags)
    return None
