"""Which indexes the queries that run all day use, on both databases: with them the cost does not grow with the tables."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from sopwith.core.events import EventKind
from sopwith.expressions.types import TEXT
from sopwith.store.audit import entries
from sopwith.store.claims import claim, is_work_due, take_expired
from sopwith.store.customers import customer_of, find_customers
from sopwith.store.engine import Database
from sopwith.store.files import files_by_id, files_of
from sopwith.store.found_by import MarkTest, each_fits, field_test, has_settled
from sopwith.store.history import (
    events_before,
    events_of,
    explanations_of,
    message_of,
    messages_of,
    newest_events,
    newest_messages,
)
from sopwith.store.inspection import (
    caught_page,
    customers_page,
    deliveries_page,
    inbox_page,
    jobs_page,
    open_counts,
    some_records,
    tries_of,
)
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import dead_jobs, jobs_of
from sopwith.store.lists import (
    OPEN_CATEGORIES,
    Order,
    RecordFilter,
    count_by,
    count_up_to,
    first_pages,
    ids_by_creation,
    list_records,
    newest_ids,
)
from sopwith.store.ordered_lists import list_ordered
from sopwith.store.people import loads_of
from sopwith.store.records import id_of_number
from sopwith.store.releases import open_records_by_release
from sopwith.store.remarking import readiness, remark_some
from sopwith.store.requesters import newest_of_customer, opened_between
from sopwith.store.search import _Look, search
from sopwith.store.sight import Sight
from sopwith.store.sort_keys import SortKey, write_place
from sopwith.store.surveys import was_surveyed
from sopwith.store.tables import RecordRow
from sopwith.store.tallies import count_groups_seen
from sopwith.store.traffic import count_unread, notices_of, sent_since
from sopwith.store.worklists import waiting_for
from tests.support.samples import NOW
from tests.support.views import plan_with

Query = Callable[[Connection], Any]
ROOT = Path(__file__).resolve().parents[3]
BIG = frozenset(
    [
        "record",
        "record_event",
        "record_mark",
        "message",
        "job",
        "delivery",
        "notice",
        "search_part",
        "attachment",
        "explanation",
        "caught_mail",
        "customer",
        "audit",
        "inbox",
    ]
)
"""Tables of which no query that runs all day may read the whole."""
OF_OPEN = "COVERING INDEX ix_record_open"
"""An index of open records alone may be read to its end when no record has to be."""


@dataclass(slots=True)
class Plans:
    """How a database carried out what was asked: the indexes it used, and the tables it read from end to end."""

    used: set[str] = field(default_factory=set)
    scans: list[str] = field(default_factory=list)

    def sqlite(self, statement: str, steps: list[str]) -> None:
        """Take in the plan of one statement; to walk along an index is fine when it stops after a page."""
        self.used |= set(re.findall(r"\b(?:ix_\w+|search_text)\b", " ".join(steps)))
        for step in steps:
            found = re.match(r"SCAN (\w+)(.*)", step)
            if found is None or found[1] not in BIG:
                continue
            if OF_OPEN in found[2] or _is_first_rows(found[1], statement):
                continue
            if "INDEX" not in found[2] or "LIMIT" not in statement:
                self.scans.append(f"{step}: {statement}")

    def postgresql(self, statement: str, node: dict[str, Any], *, stops: bool = False) -> None:
        """Take in one node of a plan and those below."""
        kind, table = node["Node Type"], node.get("Relation Name", "")
        stops = stops or kind == "Limit"
        self.used |= {node["Index Name"]} if "Index Name" in node else set()
        of_open = kind == "Index Only Scan" and node["Index Name"].startswith("ix_record_open")
        whole = "Index" in kind and "Index Cond" not in node and not stops and not of_open
        if table in BIG and (kind == "Seq Scan" or whole):
            self.scans.append(f"{kind} of {table}: {statement}")
        for inner in node.get("Plans", ()):
            self.postgresql(statement, inner, stops=stops)


def _is_first_rows(table: str, statement: str) -> bool:
    """Return whether *statement* takes the first rows of *table* in the order in which SQLite keeps them, unsifted."""
    return (
        re.search(rf"FROM {table} ORDER BY {table}\.\w+ (DESC|ASC)\s+LIMIT", statement) is not None
    )


@contextmanager
def plans(connection: Connection) -> Iterator[Plans]:
    """Collect how each statement of the block is carried out. PostgreSQL is told that reading a table is dear."""
    found = Plans()

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        driver = cursor.connection.cursor()
        if connection.dialect.name == "sqlite":
            rows = driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            found.sqlite(statement, [str(row[3]) for row in rows])
        else:
            driver.execute("SET LOCAL enable_seqscan = off")
            driver.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            found.postgresql(statement, driver.fetchone()[0][0]["Plan"])
        driver.close()

    event.listen(connection, "before_cursor_execute", explain)
    yield found
    event.remove(connection, "before_cursor_execute", explain)


def _claim(connection: Connection) -> None:
    claim(connection, 1, 5, now=NOW, lease=timedelta(minutes=1), token="t", node="n")


def listed(wanted: RecordFilter, order: Order = "breach", *, down: bool = False) -> Query:
    """Return the question for the first page of a list, and for the second."""

    def ask(connection: Connection) -> None:
        for cursor in (None, CURSORS[order]):
            list_records(connection, wanted, order=order, descending=down, limit=40, cursor=cursor)

    return ask


def in_order(*keys: SortKey) -> Query:
    """Return the question for the first page in the order of several keys, and for one that goes on."""

    def ask(connection: Connection) -> None:
        held = {"priority": "P1", "due": "2026-11-22T08:00:00Z", "title": "lamp"}
        place = write_place([held[one.name] for one in keys], "0" * 32)
        for cursor in (None, place):
            list_ordered(connection, OPEN, keys, limit=40, cursor=cursor)

    return ask


def cursor_of(value: str) -> str:
    return urlsafe_b64encode(json.dumps([value, "0" * 32]).encode()).decode()


def rounds_of(wanted: RecordFilter) -> Query:
    """Return the question for the first page of a round, and for the second."""

    def ask(connection: Connection) -> None:
        for after in ("", CURSORS["created"]):
            ids_by_creation(connection, wanted, after=after)

    return ask


CURSORS = {
    "breach": cursor_of("2026-11-22T08:00:00Z"),
    "updated": cursor_of("2026-11-22T08:00:00Z"),
    "created": cursor_of("2026-11-22T08:00:00Z"),
    "number": cursor_of("T-2026-000001"),
    "priority": cursor_of("P1"),
}
PLAN = plan_with("lamps", 'kind == "lamp"', {"kind": TEXT})
ALL = Sight(scopes={"ticket": "all", "complaint": "all"}, user="lin", teams=frozenset({"a"}))
TEAM = Sight(scopes={"ticket": "team", "complaint": "own"}, user="lin", teams=frozenset({"a", "b"}))
OPEN = RecordFilter(categories=OPEN_CATEGORIES, seen=ALL)
TICKETS = replace(OPEN, types=frozenset({"ticket"}))
FIELD = field_test("kind", ["lamp"])
RANGE = MarkTest(name="f:amount", least=1, most=5)
# What is asked, which indexes SQLite must use for it, and its name.
QUERIES: list[Any] = [
    pytest.param(lambda c: is_work_due(c, NOW), {"ix_job_due", "ix_job_lease"}, id="idle look"),
    pytest.param(_claim, {"ix_job_due"}, id="claim"),
    pytest.param(lambda c: take_expired(c, NOW), {"ix_job_lease"}, id="expired leases"),
    pytest.param(lambda c: dead_jobs(c), {"ix_job_dead"}, id="dead jobs"),
    pytest.param(lambda c: count_by(c, TICKETS, "state"), {"ix_record_open_queue"}, id="by state"),
    pytest.param(open_counts, {"ix_record_open_release"}, id="overview: open by release"),
    pytest.param(open_records_by_release, {"ix_record_open_release"}, id="open by release"),
    pytest.param(lambda c: count_up_to(c, OPEN, 999), {"ix_record_open_breach"}, id="count"),
    pytest.param(
        lambda c: count_up_to(c, replace(OPEN, seen=TEAM), 999),
        {"ix_record_open_team", "ix_record_open_owner"},
        id="count of some",
    ),
    pytest.param(
        lambda c: count_up_to(c, replace(OPEN, breach_before=NOW), 999),
        {"ix_record_open_breach"},
        id="count what is due soon",
    ),
    pytest.param(listed(OPEN), {"ix_record_open_breach"}, id="all open"),
    pytest.param(
        listed(OPEN, "updated", down=True), {"ix_record_open_updated"}, id="open, changed"
    ),
    pytest.param(listed(OPEN, "created"), {"ix_record_open_created"}, id="open, oldest first"),
    pytest.param(listed(OPEN, "priority"), {"ix_record_open_priority"}, id="open, by priority"),
    pytest.param(listed(OPEN, "number"), set(), id="open, by number"),
    pytest.param(
        in_order(SortKey(name="priority"), SortKey(name="due")),
        {"ix_record_open_priority"},
        id="open, by priority and then what is due",
    ),
    pytest.param(
        in_order(SortKey(name="due"), SortKey(name="title", descending=True)),
        {"ix_record_open_breach"},
        id="open, what is due first and then by title",
    ),
    pytest.param(
        listed(replace(OPEN, owners=frozenset({None}))), {"ix_record_open_owner"}, id="nobody's"
    ),
    pytest.param(
        listed(replace(OPEN, owners=frozenset({"lin"}))), {"ix_record_open_owner"}, id="mine"
    ),
    pytest.param(
        listed(replace(OPEN, teams=frozenset({"a", "b"}))), {"ix_record_open_team"}, id="my teams"
    ),
    pytest.param(
        listed(replace(TICKETS, states=frozenset({"solving"}), priorities=frozenset({"P1"}))),
        {"ix_record_open_queue"},
        id="queue and status",
    ),
    pytest.param(
        listed(replace(OPEN, seen=TEAM)),
        {"ix_record_open_team", "ix_record_open_owner"},
        id="open that some may see",
    ),
    pytest.param(
        listed(RecordFilter(seen=ALL, categories=frozenset({"resolved", "closed"})), "updated"),
        {"ix_record_settled"},
        id="settled",
    ),
    pytest.param(
        listed(RecordFilter(seen=ALL, categories=frozenset({"waiting"})), "updated"),
        {"ix_record_waiting"},
        id="waiting for the customer",
    ),
    pytest.param(listed(RecordFilter(seen=ALL), "updated"), {"ix_record_recent"}, id="API list"),
    pytest.param(listed(RecordFilter(seen=ALL), "created"), {"ix_record_made"}, id="API, created"),
    pytest.param(
        lambda c: newest_ids(c, RecordFilter(), 9), {"ix_record_recent"}, id="changed last"
    ),
    pytest.param(
        lambda c: newest_ids(c, RecordFilter(categories=OPEN_CATEGORIES), 9),
        {"ix_record_open_updated"},
        id="open, changed last",
    ),
    pytest.param(
        listed(RecordFilter(types=frozenset({"ticket"})), "updated", down=True),
        {"ix_record_updated"},
        id="one kind by last change",
    ),
    pytest.param(
        listed(RecordFilter(types=frozenset({"ticket"}), states=frozenset({"solving"})), "updated"),
        {"ix_record_state"},
        id="one state by last change",
    ),
    pytest.param(
        listed(RecordFilter(customer_id="c1"), "updated"),
        {"ix_record_customer"},
        id="portal: of a customer",
    ),
    pytest.param(
        listed(RecordFilter(created_by="lin"), "updated"),
        {"ix_record_creator"},
        id="portal: of a colleague",
    ),
    pytest.param(
        lambda c: was_surveyed(c, "c1", NOW),
        {"ix_record_customer", "ix_record_creator"},
        id="asked for an opinion lately",
    ),
    pytest.param(
        lambda c: newest_of_customer(c, "c1", ALL, 7), {"ix_record_customer"}, id="other requests"
    ),
    pytest.param(
        lambda c: opened_between(c, "ticket", NOW, NOW, ALL, 50, customer_id="c1"),
        {"ix_record_open_customer"},
        id="sent twice by a customer",
    ),
    pytest.param(
        lambda c: opened_between(c, "ticket", NOW, NOW, ALL, 50, created_by="lin"),
        {"ix_record_open_created"},
        id="sent twice by a colleague",
    ),
    pytest.param(listed(replace(OPEN, marks=(FIELD,))), set(), id="by a field"),
    pytest.param(listed(replace(OPEN, marks=(RANGE,))), {"ix_record_mark_number"}, id="by a range"),
    pytest.param(
        lambda c: list(
            c.execute(select(RecordRow.id).where(each_fits(c, FIELD, only_open=False)).limit(40))
        ),
        set(),
        id="by a field of many",
    ),
    pytest.param(
        lambda c: first_pages(
            c,
            [replace(TICKETS, states=frozenset({one})) for one in ("received", "solving")],
            order="breach",
            limit=20,
        ),
        {"ix_record_open_queue"},
        id="board",
    ),
    pytest.param(
        lambda c: count_groups_seen(c, TEAM, ["open", "waiting"]), set(), id="counters of some"
    ),
    pytest.param(
        lambda c: readiness(c, PLAN.id), {"ix_record_open_plan", "ix_record_plan"}, id="readiness"
    ),
    pytest.param(
        lambda c: remark_some(c, PLAN), {"ix_record_open_plan", "ix_record_plan"}, id="marking anew"
    ),
    pytest.param(lambda c: has_settled(c, "view:a"), set(), id="settled members of a view"),
    pytest.param(lambda c: waiting_for(c, "lin", ["a"]), set(), id="my tasks and approvals"),
    pytest.param(
        rounds_of(RecordFilter(categories=OPEN_CATEGORIES)),
        {"ix_record_open_created"},
        id="round of a rule",
    ),
    pytest.param(
        rounds_of(RecordFilter()), {"ix_record_made"}, id="round of a rule, settled ones too"
    ),
    pytest.param(
        rounds_of(RecordFilter(types=frozenset({"ticket"}))),
        {"ix_record_created"},
        id="round of a rule for one kind, settled ones too",
    ),
    pytest.param(lambda c: events_of(c, "r1"), set(), id="history"),
    pytest.param(
        lambda c: [newest_events(c, "r1", 200, before=one) for one in (None, 500)],
        set(),
        id="history, newest first",
    ),
    pytest.param(
        lambda c: events_of(c, "r1", kinds=[EventKind.CLOCK]), set(), id="history of clocks"
    ),
    pytest.param(lambda c: messages_of(c, "r1"), {"ix_message_record"}, id="whole conversation"),
    pytest.param(
        lambda c: messages_of(c, "r1", after=(7, "m7"), limit=201),
        {"ix_message_record"},
        id="conversation, a page of the interface",
    ),
    pytest.param(lambda c: message_of(c, "m1"), set(), id="one message"),
    pytest.param(
        lambda c: explanations_of(c, "r1", after=7, limit=201), set(), id="why, a page of it"
    ),
    pytest.param(
        count_jobs, {"ix_job_due", "ix_job_lease", "ix_job_dead"}, id="admin: jobs counted"
    ),
    pytest.param(
        lambda c: find_customers(c, "wang"),
        {"ix_customer_name"},
        id="customers by what they begin with",
    ),
    pytest.param(
        lambda c: find_customers(c, "+86 138"), {"ix_customer_phone"}, id="customers by phone"
    ),
    pytest.param(
        lambda c: [
            newest_messages(c, "r1", 51, before=one, public_only=public)
            for one in (None, (500, "m1"))
            for public in (True, False)
        ],
        {"ix_message_record"},
        id="conversation, newest first",
    ),
    pytest.param(lambda c: explanations_of(c, "r1"), set(), id="why"),
    pytest.param(
        lambda c: events_before(c, "r1", [9, 70, 400], 60), set(), id="events of some commands"
    ),
    pytest.param(lambda c: explanations_of(c, "r1", newest=12), set(), id="why, the last"),
    pytest.param(lambda c: files_of(c, "r1"), {"ix_attachment_record"}, id="files"),
    pytest.param(lambda c: jobs_of(c, "r1"), {"ix_job_record"}, id="jobs of a record"),
    *(
        pytest.param(
            lambda c, state=state: [
                jobs_page(c, state, kind=kind, words=words, cursor=after)
                for kind, words in (("", ""), ("mail", "x"))
                for after in ("", "2026-11-22T08:00:00Z~7")
            ],
            {index},
            id=f"admin: jobs, {state}",
        )
        for state, index in (
            ("ready", "ix_job_due"),
            ("leased", "ix_job_lease"),
            ("dead", "ix_job_dead"),
        )
    ),
    pytest.param(
        lambda c: [
            deliveries_page(c, outcome=outcome, words=words, cursor=after)
            for outcome, words in (("", ""), ("failed", "x"))
            for after in ("", "77")
        ],
        set(),
        id="admin: deliveries",
    ),
    pytest.param(lambda c: tries_of(c, "mail:1"), {"ix_delivery_key"}, id="admin: tries of a job"),
    pytest.param(
        lambda c: [caught_page(c, words=words, cursor="77") for words in ("", "x")],
        set(),
        id="admin: mails kept",
    ),
    pytest.param(
        lambda c: [
            inbox_page(c, state="failed", words=words, cursor="2026-11-22T08:00:00Z~mail~7")
            for words in ("", "x")
        ],
        {"ix_inbox_state"},
        id="admin: what came in, failed",
    ),
    pytest.param(
        lambda c: [
            customers_page(c, words=words, cursor=after)
            for words in ("", "x")
            for after in ("", "c1")
        ],
        {"ix_customer_name"},
        id="admin: customers",
    ),
    pytest.param(
        lambda c: [customers_page(c, organisation_id="o1", words=words) for words in ("", "x")],
        {"ix_customer_organisation_id"},
        id="admin: customers of an organisation",
    ),
    pytest.param(
        lambda c: [entries(c), entries(c, before=77)], set(), id="admin: audit, newest first"
    ),
    pytest.param(
        lambda c: entries(c, target="r1", before=77), {"ix_audit_target"}, id="admin: audit of one"
    ),
    pytest.param(
        listed(RecordFilter(customer_id="c1", categories=OPEN_CATEGORIES), "updated", down=True),
        {"ix_record_customer"},
        id="portal: open requests of a customer",
    ),
    pytest.param(lambda c: customer_of(c, "c1"), set(), id="portal: the customer"),
    pytest.param(lambda c: files_by_id(c, ["f1"]), set(), id="portal: files"),
    pytest.param(lambda c: id_of_number(c, "T-1"), set(), id="by number"),
    pytest.param(lambda c: loads_of(c, ["lin"]), {"ix_record_owner"}, id="load"),
    pytest.param(lambda c: sent_since(c, "a@b", NOW), {"ix_delivery_target"}, id="mails sent"),
    pytest.param(lambda c: count_unread(c, "lin"), {"ix_notice_user"}, id="unread notices"),
    pytest.param(lambda c: notices_of(c, "lin"), {"ix_notice_user"}, id="notices"),
    pytest.param(lambda c: search(c, "打印机"), set(), id="search, newest texts"),
    pytest.param(lambda c: search(c, "T-2026-0001"), set(), id="search by number"),
    pytest.param(lambda c: some_records(c, ""), {"ix_record_recent"}, id="last changed"),
]


@pytest.mark.parametrize(("query", "indexes"), QUERIES)
def test_no_query_of_a_page_reads_a_whole_table(
    migrated: Database, query: Query, indexes: set[str]
) -> None:
    with migrated.writing() as connection, plans(connection) as found:
        query(connection)
    assert found.scans == []
    if migrated.is_sqlite:
        assert indexes <= found.used


def test_the_search_index_is_asked_in_windows(migrated: Database) -> None:
    with migrated.writing() as connection, plans(connection) as found:
        _Look(connection, False, 10).in_index([["打印", "印机"]])
        assert found.scans == []


def test_nothing_skips_over_rows() -> None:
    """A page that skips rows gets slower with each page, and shows rows twice when others come in."""
    for folder in ("store", "runtime"):
        for path in sorted(Path(ROOT, "platform", folder).rglob("*.py")):
            assert ".offset(" not in path.read_text(encoding="utf-8"), path
