"""What stands beside a record on its page: its customer, other records, and those that it is tied to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from sopwith.core.record import RecordState
from sopwith.release.model import Release
from sopwith.store.customers import customer_of
from sopwith.store.lists import RecordFilter, RecordSummary, list_records
from sopwith.store.records import id_of_number
from sopwith.store.requesters import newest_of_customer

from ..visitor import get_service
from ..wording import gettext as _
from .colleagues import Colleagues
from .lists import row_of
from .seen import sight
from .words import state_title

MOST_OTHERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another record of the same customer."""

    id: str
    number: str
    title: str
    state_title: str


def others_of(connection: Connection, state: RecordState, live: Release) -> list[Other]:
    """Return other records of the same customer that the visitor may see."""
    if state.customer_id is None:
        return []
    found = newest_of_customer(connection, state.customer_id, sight(live), MOST_OTHERS + 1)
    return [
        Other(
            id=one.id,
            number=one.number,
            title=one.title or one.number,
            state_title=_title(one.release, one.type, one.state),
        )
        for one in found
        if one.id != state.id
    ][:MOST_OTHERS]


def _title(release: str, record_type: str, state: str) -> str:
    workflow = get_service().releases.get(release).workflow_of(record_type)
    return state_title(workflow, state) if workflow else state


def linked_to(
    connection: Connection, state: RecordState, people: Colleagues
) -> list[tuple[str, Any, str]]:
    """Return what is tied to the record: the kind of tie, the other record if it can be seen, its number."""
    found = {one.id: one for one in _seen_by_id(connection, [one.record for one in state.links])}
    return [
        (
            link_word(one.kind),
            row_of(found[one.record], people) if one.record in found else None,
            one.number,
        )
        for one in state.links
    ]


def _seen_by_id(connection: Connection, ids: list[str]) -> list[RecordSummary]:
    if not ids:
        return []
    live = get_service().releases.live(connection)
    wanted = RecordFilter(ids=frozenset(ids), eyes=sight(live))
    return list(list_records(connection, wanted, limit=len(ids)).rows)


def link_word(kind: str) -> str:
    """Return what ties two records, in words."""
    known = {
        "related": _("Related"),
        "parent": _("Belongs to"),
        "child": _("Has"),
        "follow_up_of": _("Follows up on"),
        "follow_up": _("Followed up by"),
        "merged_into": _("Merged into"),
        "merged_from": _("Took over"),
        "caused_by": _("Caused by"),
        "callback_of": _("Call-back for"),
        "different_from": _("Is not the same as"),
        "blocks": _("Blocks"),
        "blocked_by": _("Waits for"),
    }
    return known.get(kind, kind.replace("_", " "))


def customer_facts(connection: Connection, state: RecordState) -> dict[str, Any]:
    """Return the facts of the customer as the card shows them: from the account, over what the record noted."""
    facts = dict(state.customer)
    found = customer_of(connection, state.customer_id) if state.customer_id else None
    if found is not None:
        facts |= {
            "name": found.name,
            "email": found.email,
            "phone": found.phone,
            "tags": list(found.tags),
            **found.facts,
        }
    return facts


def merge_target(
    connection: Connection,
    state: RecordState,
    live: Release,
    people: Colleagues,
    panel: str,
    kept: Mapping[str, Any],
) -> Any:
    """Return the record that the merge panel names by its number, if it can be seen."""
    number = str(kept.get("number", "")).strip()
    if panel != "merge" or not number:
        return None
    found = find_number(connection, live, number)
    return row_of(found, people) if found is not None and found.id != state.id else None


def find_number(connection: Connection, live: Release, number: str) -> RecordSummary | None:
    """Return the record that people call *number*, if the visitor may see it."""
    record_id = id_of_number(connection, number)
    found = _seen_by_id(connection, [record_id]) if record_id else []
    return found[0] if found else None
