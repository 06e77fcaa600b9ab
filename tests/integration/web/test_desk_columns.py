"""Saved views at the desk: their columns, and the order that they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sopwith.core.commands import Submit
from sopwith.core.events import SYSTEM
from tests.integration.web.conftest import Browser
from tests.support.desk import make_desk_template, repair
from tests.support.shop import Shop

HTMX = {"HX-Request": "true"}
VIEWS = """
kind: view
id: bench
title: {en: Bench, zh-CN: 工作台}
record_type: repair
columns: [number, title, severity, can_fix, margin, customer.name, team, state, previous_state, replied, reassignments, created_at, due, tags]
sort: [severity, -title]
---
kind: view
id: few
title: {en: Few, zh-CN: 少}
record_type: any
when: category in ["open", "waiting"]
columns: [type_of_record, priority, owner]
sort: [-priority]
---
kind: view
id: secret
title: {en: Secret, zh-CN: 机密}
record_type: repair
columns: [title]
sort: [-margin, title]
"""


@pytest.fixture(scope="module")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk_template(tmp_path_factory.mktemp("desk"), VIEWS)


def text(response: Any) -> str:
    return str(response.get_data(as_text=True))


def rated(shop: Shop, title: str, **values: Any) -> str:
    """Return the id of a repair that was looked at."""
    made = repair(shop, title)
    if values:
        shop.do(
            Submit(actor=shop.agent("lea"), form="check-form", values=values, partial=True), made
        )
    return made


def headings(page: str) -> list[str]:
    return re.findall(r'<th scope="col">([^<]*)</th>', page)


def table(page: str) -> list[dict[str, str]]:
    """Return what each row says under each heading, without its markup."""
    found = []
    for row in re.findall(r'<tr class="rows-line".*?</tr>', page, re.S):
        cells = re.findall(r'<(t[dh])[^>]* data-label="([^"]*)">(.*?)</\1>', row, re.S)
        found.append({label: " ".join(re.sub(r"<[^>]*>", " ", words).split()) for _tag, label, words in cells})  # fmt: skip
    return found


def test_the_columns_of_a_view_are_those_of_its_table(lin: Browser, shop: Shop) -> None:
    first = rated(shop, "Lamp & shade", severity="bad", can_fix=True)
    page = text(lin.get("/desk?view=view:bench"))
    expected = ["No.", "What is broken?", "How bad is it?", "Can we fix it?", "Customer", "Team", "State", "State before", "Replied", "Times reassigned", "Opened", "Due", "Tags"]  # fmt: skip
    assert headings(page) == expected, "the margin is not for agents"
    (row,) = table(page)
    assert row["What is broken?"] == "Lamp &amp; shade"
    assert (row["How bad is it?"], row["Can we fix it?"]) == ("Bad", "Yes")
    assert row["Customer"] == "Ann Miller" and row["Team"] == "Counter"
    assert row["Replied"] == "no" and row["Due"] and row["Opened"]
    assert "canary-margin" not in page
    assert f'href="/desk/records/{first}?view=view:bench"' in page and "data-open" in page


def test_a_field_for_leads_is_a_column_for_leads(lea: Browser, shop: Shop) -> None:
    repair(shop, "Lamp")
    (row,) = table(text(lea.get("/desk?view=view:bench")))
    assert row["Margin"] == "canary-margin"


def test_all_sort_keys_count(lin: Browser, shop: Shop) -> None:
    """First by severity in the order of its options, then by title backwards; unrated ones last."""
    for title, severity in (("a", "fair"), ("b", "bad"), ("c", "fair"), ("d", "bad"), ("e", "")):
        rated(shop, title, **({"severity": severity} if severity else {}))
    rows = table(text(lin.get("/desk?view=view:bench")))
    assert [one["What is broken?"] for one in rows] == ["d", "b", "c", "a", "e"]
    rows = table(text(lin.get("/desk?view=view:bench&sort=number")))
    assert [one["What is broken?"] for one in rows] == ["a", "b", "c", "d", "e"], "chosen by hand"


def test_more_rows_come_in_the_order_of_the_view(lin: Browser, shop: Shop) -> None:
    expected = []
    for number in range(45):
        severity = ("fair", "bad")[number % 2]
        rated(shop, f"t{number:02}", severity=severity)
        expected.append((severity, -number, f"t{number:02}"))
    page = text(lin.get("/desk?view=view:bench"))
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', page)
    assert more is not None and '<tr class="more"><td colspan="14">' in page
    rest = lin.get(more[1].replace("&amp;", "&"), headers=HTMX)
    assert "<thead" not in text(rest)
    shown = [one["What is broken?"] for one in table(page) + table(text(rest))]
    assert shown == [title for _severity, _number, title in sorted(expected)]


def test_a_view_without_number_and_title_can_be_opened(lin: Browser, shop: Shop) -> None:
    made = repair(shop, "smoke")
    page = text(lin.get("/desk?view=view:few"))
    assert headings(page) == ["No.", "Kind", "Priority", "Owner"]
    assert re.search(rf'<th scope="row"[^>]*>\s*<a class="item-link" href="/desk/records/{made}', page)  # fmt: skip


def test_what_one_may_not_read_tells_nothing_by_its_order(
    lin: Browser, lea: Browser, shop: Shop
) -> None:
    for title, margin in (("a", "1"), ("b", "3"), ("c", "2")):
        made = shop.service.create(
            type="repair",
            values={"title": title, "margin": margin},
            actor=SYSTEM,
            customer_id="ann",
        )
        assert made.record_id is not None, made.problems
    address = "/desk?view=view:secret"
    order = [[one["What is broken?"] for one in table(text(who.get(address)))] for who in (lin, lea)]  # fmt: skip
    assert order == [["a", "b", "c"], ["b", "c", "a"]]


def test_usual_lists_keep_their_lines(lin: Browser, shop: Shop) -> None:
    repair(shop, "Lamp")
    page = text(lin.get("/desk?view=open"))
    assert '<ul class="items"' in page and "<table" not in page
