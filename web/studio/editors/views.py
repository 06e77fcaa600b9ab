"""The editor of views and of segments: a condition, what is shown of it, and the real records or customers that fit."""

from __future__ import annotations

from typing import Any

from sopwith.core.roles import BUILT_IN_ROLES, CUSTOMER
from sopwith.expressions import TEXT, Context, Schema
from sopwith.release.model import RecordType, Release
from sopwith.release.parse import COLUMNS, is_shown, is_sorted
from sopwith.release.schema import base_fields
from sopwith.rules.sweeps import fits_open_alone
from sopwith.store.customers import facts_of, find_customers
from sopwith.store.lists import OPEN_CATEGORIES, RecordFilter, count_up_to, newest_ids
from sopwith.store.ordered_lists import list_ordered
from sopwith.store.worklists import of_view

from ...desk.colleagues import colleagues
from ...desk.lists import rows_of
from ...desk.view_columns import column_title, columns_of, keys_of
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
LOOKED_AT = 3_000
"""Records that an unsaved condition is tried on at most: the desk keeps its views ready, a draft has no such help."""
USUAL = ("number", "title", "customer.name", "customer.tier", "state", "priority", "owner", "team", "due", "created_at", "updated_at")  # fmt: skip
STANDARD = ("number", "title", "state", "owner", "due")
"""What the list of the editor shows of a view that says no columns."""
Facts = dict[str, Any]


def view(subject: Subject) -> Facts:
    """Return columns, order and readers of a view, and the first records that it finds."""
    doc, release = subject.doc, subject.bench.partly
    record_type = words(doc.get("record_type")) or "any"
    kind = release.record_types.get(record_type)
    columns = [words(one) for one in several(doc.get("columns"))]
    sort = [words(one) for one in several(doc.get("sort"))]
    roles = [words(one) for one in several(doc.get("roles"))]
    offered, schema = _offered(release, record_type), _schema(release, record_type)
    return {
        "place": Place.read(subject.at),
        "held": held(doc),
        "types": [("any", _("All record types")), *((one.id, one.title.get(lang())) for one in release.record_types.values())],
        "columns": [(one, column_title(one, kind)) for one in columns],
        "columns_are_list": isinstance(doc.get("columns"), list),
        "more_columns": [(one, column_title(one, kind)) for one in offered if one not in columns],
        "sort": [_sorted(one, kind) for one in sort],
        "sort_is_list": isinstance(doc.get("sort"), list),
        "more_sort": [(one, column_title(one, kind)) for one in offered if is_sorted(one, schema) and one not in {key.removeprefix("-") for key in sort}],
        "roles": _roles(roles, list(BUILT_IN_ROLES - {CUSTOMER})),
        **_found(subject, record_type),
    }  # fmt: skip


def _schema(release: Release, record_type: str) -> Schema:
    """Return the names that views of a record type, or of any, may show."""
    kind = release.record_types.get(record_type)
    return kind.schema if kind else Schema({**base_fields(), "priority": TEXT})


def _offered(release: Release, record_type: str) -> list[str]:
    """Return what may be a column: the usual ones first, then the fields of the type."""
    kind = release.record_types.get(record_type)
    schema = _schema(release, record_type)
    known = {one for one in {*COLUMNS, *schema.fields} if is_shown(one, schema)}
    own = [one for one in (kind.all_fields if kind else ()) if one not in USUAL]
    rest = sorted(known - set(USUAL) - set(own))
    return [one for one in (*USUAL, *own, *rest) if one in known]


def _sorted(one: str, kind: RecordType | None) -> Facts:
    name = one.removeprefix("-")
    falling = one.startswith("-")
    return {"name": name, "written": one, "words": column_title(name, kind), "falling": falling, "turned": name if falling else f"-{name}"}  # fmt: skip


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


def _found(subject: Subject, record_type: str) -> Facts:
    """Return the first records of the view as it stands in the draft, with how many there are."""
    nothing: Facts = {"rows": [], "shown": (), "total": None, "cannot": "", "looked": None, "of_open": False}  # fmt: skip
    release = subject.bench.partly
    made = release.views.get(subject.document.id)
    if made is None:
        return {**nothing, "cannot": _("The list is shown as soon as the errors of this view are mended.")}  # fmt: skip
    with get_service().database.reading() as connection:
        where = of_view(connection, record_type, made.when, Context(now=now(), zone=zone()))
        if where is None:
            return {**nothing, "cannot": _("The database cannot answer this condition, so the desk leaves the view out. Make it simpler.")}  # fmt: skip
        of_open = made.when is not None and fits_open_alone(made.when)
        every = RecordFilter(categories=OPEN_CATEGORIES if of_open else None)
        newest = newest_ids(connection, every, LOOKED_AT + 1)
        is_part = len(newest) > LOOKED_AT
        wanted = RecordFilter(where=where, ids=frozenset(newest[:LOOKED_AT]) if is_part else None, categories=every.categories)  # fmt: skip
        shown = columns_of(release, record_type, made.columns or STANDARD)
        keys = keys_of(release, record_type, made.sort or ("due",))
        page = list_ordered(
            connection, wanted, keys or keys_of(release, "any", ("due",)), limit=SHOWN
        )
        total = count_up_to(connection, wanted, MOST)
        rows = rows_of(connection, page.rows, colleagues(connection, release), shown)
    more = total.more or (is_part and total.number)
    return {**nothing, "rows": rows, "shown": shown, "total": f"{total.number}+" if more else str(total.number), "looked": LOOKED_AT if is_part else None, "of_open": of_open}  # fmt: skip


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
