"""The grid of rights says what the engine does, and what is pressed in it is written in entries that say just that."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.text import Text
from sopwith.formbuilder.model import Field, FieldType, Right
from sopwith.formbuilder.rights import Level, level_of
from sopwith.web.studio.editors import form_rights as r

STATES: tuple[str | None, ...] = (None, "new", "busy", "done")
ROLES = ("customer", "agent", "lead")
MANY = settings(max_examples=3_000 if os.environ.get("SOPWITH_FULL") == "1" else 150, deadline=None)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "roles": st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True),
            "can": st.sampled_from(["none", "read", "write"]),
            "states": st.lists(st.sampled_from(STATES[1:]), max_size=3, unique=True),
        }
    ),
    max_size=4,
)


def field(entries: list[r.Entry]) -> Field:
    """Return a field with rights as the engine knows them."""
    rights = tuple(
        Right(roles=frozenset(one["roles"]), can=one["can"], states=frozenset(one["states"]))
        for one in entries
    )
    return Field(id="x", type=FieldType.TEXT, title=Text("X", "X"), rights=rights)


@MANY
@given(ENTRIES)
def test_the_grid_says_what_the_engine_does(entries: list[r.Entry]) -> None:
    for role in ROLES:
        for state in STATES:
            assert r.level(entries, role, state) is level_of(field(entries), frozenset({role}), state)  # fmt: skip


@MANY
@given(ENTRIES, st.sampled_from(ROLES), st.sampled_from(STATES[1:]), st.sampled_from(r.ORDER))
def test_a_pressed_cell_changes_itself_alone(
    entries: list[r.Entry], role: str, state: str, wish: Level
) -> None:
    after = r.changed(entries, role, STATES, {state: wish})
    for other in ROLES:
        for place in STATES[1:]:
            wanted = wish if (other, place) == (role, state) else r.level(entries, other, place)
            assert r.level(after, other, place) is wanted
    for other in set(ROLES) - {role}:
        assert r.level(after, other, None) is r.level(entries, other, None)


@MANY
@given(ENTRIES, st.sampled_from(ROLES), st.sampled_from(r.ORDER))
def test_everywhere_is_everywhere_and_takes_one_entry_at_most(
    entries: list[r.Entry], role: str, wish: Level
) -> None:
    after = r.changed(entries, role, STATES, dict.fromkeys(STATES, wish))
    assert all(r.level(after, role, state) is wish for state in STATES)
    assert sum(role in one["roles"] for one in after) == (wish is not Level.WRITE)


def test_what_a_customer_may_not_change_once_it_is_done_leaves_the_new_record_open() -> None:
    after = r.changed([], "customer", STATES, {"done": Level.READ})
    assert r.written(after) == [{"roles": ["customer"], "can": "read", "states": ["done"]}]
    assert r.level(after, "customer", None) is Level.WRITE


def test_roles_with_the_same_entry_share_it() -> None:
    after = r.changed([], "customer", STATES, dict.fromkeys(STATES, Level.READ))
    after = r.changed(after, "agent", STATES, dict.fromkeys(STATES, Level.READ))
    assert r.written(after) == [{"roles": ["customer", "agent"], "can": "read"}]


def test_what_stands_there_wrongly_is_passed_over() -> None:
    assert r.entries_of(7) == []
    assert r.entries_of([{"roles": "agent", "can": "read"}, {"can": "x"}, None]) == [
        {"roles": ["agent"], "can": "read", "states": []}
    ]
