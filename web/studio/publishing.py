"""From draft to release: what changes, in words and in lines, a note that says why, and then in force."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.definitions import Document
from sopwith.release.difference import DocumentDifference, compare_documents
from sopwith.runtime.drafting import bring_up_to_date
from sopwith.runtime.moving import Wish
from sopwith.runtime.publishing import OvertakenError, publish
from sopwith.store.releases import Draft, drop_draft, live_hash, open_records_by_release, release_of

from ..admin.acting import audited, author
from ..admin.comparing import difference
from ..htmx import fragment, go
from ..languages import lang
from ..release_notes import LONGEST, release_note
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .bench import Bench, bench_of
from .blueprint import blueprint, the_draft
from .change_words import Sentence, sentences
from .changed_processes import SCENARIO, Changed, Shown, by_process
from .chart_changes import changed_charts
from .coverage import how_scenarios_went
from .failing_reason import main_reason
from .movable import chosen, future_release, movable, problems_of
from .problems import problems_of as findings
from .proposed_note import proposed_note
from .scenario_mending import Failing, failing_of
from .scenario_runs import Result, runs_of
from .setting_side import Side
from .touched import touched_types
from .unfinished import why_unfinished

LONGEST_NOTE = 500
MOST_FAILING = 3


@blueprint.app_template_filter("brief_value")
def brief_value(value: Any) -> str:
    """Return a plain value in a few words, for a list of changes."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"


@blueprint.get("/<draft_id>/publish")
def ready(draft_id: str) -> ResponseReturnValue:
    """Show what publishing the draft would change."""
    return _page(the_draft(draft_id))


def _page(draft: Draft, note: str | None = None, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:  # fmt: skip
    service = get_service()
    made = bench_of(draft.documents)
    new = future_release(draft, made)
    with service.database.reading() as connection:
        live = live_hash(connection)
        kept = release_of(connection, live) if live else None
        running = sum(open_records_by_release(connection).values())
        types = movable(connection, service, new) if new is not None and running else []
    before = bench_of(kept.documents) if kept else None
    changes = changes_of(before, made)
    if types:
        releases = [(one.partly, one.documents) for one in (before, made) if one is not None]
        touched = touched_types((one.what for one in changes), releases)
        wished = chosen()
        types = [one for one in types if one.type in touched or one.type in wished or not one.states]  # fmt: skip
    proposed = proposed_note(before.partly if before else None, made.partly, changes) if note is None else ""  # fmt: skip
    page = render_template(
        "studio/publish.html",
        draft=draft,
        changes=processes_of(before, made, changes),
        differs=kept is None or dict(kept.documents) != dict(draft.documents),
        found=findings(draft, made)["found"],
        is_broken=made.is_broken,
        unfinished=why_unfinished(made),
        trials=how_scenarios_went(draft, made),
        failing=_failing(draft, made),
        reason=_reason(draft, made),
        in_spite=bool(request.form.get("in_spite")),
        is_stale=(draft.from_release or None) != live,
        running=running,
        affected=sum(one.count for one in types),
        types=types,
        wish=chosen(),
        note=note or proposed,
        proposed=proposed,
        errors=errors or {},
    )
    return page, 422 if errors else 200


@blueprint.get("/<draft_id>/publish/scenarios")
def scenarios_before(draft_id: str) -> ResponseReturnValue:
    """Run some more of the scenarios for the page before publishing; tell how all went so far."""
    draft = the_draft(draft_id)
    went = how_scenarios_went(draft, bench_of(draft.documents), run=True)
    return fragment(
        "studio/publish.html",
        "scenarios",
        draft=draft,
        trials=went,
        failing=_failing(draft, bench_of(draft.documents)),
        reason=_reason(draft, bench_of(draft.documents)),
        in_spite=bool(request.args.get("in_spite")),
        errors={},
    )


def _failing(draft: Draft, made: Bench) -> list[Failing]:
    """Return the first of the scenarios that fail as far as is known, with why."""
    if made.release is None:
        return []
    return failing_of(made, made.release, _failed(draft, made)[:MOST_FAILING])


def _reason(draft: Draft, made: Bench) -> str:
    """Return why most of the scenarios fail that were run already."""
    return main_reason(made.release, _failed(draft, made)) if made.release is not None else ""


def _failed(draft: Draft, made: Bench) -> list[Result]:
    return [one for one in runs_of(draft.documents, made).in_order() if not one.passed]


def processes_of(before: Bench | None, after: Bench, changes: Sequence[Shown]) -> list[Changed]:
    """Return the changes by process, each changed workflow with its chart."""
    old = before.release if before else None
    charts = changed_charts(old, after.release, [one.what for one in changes])
    return by_process(after.partly, changes, charts)


def changes_of(before: Bench | None, after: Bench) -> list[Shown]:
    """Return what is different between two sets of definitions, in their own terms and in lines of text."""
    old, new = before.documents if before else [], after.documents
    written = [{one.key: one for one in some} for some in (old, new)]
    found = []
    for what in compare_documents(old, new):
        was, now = (some.get((what.kind, what.id)) for some in written)
        lines = tuple(difference(was.text if was else "", now.text if now else ""))
        said: tuple[Sentence, ...] = ()
        if what.kind != SCENARIO:
            sides = _side(before, was), _side(after, now)
            said = sentences(before.partly if before else None, after.partly, what, sides)
        known = now or was
        found.append(
            Shown(
                what=what,
                lines=lines,
                said=said,
                process=_process(what, known, before, after),
                was=was.value if was else None,
                now=now.value if now else None,
            )
        )
    return found


def _side(bench: Bench | None, document: Document | None) -> Side | None:
    if bench is None or document is None:
        return None
    return Side(release=bench.partly, document=document, documents=bench.bundle.documents)


def _process(what: DocumentDifference, known: Document | None, before: Bench | None, after: Bench) -> tuple[int, str]:  # fmt: skip
    """Return the place and the title of the type of record that a change is about; what is about none comes last."""
    types = {**(before.partly.record_types if before else {}), **after.partly.record_types}
    name = what.id if what.kind == "record_type" else known.value.get("record_type") if known else None  # fmt: skip
    if name not in types:
        return len(types), _("For all processes")
    return list(types).index(name), types[name].title.get(lang()) or name


@blueprint.post("/<draft_id>/publish")
def put_in_force(draft_id: str) -> ResponseReturnValue:
    """Put the draft in force as one release."""
    draft, note = the_draft(draft_id), request.form.get("note", "").strip()
    with get_service().database.reading() as connection:
        live = live_hash(connection)
    errors: dict[str, str] = {}
    if not note or len(note) > LONGEST_NOTE:
        errors["note"] = _("Say in a sentence what changes and why, up to %(count)d characters.", count=LONGEST_NOTE)  # fmt: skip
    if request.form.get("revision", "") != str(draft.revision):
        errors["revision"] = _("The draft was changed after you opened this page. Look at it again, then publish.")  # fmt: skip
    if (draft.from_release or None) != live:
        errors["stale"] = _overtaken()
    if why := why_unfinished(bench_of(draft.documents)):
        errors["unfinished"] = why
    if not errors and not request.form.get("in_spite"):
        went = how_scenarios_went(draft, bench_of(draft.documents), run=True)
        if went.failed:
            errors["in_spite"] = _("Scenarios fail. Look at them; if it is right all the same, tick that you publish although they fail.")  # fmt: skip
    wish = chosen()
    if not errors and wish:
        errors |= problems_of(draft, wish)
    if errors:
        return _page(draft, note, errors)
    me = visitor()
    move = Wish(id=get_service().ids.new_id(), types=wish, user_id=me.actor.id, user_name=me.name)
    try:
        release, _found = publish(
            get_service(),
            draft.documents,
            author=author(),
            note=note,
            move=move if wish else None,
            expected=live,
            checked=future_release(draft, bench_of(draft.documents)),
        )
    except OvertakenError:
        return _page(draft, note, {"stale": _overtaken()})
    if release is None:
        return _page(draft, note, {"broken": _("The definitions have errors; nothing was published.")})  # fmt: skip
    said = {"note": note, "draft": draft.title} | ({"moves": sorted(wish)} if wish else {})
    with audited("release.publish", release.hash, said) as connection:
        drop_draft(connection, draft_id)
    if wish:
        flash(_("“%(name)s” is in force. The open records you chose move to it now.", name=release_note(note, LONGEST)), "good")  # fmt: skip
        return go(url_for("studio.moves"))
    flash(_("“%(name)s” is in force. Records that run already stay on the version they began with.", name=release_note(note, LONGEST)), "good")  # fmt: skip
    return go(url_for("studio.versions"))


def _overtaken() -> str:
    return _("Another release was published meanwhile. Take it into the draft first, so that nothing of it is lost.")  # fmt: skip


@blueprint.post("/<draft_id>/update")
def update(draft_id: str) -> ResponseReturnValue:
    """Take into the draft what was published since it was begun."""
    the_draft(draft_id)
    draft, clashes = bring_up_to_date(get_service(), draft_id, author=author())
    if clashes:
        files = ", ".join(clashes)
        flash(_("Both changed the same lines of %(files)s. The draft keeps its text there; compare before you publish.", files=files), "warning")  # fmt: skip
    else:
        flash(_("The draft holds what was published meanwhile."), "good")
    return go(url_for("studio.ready", draft_id=draft.id))
