"""What documents of SLA policies may refer to in these tests, and how they are read."""

from __future__ import annotations

from typing import Any

from sopwith.calendars import Calendar
from sopwith.core.diagnostics import Diagnostic
from sopwith.core.roles import BUILT_IN_ROLES
from sopwith.core.text import Text
from sopwith.definitions import Document, read_text, tidy
from sopwith.definitions.references import References
from sopwith.expressions import DATE, NUMBER, TEXT, ChoiceType, RecordType, Schema
from sopwith.formbuilder.model import Field, FieldType, Option
from sopwith.sla.check import check_sla
from sopwith.sla.model import Sla
from sopwith.sla.parse import parse_sla

LEVELS = ("P0", "P1", "P2")
SCHEMA = Schema(
    {
        "priority": ChoiceType(LEVELS),
        "amount": NUMBER,
        "city": TEXT,
        "promised": DATE,
        "customer": RecordType("customer", {"tier": ChoiceType(("normal", "vip"))}),
    }
)
REFERENCES = References(ids={"calendar": frozenset({"office"}), "role": BUILT_IN_ROLES})
FIELDS: dict[str, Any] = {
    "priority": Field(
        id="priority",
        type=FieldType.CHOICE,
        title=Text("Priority", "优先级"),
        options=tuple(Option(id=one, title=Text(one, one)) for one in LEVELS),
    )
}
CALENDARS = {"office": Calendar(id="office", week=(((540, 1080),),) * 5 + ((), ()))}


def judged(document: Document) -> tuple[Sla | None, tuple[Diagnostic, ...]]:
    """Return the policies and everything found in them."""
    made, found = parse_sla(document, SCHEMA)
    checked = check_sla(made, REFERENCES, FIELDS, CALENDARS) if made is not None else ()
    return made, tidy((*found, *checked))


def judged_text(text: str | bytes, path: str) -> list[Diagnostic]:
    documents, found = read_text(text, path)
    return [*found, *(one for document in documents for one in judged(document)[1])]
