"""Drafts on a real database: steps back and forth, and two people at once."""

from __future__ import annotations

import random

import pytest

from sopwith.core.text import Text
from sopwith.definitions.operations import Insert, Move, OperationError, Put, Remove, value_at
from sopwith.definitions.places import CannotSpliceError
from sopwith.definitions.reading import read_nodes
from sopwith.runtime.drafting import (
    Change,
    ConflictingEditError,
    Gesture,
    NoDraftError,
    Rewrite,
    can_turn,
    edit,
    history,
    open_draft,
    redo,
    undo,
)
from sopwith.runtime.service import Service
from sopwith.store.engine import Database
from sopwith.store.releases import Draft, draft_of
from tests.support.runtimes import new_service

STEP = Text("Title changed", "修改标题")


@pytest.fixture
def service(database: Database) -> Service:
    """The small process, published."""
    return new_service(database)


@pytest.fixture
def draft(service: Service) -> Draft:
    """A draft of it."""
    return open_draft(service, title="Better", author="lin")


def form_of(draft: Draft) -> tuple[str, int]:
    """Return file and number of the first form."""
    for path, text in draft.documents.items():
        for number, root in enumerate(read_nodes(text, path)[0]):
            if isinstance(root.value, dict) and root.value.get("kind") == "form":
                return path, number
    raise AssertionError("the small process has no form")


def titled(draft: Draft, words: str) -> Gesture:
    """Return the gesture that gives the first form an English title."""
    file, number = form_of(draft)
    return Gesture(file=file, document=number, operation=Put(path=("title", "en"), value=words))


def title_in(draft: Draft) -> str:
    """Return the English title of the first form."""
    file, number = form_of(draft)
    found = value_at(read_nodes(draft.documents[file], file)[0][number].value, ("title", "en"))
    return str(found)


def save(service: Service, draft: Draft, *changes: Change, base: int | None = None) -> Draft:
    """Save one step."""
    at = draft.revision if base is None else base
    return edit(service, draft.id, at, STEP, changes, author="lin")


def test_a_step_can_be_taken_back_and_done_again(service: Service, draft: Draft) -> None:
    before = dict(draft.documents)
    after = save(service, draft, titled(draft, "One"))
    assert title_in(after) == "One"
    back = undo(service, draft.id, author="lin")
    assert back.documents == before
    again = redo(service, draft.id, author="lin")
    assert again.documents == after.documents
    assert again.revision == 3, "every turn is a revision, so that others see it"
    assert redo(service, draft.id, author="lin").revision == 3
    with service.database.reading() as connection:
        assert can_turn(connection, draft.id) == (STEP, None)
        assert [one.title for one in history(connection, draft.id)] == [STEP]


def test_a_new_step_ends_what_could_be_done_again(service: Service, draft: Draft) -> None:
    save(service, draft, titled(draft, "One"))
    back = undo(service, draft.id, author="lin")
    save(service, back, titled(back, "Two"))
    with service.database.reading() as connection:
        assert can_turn(connection, draft.id)[1] is None
    assert title_in(redo(service, draft.id, author="lin")) == "Two"


def test_what_changes_nothing_is_no_step(service: Service, draft: Draft) -> None:
    same = titled(draft, title_in(draft))
    assert save(service, draft, same).revision == 0


def test_files_come_and_go_as_steps(service: Service, draft: Draft) -> None:
    made = save(service, draft, Rewrite(file="pack/new.yaml", text="kind: view\nid: v\n"))
    assert "pack/new.yaml" in made.documents
    gone = save(service, made, Rewrite(file="pack/new.yaml", text=None))
    assert gone.documents == draft.documents
    assert undo(service, draft.id, author="lin").documents == made.documents
    assert undo(service, draft.id, author="lin").documents == draft.documents


def test_two_people_at_different_spots_keep_both(service: Service, draft: Draft) -> None:
    first = save(service, draft, titled(draft, "Theirs"))
    file, number = form_of(draft)
    mine = Gesture(file=file, document=number, operation=Put(path=("title", "zh-CN"), value="我的"))
    both = save(service, first, mine, base=draft.revision)
    assert title_in(both) == "Theirs"
    assert "我的" in both.documents[file]
    text = draft.documents[file]
    typed = save(service, both, Rewrite(file=file, text=text + "# mine\n"), base=draft.revision)
    assert title_in(typed) == "Theirs"
    assert typed.documents[file].endswith("# mine\n")


def test_two_people_at_the_same_spot_are_told(service: Service, draft: Draft) -> None:
    first = save(service, draft, titled(draft, "Theirs"))
    with pytest.raises(ConflictingEditError) as conflict:
        save(service, first, titled(draft, "Mine"), base=draft.revision)
    found = conflict.value
    assert found.base == draft.documents[found.file]
    assert found.theirs == first.documents[found.file]
    assert found.mine is not None
    assert "Mine" in found.mine
    assert title_in(undo(service, draft.id, author="lin")) == title_in(draft), "nothing was saved"


def test_a_place_in_a_list_is_not_taken_for_anothers(service: Service, draft: Draft) -> None:
    file, number = form_of(draft)
    fields = ("sections", 0, "fields")
    if value_or_none(draft, fields) is None:
        fields = ("fields",)  # type: ignore[assignment]
    new = Insert(path=fields, index=0, value={"id": "first", "type": "text"})
    first = save(service, draft, Gesture(file=file, document=number, operation=new))
    mine = Put(path=(*fields, 0, "required"), value=True)
    with pytest.raises(ConflictingEditError):
        save(service, first, Gesture(file=file, document=number, operation=mine), base=0)


def value_or_none(draft: Draft, path: tuple[str | int, ...]) -> object:
    """Return what stands at *path* of the first form."""
    file, number = form_of(draft)
    try:
        return value_at(read_nodes(draft.documents[file], file)[0][number].value, path)
    except OperationError:
        return None


def test_a_draft_that_is_gone_is_said(service: Service, draft: Draft) -> None:
    with pytest.raises(NoDraftError):
        undo(service, "nothing", author=None)
    with pytest.raises(OperationError):
        edit(
            service,
            draft.id,
            0,
            STEP,
            [Gesture(file="none.yaml", document=0, operation=Remove(path=("a",)))],
            author=None,
        )


def test_the_log_leads_to_every_earlier_text(service: Service, draft: Draft) -> None:
    chance = random.Random(7)
    texts = [dict(draft.documents)]
    now = draft
    while now.revision < 40:
        roll = chance.random()
        if roll < 0.2:
            after = undo(service, draft.id, author="lin")
        elif roll < 0.35:
            after = redo(service, draft.id, author="lin")
        else:
            file = chance.choice(sorted(now.documents))
            roots = read_nodes(now.documents[file], file)[0]
            number = chance.randrange(len(roots))
            lists = [one for one in roots[number].walk() if one.kind == "list" and one.children]
            if not lists:
                continue
            into = chance.choice(lists)
            count = len(into.children)
            operation = Move(path=into.children[0].path, to=into.path, index=count)
            change = Gesture(file=file, document=number, operation=operation)
            try:
                after = save(service, now, change)
            except CannotSpliceError:
                continue
        if after.revision > now.revision:
            texts.append(dict(after.documents))
        now = after
    while (back := undo(service, draft.id, author="lin")).revision > now.revision:
        now = back
        assert dict(back.documents) in texts
    assert dict(now.documents) == texts[0]
    with service.database.reading() as connection:
        kept = draft_of(connection, draft.id)
    assert kept is not None
    assert kept.documents == now.documents
