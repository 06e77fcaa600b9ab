"""Definitions being changed: every gesture is saved at once, can be taken back, and never overwrites another's.

A draft is the text of all files. Each edit is kept with the cuts that it made and those that take
it back; taking back and doing again are edits like any other, so the log leads to every earlier text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from ..core.text import Text
from ..definitions.batches import operate_all
from ..definitions.merging import merge
from ..definitions.operations import Operation, OperationError, value_at
from ..definitions.reading import read_nodes
from ..definitions.splicing import operate
from ..store.people import StaleRowError
from ..store.releases import (
    Draft,
    DraftOperation,
    add_draft,
    draft_of,
    live_hash,
    operations_of,
    release_of,
    save_draft,
)
from .draft_cuts import note, slim, step_through
from .service import Service

Files = Mapping[str, str]
MOST_COMPARED = 500  # changes in one step, each looked at beside what others did


class NoDraftError(LookupError):
    """There is no such draft; somebody discarded or published it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture:
    """A typed operation on one document. document: its number in the file."""

    file: str
    document: int
    operation: Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """The whole text of one file, as somebody typed it; None takes the file away."""

    file: str
    text: str | None


Change = Gesture | Rewrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a draft's history. state: done | undone. kind: edit | undo | redo."""

    revision: int
    title: Text
    author: str | None
    at: datetime
    kind: str
    state: str = "done"


class ConflictingEditError(Exception):
    """Somebody else changed the same spot since *base*: *theirs* is the draft now, *mine* what was to be saved.

    mine is None where the gesture makes no sense any more in what is there now.
    """

    def __init__(self, file: str, base: str, theirs: str, mine: str | None) -> None:
        super().__init__(f"{file} was changed by somebody else")
        self.file, self.base, self.theirs, self.mine = file, base, theirs, mine


def open_draft(
    service: Service, *, title: str, author: str | None, files: Files | None = None
) -> Draft:
    """Return a new draft of the release in force; of nothing, before the first was published.

    files: what it begins with instead. Such a draft comes from no release: what is in force is taken into it before it is
    published, so that it adds to it.
    """
    now = service.clock.now()
    with service.database.writing() as connection:
        live = live_hash(connection) if files is None else None
        kept = release_of(connection, live) if live else None
        draft = Draft(
            id=service.ids.new_id(),
            title=title,
            from_release=live,
            documents=files if files is not None else kept.documents if kept else {},
            revision=0,
            author=author,
            created_at=now,
            updated_at=now,
        )
        add_draft(connection, draft)
    return draft


def edit(
    service: Service,
    draft_id: str,
    base: int,
    title: Text,
    changes: Sequence[Change],
    *,
    author: str | None,
) -> Draft:
    """Save *changes* as one step and return the draft after it.

    base: the revision that the editor saw. What others did since is kept; raises ConflictingEditError where both
    changed the same spot, OperationError and CannotSpliceError as ``operate`` does, NoDraftError.
    """
    with service.database.writing() as connection:
        draft = _draft(connection, draft_id)
        files = dict(draft.documents)
        cuts: dict[str, Any] = {}
        back: dict[str, Any] = {}
        seen: Files | None = None
        if base != draft.revision:
            seen = _files_at(connection, draft, base)
        moved = {one.file for one in changes if seen is not None and seen.get(one.file) != files.get(one.file)}  # fmt: skip
        if moved and len(changes) > MOST_COMPARED:
            raise StaleRowError(draft_id)
        for change, *more in _runs(changes, moved):
            text = _changed(change, files, seen, more)
            note(files, change.file, text, cuts, back)
        if not cuts:
            return draft
        return _save(
            service, connection, draft, files, author, _row(title, "edit", None, cuts), back
        )


def undo(service: Service, draft_id: str, *, author: str | None) -> Draft:
    """Take the last step back that still stands; the draft as it is when there is none."""
    return _turn(service, draft_id, author, forward=False)


def redo(service: Service, draft_id: str, *, author: str | None) -> Draft:
    """Do the step again that was taken back last; the draft as it is when there is none."""
    return _turn(service, draft_id, author, forward=True)


def bring_up_to_date(
    service: Service, draft_id: str, *, author: str | None
) -> tuple[Draft, tuple[str, ...]]:
    """Take into the draft what was published since it was begun; return it, and the files in which both changed the same lines.

    Those files keep the draft's text; the others hold both changes. It is one step, which can be taken back.
    """
    with service.database.writing() as connection:
        draft = _draft(connection, draft_id)
        live = live_hash(connection)
        kept = release_of(connection, live) if live else None
        if kept is None or live == draft.from_release:
            return draft, ()
        first = release_of(connection, draft.from_release) if draft.from_release else None
        base: Files = first.documents if first else {}
        files = dict(draft.documents)
        cuts: dict[str, Any] = {}
        back: dict[str, Any] = {}
        clashes = []
        for name in sorted(base.keys() | kept.documents.keys()):
            was, theirs, mine = base.get(name), kept.documents.get(name), files.get(name)
            if theirs in (was, mine):
                continue
            merged = theirs if mine == was else merge(was or "", theirs or "", mine or "")
            if merged is None or (mine != was and (theirs is None or mine is None)):
                clashes.append(name)
            else:
                note(files, name, merged, cuts, back)
        begun = replace(draft, from_release=live)
        title = Text("Took in what was published meanwhile", "合入期间已发布的修改")
        row = _row(title, "edit", None, cuts) | {"begun": {"from": draft.from_release, "to": live}}
        return _save(service, connection, begun, files, author, row, back), tuple(clashes)


def history(connection: Connection, draft_id: str) -> list[Step]:
    """Return the steps of the draft, the newest first, without the turns back and forth."""
    rows = operations_of(connection, draft_id)
    done, undone = _stacks(rows)
    standing = {row.revision for row in done} | {row.revision for row in undone}
    gone = {row.revision for row in undone}
    return [
        Step(
            revision=row.revision,
            title=_title(row),
            author=row.author,
            at=row.at,
            kind="edit",
            state="undone" if row.revision in gone else "done",
        )
        for row in reversed(rows)
        if row.revision in standing
    ]


def can_turn(connection: Connection, draft_id: str) -> tuple[Text | None, Text | None]:
    """Return the names of the steps that would be taken back and done again next."""
    done, undone = _stacks(operations_of(connection, draft_id))
    return (_title(done[-1]) if done else None, _title(undone[-1]) if undone else None)


def before_last(connection: Connection, draft: Draft) -> tuple[Text, Files] | None:
    """Return the step that undo would take back, and the files without it; None where no step stands."""
    done, _undone = _stacks(operations_of(connection, draft.id))
    if not done:
        return None
    return _title(done[-1]), _files_at(connection, draft, done[-1].revision - 1)


def _draft(connection: Connection, draft_id: str) -> Draft:
    found = draft_of(connection, draft_id)
    if found is None:
        raise NoDraftError(draft_id)
    return found


def _runs(changes: Sequence[Change], moved: Set[str]) -> Iterator[list[Change]]:
    """Yield gestures in a row on one document together, unless each is to be compared with what others did."""
    for _, some in groupby(enumerate(changes), key=lambda one: _where(one[0], one[1], moved)):
        yield [change for _, change in some]


def _where(number: int, change: Change, moved: Set[str]) -> tuple[object, ...]:
    if change.file in moved or isinstance(change, Rewrite):
        return (number,)
    return (change.file, change.document)


def _changed(
    change: Change, files: Files, seen: Files | None, more: Sequence[Change] = ()
) -> str | None:
    """Return the new text of the file that *change*, and gestures that follow on the same document, are about."""
    file, now = change.file, files.get(change.file)
    was = now if seen is None else seen.get(file)
    if isinstance(change, Rewrite):
        if was == now:
            return change.text
        merged = merge(was or "", now or "", change.text or "")
        if merged is None or now is None or change.text is None:
            raise ConflictingEditError(file, was or "", now or "", change.text)
        return merged
    if now is None:
        raise OperationError(f"there is no file {file}")
    if was != now and not _untouched(was, now, change):
        mine = operate(was, file, change.operation, change.document).text if was else None
        raise ConflictingEditError(file, was or "", now, mine)
    gestures = [change, *(one for one in more if isinstance(one, Gesture))]
    return operate_all(now, file, [one.operation for one in gestures], change.document)


def _untouched(was: str | None, now: str, change: Gesture) -> bool:
    """Return whether what the gesture is about reads the same as its author saw it."""
    before, after = (read_nodes(text or "", change.file)[0] for text in (was, now))
    if change.document >= min(len(before), len(after)):
        return False
    old, new = before[change.document].value, after[change.document].value
    for step in change.operation.path:
        if isinstance(old, list) and [_name(one) for one in old] != [_name(one) for one in new]:
            return False  # the place in the list may be another one's by now
        old, new = _inside(old, step), _inside(new, step)
    return bool(old == new)


def _inside(value: Any, step: str | int) -> Any:
    try:
        return value_at(value, (step,))
    except OperationError:
        return None


def _name(value: Any) -> Any:
    """Return by what an item of a list is known from one look to the next."""
    return value.get("id", value) if isinstance(value, dict) else value


def _files_at(connection: Connection, draft: Draft, revision: int) -> Files:
    """Return the files as they were at *revision*; as they are now for one that never was."""
    files = dict(draft.documents)
    if revision < 0 or revision > draft.revision:
        return files
    for row in reversed(operations_of(connection, draft.id, after=revision)):
        step_through(files, row.inverse["files"])
    return files


def _row(title: Text, kind: str, of: int | None, ways: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": {"en": title.en, "zh-CN": title.zh}, "kind": kind, "of": of, "files": ways}


def _title(row: DraftOperation) -> Text:
    title = row.operation.get("title", {})
    return Text(title.get("en", ""), title.get("zh-CN", ""))


def _save(
    service: Service,
    connection: Connection,
    draft: Draft,
    files: Files,
    author: str | None,
    operation: dict[str, Any],
    back: Mapping[str, Any],
) -> Draft:
    now = service.clock.now()
    ways, again = operation["files"], back
    if operation["kind"] == "edit":
        ways, again = slim(operation["files"], back)
    row = DraftOperation(
        revision=draft.revision + 1,
        author=author,
        at=now,
        operation=operation | {"files": ways},
        inverse={"files": again},
        undone=False,
    )
    after = replace(draft, documents=files, updated_at=now)
    save_draft(connection, after, row)
    return replace(after, revision=draft.revision + 1)


def _stacks(rows: Sequence[DraftOperation]) -> tuple[list[DraftOperation], list[DraftOperation]]:
    """Return the steps that stand and those that were taken back, each with the next one to turn last."""
    done: list[DraftOperation] = []
    undone: list[DraftOperation] = []
    for row in rows:
        match row.operation.get("kind"):
            case "undo" if done:
                undone.append(done.pop())
            case "redo" if undone:
                done.append(undone.pop())
            case _:
                done.append(row)
                undone.clear()
    return done, undone


def _turn(service: Service, draft_id: str, author: str | None, *, forward: bool) -> Draft:
    with service.database.writing() as connection:
        draft = _draft(connection, draft_id)
        done, undone = _stacks(operations_of(connection, draft_id))
        turned = undone if forward else done
        if not turned:
            return draft
        row = turned[-1]
        ways = (row.operation if forward else row.inverse)["files"]
        back = (row.inverse if forward else row.operation)["files"]
        files = dict(draft.documents)
        step_through(files, ways)
        kind = "redo" if forward else "undo"
        operation = _row(_title(row), kind, row.revision, ways)
        turned_draft = _begun_anew(draft, row, forward)
        return _save(service, connection, turned_draft, files, author, operation, back)


def _begun_anew(draft: Draft, row: DraftOperation, forward: bool) -> Draft:
    """Return the draft begun on the release that belongs to its text: without what a step took in, it is stale again."""
    begun = row.operation.get("begun")
    if begun is None:
        return draft
    return replace(draft, from_release=begun["to" if forward else "from"])
