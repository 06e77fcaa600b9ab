"""The editor of views and of segments: a condition, what is shown of it, and the real records or customers that fit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from sopwith.core.roles import BUILT_IN_ROLES, CUSTOMER
from sopwith.expressions import Context
from sopwith.release.model import Release
from sopwith.release.parse import COLUMNS
from sopwith.release.schema import base_fields
from sopwith.store.customers import facts_of, find_customers
from sopwith.store.lists import RecordFilter, count_up_to, list_records
from sopwith.store.worklists import of_view

from ...admin.titles import Names
from ...desk.colleagues import Colleagues, colleagues
from ...desk.lists import Row, row_of
from ...desk.views import order_of
from ...languages import lang, zone
from ...rendering import role_word
from ...visitor import get_service, now
from ...wording import gettext as _
from .lenient import held, several, words
from .place import Place
from .subject import Subject

SHOWN = 8
MOST = 999
MOST_CUSTOMERS = 200
USUAL = ("number", "title", "customer.name", "customer.tier", "state", "priority", "owner", "team", "due", "created_at", "updated_at")  # fmt: skip
NEVER = ("description", "visits", "customer", "event")
Facts = dict[str, Any]


def view(subject: Subject) -> Facts:
    """Return columns, order and readers of a view, and the first records that it finds."""
    doc, release = subject.doc, subject.bench.partly
    record_type = words(doc.get("record_type")) or "any"
    names = Names.of(release, record_type)
    columns = [words(one) for one in several(doc.get("columns"))]
    sort = [words(one) for one in several(doc.get("sort"))]
    roles = [words(one) for one in several(doc.get("roles"))]
    offered = _offered(release, record_type)
    return {
        "place": Place.read(subject.at),
        "held": held(doc),
        "types": [("any", _("All record types")), *((one.id, one.title.get(lang())) for one in release.record_types.values())],
        "columns": [(one, column_words(one, names)) for one in columns],
        "columns_are_list": isinstance(doc.get("columns"), list),
        "more_columns": [(one, column_words(one, names)) for one in offered if one not in columns],
        "sort": [_sorted(one, names) for one in sort],
        "sort_is_list": isinstance(doc.get("sort"), list),
        "more_sort": [(one, column_words(one, names)) for one in offered if one not in {key.lstrip("-") for key in sort}],
        "roles": _roles(roles, list(BUILT_IN_ROLES - {CUSTOMER})),
        **_found(subject, record_type, names, columns),
    }  # fmt: skip


def _offered(release: Release, record_type: str) -> list[str]:
    """Return what may be a column: the usual ones first, then the fields of the type."""
    kind = release.record_types.get(record_type)
    known = set(COLUMNS) | set(base_fields()) | set(kind.schema.fields if kind else ())
    own = [one for one in (kind.all_fields if kind else ()) if one not in USUAL]
    rest = sorted(known - set(USUAL) - set(own) - set(NEVER))
    return [one for one in (*USUAL, *own, *rest) if one in known or one == "priority"]


def column_words(name: str, names: Names) -> str:
    """Return what a column is called."""
    known = {
        "number": _("Number"),
        "title": _("Title"),
        "due": _("Due"),
        "customer.name": _("Customer"),
        "customer.tier": _("Customer tier"),
        "customer.organisation": _("Organisation"),
        "created_at": _("Opened"),
        "updated_at": _("Changed"),
        "priority": _("Priority"),
    }
    words = known.get(name) or names.field(name)
    return words[:1].upper() + words[1:]


def _sorted(one: str, names: Names) -> Facts:
    name = one.removeprefix("-")
    falling = one.startswith("-")
    return {"name": name, "written": one, "words": column_words(name, names), "falling": falling, "turned": name if falling else f"-{name}"}  # fmt: skip


def _roles(chosen: list[str], known: list[str]) -> list[Facts]:
    """Return each role with whether it is chosen, and the list after it is pressed."""
    order = ("staff", "agent", "lead", "manager", "admin")
    every = [*sorted(known, key=lambda one: order.index(one) if one in order else 9), *(one for one in chosen if one not in known)]  # fmt: skip
    return [
        {
            "role": one,
            "words": role_word(one),
            "on": one in chosen,
            "after": [role for role in chosen if role != one] if one in chosen else [*chosen, one],
        }
        for one in every
    ]


def _found(subject: Subject, record_type: str, names: Names, columns: list[str]) -> Facts:
    """Return the first records of the view as it stands in the draft, with how many there are."""
    nothing: Facts = {"rows": [], "total": None, "cannot": ""}
    made = subject.bench.partly.views.get(subject.document.id)
    if made is None:
        return {**nothing, "cannot": _("The list is shown as soon as the errors of this view are mended.")}  # fmt: skip
    with get_service().database.reading() as connection:
        where = of_view(connection, record_type, made.when, Context(now=now(), zone=zone()))
        if where is None:
            return {**nothing, "cannot": _("The database cannot answer this condition, so the desk leaves the view out. Make it simpler.")}  # fmt: skip
        wanted = RecordFilter(where=where)
        order, descending = order_of(made.sort)
        page = list_records(connection, wanted, order=order, descending=descending, limit=SHOWN)
        total = count_up_to(connection, wanted, MOST)
        people = colleagues(connection, subject.bench.partly)
        rows = [row_of(one, people) for one in page.rows]
        shown = [[_cell(row, one, connection, people) for one in columns] for row in rows]
    return {"rows": shown, "total": f"{total.number}+" if total.more else str(total.number), "cannot": ""}  # fmt: skip


def _cell(row: Row, column: str, connection: Connection, people: Colleagues) -> Any:
    """Return one value of a record as the desk's list shows it."""
    known = {
        "number": row.number,
        "title": row.title,
        "customer.name": row.customer,
        "customer.tier": row.tier,
        "state": row.state_title,
        "priority": row.priority,
        "owner": row.owner,
        "team": row.team,
        "category": row.category,
        "escalation": row.escalation or "",
        "tags": ", ".join(row.tags),
        "type_of_record": row.type_title,
    }
    if column == "updated_at":
        return row.updated_at
    if column == "due":
        return row.clock.due_at if row.clock else ""
    return known.get(column, "…")


def segment_view(subject: Subject) -> Facts:
    """Return which customers belong to a segment, of those looked at."""
    made = subject.bench.partly.segments.get(subject.document.id)
    fitting: list[tuple[str, str]] = []
    looked = 0
    if made is not None:
        context = Context(now=now(), zone=zone())
        with get_service().database.reading() as connection:
            some = find_customers(connection, "", MOST_CUSTOMERS)
            looked = len(some)
            for one in some:
                facts = facts_of(connection, one.id)
                if facts is not None and made.when.holds({"customer": facts}, context):
                    fitting.append((one.name, str(facts.get("tier") or "")))
    return {
        "place": Place.read(subject.at),
        "held": held(subject.doc),
        "is_readable": made is not None,
        "fitting": fitting[:20],
        "count": len(fitting),
        "looked": looked,
    }
