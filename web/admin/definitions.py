"""Every definition: the list, and a page for each with its words, its text, its findings and its uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.definitions import Document
from sopwith.release.usage import Key, Use
from sopwith.runtime.releases import NoReleaseError
from sopwith.store.inspection import OpenCount, open_counts, some_records

from ..htmx import show
from ..languages import lang
from ..visitor import get_service
from .blueprint import blueprint
from .live import Known, known, live, text_of
from .previews import (
    in_language,
    part_in_language,
    preview,
    sample_message,
    wished_lang,
    wished_role,
)
from .shown import Running, shown
from .source import lines_of
from .wording import KINDS


@blueprint.get("/definitions")
def definitions() -> ResponseReturnValue:
    """List all definitions, by kind or by pack; search in id and title of both languages."""
    at = live()
    words, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    pack = request.args.get("pack", "")
    lines = [_line(at, one) for one in _documents(at)] if at else []
    found = [one for one in lines if _fits(one, words, kind, pack)]
    groups = [(name, [one for one in found if one["kind"] == name]) for name in KINDS]
    return show(
        "admin/definitions.html",
        "results",
        known=at,
        groups=[(name, some) for name, some in groups if some],
        count=len(found),
        total=len(lines),
        kinds=[name for name in KINDS if any(one["kind"] == name for one in lines)],
        packs=sorted({one["pack"] for one in lines}),
        chosen={"q": words, "kind": kind, "pack": pack},
    )


def _documents(at: Known) -> Iterable[Document]:
    return (one for one in at.documents.values() if one.kind in KINDS)


def _line(at: Known, document: Document) -> dict[str, Any]:
    found = at.findings(document.key)
    return {
        "kind": document.kind,
        "id": document.id,
        "title": at.title(document.key),
        "pack": document.path.partition("/")[0],
        "path": document.path,
        "errors": sum(one.severity == "error" for one in found),
        "warnings": sum(one.severity == "warning" for one in found),
        "uses": len(at.usages.get(document.key, ())),
    }


def _fits(line: Mapping[str, Any], words: str, kind: str, pack: str) -> bool:
    text = f"{line['id']} {line['title'].en} {line['title'].zh}".lower()
    return (
        all(word in text for word in words.lower().split())
        and kind in ("", line["kind"])
        and pack in ("", line["pack"])
    )


@blueprint.get("/definitions/<kind>/<name>")
def definition(kind: str, name: str) -> ResponseReturnValue:
    """Show one definition: in words, where it is used, what runs on it, and its text."""
    at, document = _found(kind, name)
    with get_service().database.reading() as connection:
        facts = shown(at, kind, name, connection)
        facts |= _more(connection, at, kind, name)
        running = _running(at, kind, name, open_counts(connection))
    return render_template(
        "admin/definition.html",
        known=at,
        document=document,
        kind=kind,
        name=name,
        title=at.title(document.key),
        description=text_of(document.node.get("description") or document.node.get("goal")),
        lines=lines_of(
            document, at.files.get(document.path, document.text), at.findings(document.key)
        ),
        found=at.findings(document.key),
        users=used_by(at, document.key),
        running=running,
        asked_release=request.args.get("release", ""),
        **facts,
    )


def _found(kind: str, name: str) -> tuple[Known, Document]:
    """Return the release asked for, else the one in force, and the definition; or answer 404."""
    asked = request.args.get("release", "")
    try:
        at = known(asked) if asked else live()
    except NoReleaseError:
        abort(404)
    document = at.written.get((kind, name)) if at else None
    if at is None or document is None or kind not in KINDS:
        abort(404)
    return at, document


def used_by(at: Known, key: Key) -> list[tuple[str, list[tuple[Key, list[Use]]]]]:
    """Return the uses of a definition: by kind, then by the definition that uses it."""
    by_key: dict[Key, list[Use]] = {}
    for use in at.usages.get(key, ()):
        by_key.setdefault((use.kind, use.id), []).append(use)
    found = []
    for kind in KINDS:
        some = [(one, uses) for one, uses in by_key.items() if one[0] == kind]
        if some:
            found.append((kind, some))
    return found


def _more(connection: Connection, at: Known, kind: str, name: str) -> dict[str, Any]:
    if kind == "form":
        form = at.release.forms[name]
        return {
            "preview": part_in_language("admin/preview.html", **_previewed(connection, at, name)),
            "role": wished_role(form),
            "tongue": wished_lang(),
        }
    if kind == "message_template":
        template = at.release.templates[name]
        of_type = "" if template.record_type == "any" else template.record_type
        records = some_records(connection, of_type)
        asked = request.args.get("record", "") or (records[0][0] if records else "")
        samples = []
        for tongue in ("en", "zh-CN"):
            found = (
                sample_message(connection, at.release, template, asked, tongue) if asked else None
            )
            if found is not None:
                samples.append((tongue, *found))
        return {"records": records, "asked": asked, "samples": samples}
    return {}


def _previewed(connection: Connection, at: Known, name: str) -> dict[str, Any]:
    form = at.release.forms[name]
    view, picks = preview(connection, at.release, form)
    tongue = wished_lang()
    return {
        "tongue": tongue,
        "view": view,
        "picks": picks,
        "name": name,
        "role": wished_role(form),
        "spoken": tongue,
    }


@blueprint.post("/definitions/form/<name>/preview")
def form_preview(name: str) -> ResponseReturnValue:
    """Show the form with what was typed; nothing is kept."""
    at, _document = _found("form", name)
    with get_service().database.reading() as connection:
        return in_language("admin/preview.html", **_previewed(connection, at, name))


def _running(at: Known, kind: str, name: str, counts: list[OpenCount]) -> list[Running]:
    """Return the open records that run on a definition, whatever release they are on."""
    release = at.release
    if kind == "record_type":
        types = {name}
    else:
        types = {
            one.id
            for one in release.record_types.values()
            if (kind, name)
            in (("workflow", one.workflow), ("sla", one.sla), ("routing", one.routing))
            or (kind == "form" and name in one.forms)
        }
    found: dict[tuple[str, str], list[OpenCount]] = {}
    for one in counts:
        if one.type in types:
            found.setdefault((one.release, one.type), []).append(one)
    return [
        Running(
            release=key[0],
            type=release.record_types[key[1]].title.get(lang()),
            count=sum(one.count for one in some),
            states=tuple((_state(at, key[1], one.state), one.count) for one in some),
        )
        for key, some in found.items()
    ]


def _state(at: Known, record_type: str, state: str) -> str:
    workflow = at.release.workflows.get(at.release.record_types[record_type].workflow)
    found = workflow.states.get(state) if workflow else None
    return found.title.get(lang()) if found else state
