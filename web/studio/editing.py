"""Edits that pages send: typed operations or a whole text, always with the revision they saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from flask import Response, abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.definitions import read_nodes
from sopwith.definitions.operations import (
    Clear,
    Insert,
    Move,
    Operation,
    OperationError,
    Put,
    Remove,
    Rename,
    Set,
)
from sopwith.definitions.places import CannotSpliceError
from sopwith.definitions.writing import Clipping
from sopwith.runtime import drafting
from sopwith.store.people import StaleRowError
from sopwith.store.releases import Draft, release_of

from ..admin.acting import author
from ..admin.archives import shipped
from ..htmx import go
from ..languages import lang
from ..paths import own_path
from ..visitor import get_service
from ..wording import gettext as _
from .blueprint import blueprint, the_draft
from .rule_names import with_names
from .step_names import UNNAMED, step_name
from .stock_words import without_stale_words

MOST_CHANGES = 10_000
MOST_APART = 500
LARGEST = 4 * 1024 * 1024
Json = Mapping[str, Any]


class UnreadableEditError(ValueError):
    """What was sent is no edit."""


@blueprint.post("/<draft_id>/edit")
def edit(draft_id: str) -> ResponseReturnValue:
    """Save a step: 200 with the new revision, 409 with the three texts of a conflict, 422 with the spot that resists."""
    seen = the_draft(draft_id)
    sent = request.get_json(silent=True)
    try:
        base, title, asked = _read(sent)
        changes = without_stale_words(asked, seen.documents, partial(_before, seen))
        if base == seen.revision:
            changes = with_names(changes, seen.documents)
        named = step_name(title, changes, seen.documents)
        draft = drafting.edit(get_service(), draft_id, base, named, changes, author=author())
    except UnreadableEditError as error:
        return _refused(400, str(error))
    except OperationError:
        return _refused(422, _("What was to be changed is not there any more. The page shows the draft as it is now."))  # fmt: skip
    except CannotSpliceError as error:
        span = error.span
        words = _("This cannot be changed here without touching more of the text. Change it in the text, line %(line)d.", line=span.line)  # fmt: skip
        return _refused(422, words, file=span.path, line=span.line, column=span.column)
    except drafting.ConflictingEditError as error:
        words = _("Somebody else changed the same lines meanwhile. Nothing of yours is lost: choose what shall stay.")  # fmt: skip
        three = {"base": error.base, "theirs": error.theirs, "mine": error.mine}
        return _refused(409, words, file=error.file, revision=the_draft(draft_id).revision, **three)
    except StaleRowError:
        return _refused(409, _("Somebody else saved at the same moment. Save again."))
    except drafting.NoDraftError:
        abort(404)
    return saved(draft, sent or {})


def _before(draft: Draft, file: str) -> Iterator[str]:
    """Yield the texts that a file came from: in the release that the draft was begun on, in a pack that comes along."""
    if draft.from_release is not None:
        with get_service().database.reading() as connection:
            begun = release_of(connection, draft.from_release)
        if begun is not None and file in begun.documents:
            yield begun.documents[file]
    folder, _slash, name = file.partition("/")
    if name in shipped().get(folder, {}):
        yield shipped()[folder][name]


def saved(draft: Draft, sent: Json, **more: Any) -> Response:
    """Return what a page of the draft is told of a saved step, with the texts of the files that *sent* changes."""
    files = {
        str(one.get("file", "")) for one in sent.get("changes", ()) if isinstance(one, Mapping)
    }
    with get_service().database.reading() as connection:
        back, forth = drafting.can_turn(connection, draft.id)
    return jsonify(
        revision=draft.revision,
        files={name: draft.documents.get(name) for name in files},
        undo=_words(back),
        redo=_words(forth),
        **more,
    )


@blueprint.app_template_global("draft_turns")
def draft_turns(draft: Draft) -> tuple[Text | None, Text | None]:
    """Return what undo would take back in a draft and redo do again, None for nothing."""
    with get_service().database.reading() as connection:
        return drafting.can_turn(connection, draft.id)


def _words(title: Text | None) -> str | None:
    return None if title is None else title.get(lang())


def _refused(status: int, message: str, **more: Any) -> ResponseReturnValue:
    return jsonify(message=message, **more), status


def _read(sent: Any) -> tuple[int, Text, list[drafting.Change]]:
    if not isinstance(sent, Mapping):
        raise UnreadableEditError("send JSON")
    base, changes = sent.get("base"), sent.get("changes")
    if not isinstance(base, int) or isinstance(base, bool) or not isinstance(changes, list):
        raise UnreadableEditError("send base, a number, and changes, a list")
    if not 0 < len(changes) <= MOST_CHANGES:
        raise UnreadableEditError(f"send 1 to {MOST_CHANGES} changes")
    title = sent.get("title")
    words = title if isinstance(title, Mapping) else {}
    names = [words.get(tongue) for tongue in ("en", "zh-CN")]
    english, chinese = (name[:120] if isinstance(name, str) else "" for name in names)
    read = [_change(one) for one in changes]
    if len(read) > MOST_APART and len({_place(one) for one in read}) > 1:
        raise UnreadableEditError(f"more than {MOST_APART} changes are all of one definition")
    return base, Text(english or UNNAMED.en, chinese or UNNAMED.zh), read


def _place(change: drafting.Change) -> tuple[str, int]:
    return change.file, change.document if isinstance(change, drafting.Gesture) else -1


def _change(sent: Any) -> drafting.Change:
    if not isinstance(sent, Mapping) or not isinstance(sent.get("file"), str):
        raise UnreadableEditError("each change names its file")
    if not _is_name(sent["file"]):
        raise UnreadableEditError("a file's name is pack/name.yaml")
    if "text" in sent:
        text = sent["text"]
        if text is not None and (not isinstance(text, str) or len(text) > LARGEST):
            raise UnreadableEditError("text is a text of at most 4 MB, or null")
        return drafting.Rewrite(file=sent["file"], text=text)
    document = sent.get("document", 0)
    if not isinstance(document, int) or isinstance(document, bool):
        raise UnreadableEditError("document is a number")
    operation = _operation(sent.get("operation"))
    return drafting.Gesture(file=sent["file"], document=document, operation=operation)


def _is_name(name: str) -> bool:
    parts = name.split("/")
    fine = all(part and part not in (".", "..") and part.isprintable() for part in parts)
    return fine and 1 < len(parts) < 6 and len(name) < 200 and name.endswith((".yaml", ".yml", ".json", ".md"))  # fmt: skip


def _operation(sent: Any) -> Operation:
    make = _MAKERS.get(sent.get("op", "")) if isinstance(sent, Mapping) else None
    if make is None:
        raise UnreadableEditError("operation is one of " + ", ".join(sorted(_MAKERS)))
    return make(sent)


def _path(sent: Any) -> tuple[str | int, ...]:
    plain = isinstance(sent, list) and all(
        isinstance(step, str | int) and not isinstance(step, bool) for step in sent
    )
    if not plain or len(sent) > 40:
        raise UnreadableEditError("a path is a list of keys and numbers")
    return tuple(sent)


def _index(sent: Any) -> int:
    if not isinstance(sent, int) or isinstance(sent, bool):
        raise UnreadableEditError("index is a number")
    return sent


def _put(sent: Json) -> Put:
    after = sent.get("after")
    if after is not None and not isinstance(after, str):
        raise UnreadableEditError("after is a key")
    return Put(path=_path(sent.get("path")), value=_value(sent), after=after)


def _set(sent: Json) -> Set:
    value = _plain(sent["yaml"]) if isinstance(sent.get("yaml"), str) else _value(sent)
    return Set(path=_path(sent.get("path")), value=value)


def _value(sent: Json) -> Any:
    """Return the value that is sent, with the lines in which it shall be written where these come along."""
    value, lines = sent.get("value"), sent.get("lines")
    if lines is None or not isinstance(value, dict):
        return value
    if not isinstance(lines, list) or not all(isinstance(one, str) and "\n" not in one and "\r" not in one for one in lines):  # fmt: skip
        raise UnreadableEditError("lines is a list of lines")
    return Clipping(value, lines)


def _plain(text: str) -> Any:
    """Return the value that *text*, a piece of YAML, says."""
    lines = text.replace("\r\n", "\n").split("\n")
    roots, found = read_nodes("value:\n" + "\n".join("  " + line for line in lines), "value.yaml")
    wrong = next((one for one in found if one.severity == "error"), None)
    if wrong is not None or len(roots) != 1 or roots[0].get("value") is None:
        raise UnreadableEditError(wrong.message(lang()) if wrong else _("This is not YAML."))
    return roots[0].value["value"]


def _insert(sent: Json) -> Insert:
    return Insert(path=_path(sent.get("path")), index=_index(sent.get("index")), value=sent.get("value"))  # fmt: skip


def _move(sent: Json) -> Move:
    return Move(path=_path(sent.get("path")), to=_path(sent.get("to")), index=_index(sent.get("index")))  # fmt: skip


def _rename(sent: Json) -> Rename:
    key = sent.get("key")
    if not isinstance(key, str):
        raise UnreadableEditError("key is a text")
    return Rename(path=_path(sent.get("path")), key=key)


_MAKERS: Mapping[str, Callable[[Json], Operation]] = {
    "put": _put,
    "insert": _insert,
    "remove": lambda sent: Remove(path=_path(sent.get("path"))),
    "move": _move,
    "rename": _rename,
    "set": _set,
    "clear": lambda sent: Clear(path=_path(sent.get("path"))),
}


@blueprint.post("/<draft_id>/files/<path:name>")
def write(draft_id: str, name: str) -> ResponseReturnValue:
    """Save the text of a file that was typed without scripts."""
    draft = the_draft(draft_id)
    base = request.form.get("base", "")
    text = request.form.get("text", "").replace("\r\n", "\n")
    if name not in draft.documents:
        abort(404)
    if "\r\n" in draft.documents[name]:
        text = text.replace("\n", "\r\n")
    seen = int(base) if base.isascii() and base.isdigit() else draft.revision
    step = Text("Text edited", "编辑文本")
    change = drafting.Rewrite(file=name, text=text)
    try:
        drafting.edit(get_service(), draft_id, seen, step, [change], author=author())
    except drafting.ConflictingEditError as conflict:
        return _conflict_page(draft_id, conflict)
    return go(url_for("studio.file", draft_id=draft_id, name=name))


def _conflict_page(draft_id: str, conflict: drafting.ConflictingEditError) -> ResponseReturnValue:
    now = the_draft(draft_id)
    return render_template("studio/conflict.html", draft=now, conflict=conflict), 409


@blueprint.post("/<draft_id>/undo")
def undo(draft_id: str) -> ResponseReturnValue:
    """Take the last step back."""
    return _turned(draft_id, drafting.undo)


@blueprint.post("/<draft_id>/redo")
def redo(draft_id: str) -> ResponseReturnValue:
    """Do again what was taken back last."""
    return _turned(draft_id, drafting.redo)


def _turned(draft_id: str, turn: Callable[..., Draft]) -> ResponseReturnValue:
    the_draft(draft_id)
    draft = turn(get_service(), draft_id, author=author())
    if request.is_json:
        file = json.loads(request.get_data() or b"{}").get("file", "")
        return saved(draft, {"changes": [{"file": file}]})
    to = own_path(request.form.get("to", ""))
    if to.startswith(url_for("studio.bench", draft_id=draft_id)):
        return go(to)
    back = request.form.get("file", "")
    if back in draft.documents:
        return go(url_for("studio.file", draft_id=draft_id, name=back))
    return go(url_for("studio.bench", draft_id=draft_id))
