"""One record at the desk: what each button does, what it refuses, and what it keeps."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from sopwith.core.commands import Comment, Submit, TimerFired
from sopwith.core.events import Actor
from sopwith.core.record import Category
from sopwith.core.text import Text
from sopwith.formbuilder.view import FieldView, FormView, SectionView
from sopwith.store.history import messages_of
from sopwith.web.desk.ways import Way, demanded
from sopwith.web.forms import ShownForm
from sopwith.workflows.model import State, Transition
from tests.integration.web.conftest import Browser, NewBrowser
from tests.support.desk import customer, make_desk_template, repair
from tests.support.shop import Shop

LEA = Actor("user", "lea", frozenset({"agent", "lead"}), frozenset({"counter"}), "Lea Yue")


@pytest.fixture(scope="module")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk_template(tmp_path_factory.mktemp("desk"))


HTMX = {"HX-Request": "true"}


@contextmanager
def counted(shop: Shop) -> Iterator[list[str]]:
    """Collect every statement that the database sees."""
    found: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            found.append(statement)

    engines = (shop.database.read, shop.database.write)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def post(browser: Browser, shop: Shop, record_id: str, what: str, **data: Any) -> Any:
    sent = {"version": str(shop.state(record_id).version)} | data
    return browser.post(f"/desk/records/{record_id}/{what}", sent)


def text(response: Any) -> str:
    return str(response.get_data(as_text=True))


def in_checked(browser: Browser, shop: Shop, record_id: str) -> None:
    answer = post(browser, shop, record_id, "check", item="unplugged", done="1")
    assert answer.status_code == 303


def fixing(browser: Browser, shop: Shop) -> str:
    """Return a repair that is being fixed: two tasks are open."""
    record_id = repair(shop)
    post(browser, shop, record_id, "assign", how="take")
    in_checked(browser, shop, record_id)
    answer = post(browser, shop, record_id, "move", to="fix", severity="fair", can_fix="true")
    assert answer.status_code == 303, text(answer)
    return record_id


def approving(browser: Browser, shop: Shop) -> str:
    """Return a repair that waits for the approval of lea and max."""
    record_id = repair(shop)
    in_checked(browser, shop, record_id)
    more = {"asked": "replace", "note": "Too old", "new_price": "80"}
    answer = post(
        browser, shop, record_id, "move", to="replace", severity="fair", can_fix="false", **more
    )
    assert answer.status_code == 303, text(answer)
    return record_id


# --- what the page shows --------------------------------------------------------------------------


def test_the_page_says_what_to_do_now(lin: Browser, shop: Shop) -> None:
    page = text(lin.get(f"/desk/records/{repair(shop)}"))
    assert "Have a look and say whether it can be fixed." in page
    assert "How bad is it?" in page and "Unplugged it" in page
    assert re.search(
        r"disabled aria-describedby=\"way-fix\".*?Needs: Can we fix it\? is yes", page, re.S
    )


@pytest.mark.parametrize("tab", ["conversation", "history", "why"])
def test_a_field_without_the_right_to_read_it_is_not_shown(
    lin: Browser, lea: Browser, shop: Shop, tab: str
) -> None:
    record_id = repair(shop)
    assert shop.state(record_id).values["margin"] == "canary-margin"
    page = f"/desk/records/{record_id}?tab={tab}"
    assert "canary-margin" not in text(lin.get(page))
    assert "canary-margin" in text(lea.get(f"/desk/records/{record_id}"))


@pytest.mark.parametrize("tab", ["conversation", "history", "why", "clocks", "flow"])
def test_every_part_of_the_record_opens_in_both_languages(
    lin: Browser, shop: Shop, tab: str
) -> None:
    record_id = repair(shop, "smoke")
    shop.clock.forward(hours=5)
    in_checked(lin, shop, record_id)
    for lang in ("en", "zh-CN"):
        lin.post("/preferences", {"lang": lang, "next": "/"})
        with counted(shop) as statements:
            page = lin.get(f"/desk/records/{record_id}?tab={tab}")
        assert page.status_code == 200
        assert len(statements) <= 22, statements


def test_a_part_of_the_record_reads_nothing_of_the_others(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    read: dict[str, str] = {}
    for part in ("work", "tab", "panel", "ticket"):
        with counted(shop) as statements:
            page = lin.get(f"/desk/records/{record_id}?part={part}", headers=HTMX)
        assert page.status_code == 200
        read[part] = " ".join(statements)
    conversation, others = "FROM message", "record.customer_id = "
    assert [part for part in read if conversation in read[part]] == ["tab", "ticket"]
    assert [part for part in read if others in read[part]] == ["ticket"]
    assert "<html" in text(lin.get(f"/desk/records/{record_id}?part=work")), "without scripts"


def test_why_tells_the_rule_that_fired_and_the_clause_that_kept_the_other(
    lin: Browser, shop: Shop
) -> None:
    page = text(lin.get(f"/desk/records/{repair(shop, 'smoke from it')}?tab=why"))
    assert "Rule “Smoke is urgent” acted on opening." in page
    assert re.search(r"\d+ rules? listened and did not act", page)
    assert "Praise is kept" in page and "contains" in page
    assert "RTE" not in page and "fewest open records" in page


def test_clocks_tell_how_the_due_time_is_made_up(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    shop.clock.forward(hours=1)
    page = text(lin.get(f"/desk/records/{record_id}?tab=clocks"))
    assert "1 h 0 m of 4 h 0 m used" in page
    assert "Mon 23 Nov 10:00 – 11:00" in page and "Mon 23 Nov 11:00 – 14:00" in page


def test_the_chart_marks_the_present_state(lin: Browser, shop: Shop) -> None:
    page = text(lin.get(f"/desk/records/{repair(shop)}?tab=flow"))
    assert len(re.findall(r'class="flow-node[^"]*flow-now', page)) == 1
    assert "Being checked (now)" in page


# --- forms, checklist, ways out -------------------------------------------------------------------


def test_a_draft_is_kept_without_being_complete(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    assert post(lin, shop, record_id, "save", severity="bad", cause="rust").status_code == 303
    values = shop.state(record_id).values
    assert (values["severity"], values["cause"]) == ("bad", "rust")
    assert 'value="rust"' in text(lin.get(f"/desk/records/{record_id}"))


def test_a_draft_with_a_wrong_value_keeps_everything_typed(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    answer = post(lin, shop, record_id, "save", severity="bad", cause="x" * 300)
    assert answer.status_code == 422
    assert "x" * 300 in text(answer) and 'aria-invalid="true"' in text(answer)
    assert "severity" not in shop.state(record_id).values


def test_the_preview_opens_the_way_that_fits_and_saves_nothing(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    before = shop.state(record_id).version
    answer = lin.post(
        f"/desk/records/{record_id}/preview",
        {"can_fix": "true", "severity": "bad"},
        headers={"HX-Request": "true"},
    )
    page = text(answer)
    assert "<html" not in page and 'name="to" value="fix"' in page and "Cause" in page
    assert shop.state(record_id).version == before


def test_a_tick_is_kept_at_once(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    answer = lin.post(
        f"/desk/records/{record_id}/check",
        {"item": "unplugged", "done": "1", "severity": "fair"},
        headers={"HX-Request": "true"},
    )
    assert shop.state(record_id).checklist == {"unplugged": True}
    assert 'aria-checked="true"' in text(answer) and 'value="fair" checked' in text(answer)
    post(lin, shop, record_id, "check", item="unplugged", done="0")
    assert shop.state(record_id).checklist == {"unplugged": False}


def test_a_way_out_names_everything_that_is_missing(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    answer = post(lin, shop, record_id, "move", to="fix", can_fix="true")
    assert answer.status_code == 422
    page = text(answer)
    assert "Tick this first: Unplugged it." in page and 'href="#check-unplugged"' in page
    assert 'href="#field-severity"' in page and 'value="true" checked' in page
    assert shop.state(record_id).state == "check"


def test_a_way_out_asks_before_it_is_taken(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    in_checked(lin, shop, record_id)
    first = {"to": "replace", "severity": "fair", "can_fix": "false"}
    asked = post(lin, shop, record_id, "move", **first)
    assert asked.status_code == 200 and "Price of a new one" in text(asked)
    assert 'name="asked" value="replace"' in text(asked)
    refused = post(lin, shop, record_id, "move", **first, asked="replace", new_price="80")
    assert refused.status_code == 422
    assert "Write a note on why you take this step." in text(refused) and 'value="80"' in text(
        refused
    )
    taken = post(lin, shop, record_id, "move", **first, asked="replace", new_price="80", note="Old")
    assert taken.status_code == 303
    state = shop.state(record_id)
    assert state.state == "approving" and state.values["new_price"] == 80


def test_asking_the_customer_sends_a_reply_though_the_form_is_empty(
    lin: Browser, shop: Shop
) -> None:
    record_id = repair(shop)
    answer = post(lin, shop, record_id, "move", to="ask", asked="ask", note="Which lamp is it?")
    assert answer.status_code == 303
    assert shop.state(record_id).category is Category.WAITING
    with shop.database.reading() as connection:
        (said,) = messages_of(connection, record_id)
    assert said.public and said.text == "Which lamp is it?"


def test_a_field_that_an_open_way_demands_says_so_before_it_is_pressed() -> None:
    def one(name: str) -> FieldView:
        fixed: Any = None
        return FieldView(
            fixed=fixed, name=name, value="", display="", required=False, disabled=False
        )

    section = SectionView(
        id="s", title="", help="", columns=1, fields=(one("tried"), one("other"), one("closed"))
    )
    view = FormView(id="f", title="", intro="", submit="", sections=(section,))
    nothing: Any = None
    shown = ShownForm(view=view, result=nothing, picks=nothing, files={})
    steps = tuple(
        Transition(to="b", id=name, title=Text(), ask=ask)
        for name, ask in (("hand-over", ("tried",)), ("wait", ()), ("shut", ("tried", "closed")))
    )
    place = State(id="a", title=Text(), category=Category.OPEN, go=steps)
    ways = [
        Way(id=name, title=name.title(), to="b", style="", open=name != "shut", asks=False)
        for name in ("hand-over", "wait", "shut")
    ]
    found = demanded(shown, place, ways)
    said = {field.name: field.wanted_by for field in found.view.sections[0].fields}
    assert said == {"tried": ("Hand-Over",), "other": (), "closed": ()}


def test_a_closed_way_is_refused_whatever_is_sent(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    in_checked(lin, shop, record_id)
    for way in ("fix", "drop", "nowhere"):
        answer = post(
            lin,
            shop,
            record_id,
            "move",
            to=way,
            asked=way,
            note="x",
            severity="fair",
            can_fix="false",
        )
        assert answer.status_code == 422, way
    assert shop.state(record_id).state == "check"


# --- two people at once ---------------------------------------------------------------------------


def test_a_conflict_shows_what_changed_and_keeps_what_was_typed(
    lin: Browser, lea: Browser, shop: Shop
) -> None:
    record_id = repair(shop)
    seen = str(shop.state(record_id).version)
    assert post(lea, shop, record_id, "save", severity="bad").status_code == 303
    sent = {"version": seen, "severity": "fair", "cause": "my words"}
    answer = lin.post(f"/desk/records/{record_id}/save", sent)
    assert answer.status_code == 409
    page = text(answer)
    assert "Lea Yue" in page and "How bad is it?: Bad" in page
    assert 'value="fair" checked' in page and "Send again" in page
    assert f'name="version" value="{shop.state(record_id).version}"' in page
    assert shop.state(record_id).values["severity"] == "bad"
    again = post(lin, shop, record_id, "save", severity="fair")
    assert again.status_code == 303 and shop.state(record_id).values["severity"] == "fair"


def test_what_only_clocks_did_is_no_conflict(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    seen = shop.state(record_id).version
    shop.clock.forward(hours=5)
    due = shop.state(record_id).clocks["first_response"].due_at
    assert due is not None
    shop.service.handle(TimerFired(key="sla:first_response", due_at=due), record_id)
    assert shop.state(record_id).version > seen, "the clock has written something"
    answer = lin.post(f"/desk/records/{record_id}/save", {"version": str(seen), "severity": "fair"})
    assert answer.status_code == 303 and shop.state(record_id).values["severity"] == "fair"


# --- messages -------------------------------------------------------------------------------------


def test_a_reply_with_a_file_and_a_note(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    upload = (io.BytesIO(b"hello"), "hello.txt")
    answer = post(
        lin, shop, record_id, "say", kind="reply", text="It is ready.", **{"upload:files": upload}
    )
    assert answer.status_code == 303
    assert post(lin, shop, record_id, "say", kind="note", text="A difficult one").status_code == 303
    with shop.database.reading() as connection:
        said = messages_of(connection, record_id)
    assert [(one.text, one.public) for one in said] == [
        ("It is ready.", True),
        ("A difficult one", False),
    ]
    page = text(lin.get(f"/desk/records/{record_id}"))
    assert "hello.txt" in page and "entry-internal" in page and "Internal note" in page


def test_an_empty_reply_is_refused_beside_the_box(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    answer = post(lin, shop, record_id, "say", kind="reply", text="  ")
    assert answer.status_code == 422 and "Write something first." in text(answer)


def test_a_reply_meets_a_message_that_came_meanwhile(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    seen = str(shop.state(record_id).version)
    shop.do(
        Comment(
            actor=customer("ann"),
            message=shop.service.message("Never mind!"),
            public=True,
            author="customer",
        ),
        record_id,
    )
    answer = lin.post(
        f"/desk/records/{record_id}/say", {"version": seen, "kind": "reply", "text": "On my way"}
    )
    page = text(answer)
    assert answer.status_code == 409
    assert "The customer wrote" in page and "On my way" in page and "Never mind!" in page


# --- people ---------------------------------------------------------------------------------------


def test_take_release_give_and_route(lin: Browser, lea: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    post(lin, shop, record_id, "assign", how="take")
    assert shop.state(record_id).owner == "lin"
    post(lin, shop, record_id, "assign", how="release")
    assert (shop.state(record_id).owner, shop.state(record_id).team) == (None, "counter")
    post(lea, shop, record_id, "assign", how="give", owner="lin", team="")
    assert shop.state(record_id).owner == "lin"
    post(lea, shop, record_id, "assign", how="route")
    assert shop.state(record_id).owner is not None
    nobody = post(lea, shop, record_id, "assign", how="give", owner="", team="")
    assert nobody.status_code == 422
    unknown = post(lea, shop, record_id, "assign", how="give", owner="nobody-there")
    assert unknown.status_code == 422 and "There is no such colleague" in text(unknown)


def test_follow_and_tags(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    post(lin, shop, record_id, "follow", follow="1")
    assert shop.state(record_id).followers == ("lin",)
    post(lin, shop, record_id, "follow", follow="0")
    assert shop.state(record_id).followers == ()
    post(lin, shop, record_id, "tag", add="lamp，保修, lamp")
    assert shop.state(record_id).tags == ("lamp", "保修")
    post(lin, shop, record_id, "tag", remove="lamp")
    assert shop.state(record_id).tags == ("保修",)


# --- tasks ----------------------------------------------------------------------------------------


def test_tasks_are_finished_one_by_one_each_with_its_form(
    lin: Browser, lea: Browser, shop: Shop
) -> None:
    record_id = fixing(lin, shop)
    assert "Work at the bench" in text(lin.get("/desk/tasks"))
    page = text(lin.get(f"/desk/records/{record_id}"))
    assert "Get the parts" in page and "Measured volts" in page and "Part number" not in page
    wrong = post(lin, shop, record_id, "tasks/bench/finish", measured="900")
    assert wrong.status_code == 422 and 'value="900"' in text(wrong)
    assert post(lin, shop, record_id, "tasks/bench/save", measured="12").status_code == 303
    assert shop.state(record_id).tasks["bench"].status == "open"
    assert post(lin, shop, record_id, "tasks/bench/finish", measured="12").status_code == 303
    assert shop.state(record_id).tasks["bench"].status == "done"
    assert shop.state(record_id).state == "fixing"
    assert post(lea, shop, record_id, "tasks/parts/take").status_code == 303
    assert shop.state(record_id).tasks["parts"].owner == "lea"
    assert post(lea, shop, record_id, "tasks/parts/finish", part_number="7").status_code == 303
    assert shop.state(record_id).state == "resolved"


def test_a_task_of_a_team_opens_the_record_for_its_members(
    lin: Browser, browser_of: NewBrowser, shop: Shop
) -> None:
    record_id = fixing(lin, shop)
    kim = browser_of().sign_in("kim")
    assert "Get the parts" in text(kim.get("/desk/tasks"))
    page = text(kim.get(f"/desk/records/{record_id}"))
    assert "Part number" in page and 'name="severity"' not in page
    assert "The lamp flickers" in text(kim.get("/desk?view=open"))
    post(lin, shop, record_id, "tasks/parts/take", owner="lin")
    assert kim.get(f"/desk/records/{record_id}").status_code == 404


def test_a_task_is_seen_by_whom_it_was_given_to(
    lin: Browser, browser_of: NewBrowser, shop: Shop
) -> None:
    record_id = fixing(lin, shop)
    kim = browser_of().sign_in("kim")
    post(lin, shop, record_id, "tasks/parts/take", owner="kim")
    assert "Get the parts" in text(kim.get("/desk/tasks"))
    page = text(kim.get(f"/desk/records/{record_id}"))
    assert "Part number" in page and 'name="severity"' not in page
    assert post(kim, shop, record_id, "tasks/parts/finish", part_number="7").status_code == 303
    assert shop.state(record_id).tasks["parts"].done_by == "kim"


# --- approvals ------------------------------------------------------------------------------------


def test_all_must_approve(lin: Browser, lea: Browser, browser_of: NewBrowser, shop: Shop) -> None:
    record_id = approving(lin, shop)
    waits = text(lea.get("/desk/approvals"))
    assert "The lamp flickers" in waits and "All approve" in waits
    page = text(lea.get(f"/desk/records/{record_id}"))
    assert "everybody asked must approve" in page and "Max Yue" in page
    assert 'value="approve"' not in text(lin.get(f"/desk/records/{record_id}")), "lin is not asked"
    assert post(lea, shop, record_id, "decide", decision="approve").status_code == 303
    assert shop.state(record_id).state == "approving"
    assert "The lamp flickers" not in text(lea.get("/desk/approvals"))
    max_ = browser_of().sign_in("max")
    assert post(max_, shop, record_id, "decide", decision="approve").status_code == 303
    assert shop.state(record_id).state == "resolved"


def test_a_rejection_needs_words_and_keeps_the_page(lin: Browser, lea: Browser, shop: Shop) -> None:
    record_id = approving(lin, shop)
    answer = post(lea, shop, record_id, "decide", decision="reject", note=" ")
    assert answer.status_code == 422 and "Say why you reject it." in text(answer)
    post(lea, shop, record_id, "decide", decision="reject", note="Too dear")
    assert shop.state(record_id).state == "check"


def test_somebody_not_asked_cannot_decide(lin: Browser, shop: Shop) -> None:
    record_id = approving(lin, shop)
    assert post(lin, shop, record_id, "decide", decision="approve").status_code == 422


def test_one_more_approver_and_handing_over(
    lin: Browser, lea: Browser, browser_of: NewBrowser, shop: Shop
) -> None:
    record_id = approving(lin, shop)
    assert post(lea, shop, record_id, "approver", user="ada", how="more").status_code == 303
    approval = shop.state(record_id).approval
    assert approval is not None and [one.user for one in approval.votes] == ["lea", "max", "ada"]
    assert post(lea, shop, record_id, "approver", user="kim", how="instead").status_code == 303
    approval = shop.state(record_id).approval
    assert approval is not None
    assert (approval.votes[0].user, approval.votes[0].deputy_for) == ("kim", "lea")
    kim = browser_of().sign_in("kim")
    page = text(kim.get(f"/desk/records/{record_id}"))
    assert "instead of Lea Yue" in page and 'value="approve"' in page


# --- the record as a whole ------------------------------------------------------------------------


def test_merge_shows_what_happens_first(lin: Browser, shop: Shop) -> None:
    mine, other = repair(shop), repair(shop, "Same lamp again")
    number = shop.state(other).number
    page = text(lin.get(f"/desk/records/{mine}?do=merge&number={number}"))
    assert "Same lamp again" in page and "closed as merged" in page
    answer = post(lin, shop, mine, "merge", number=number)
    assert answer.status_code == 303 and answer.headers["Location"].endswith(other)
    assert shop.state(mine).merged_into == other
    unknown = post(lin, shop, other, "merge", number="R-1")
    assert unknown.status_code == 422


def test_records_are_tied_by_number(lin: Browser, shop: Shop) -> None:
    mine, other = repair(shop), repair(shop, "The other lamp")
    post(lin, shop, mine, "link", number=shop.state(other).number)
    assert [one.record for one in shop.state(mine).links] == [other]
    assert "The other lamp" in text(lin.get(f"/desk/records/{mine}"))
    assert post(lin, shop, mine, "link", number="R-404").status_code == 422


def test_cancel_and_reopen_are_for_those_who_may(lin: Browser, lea: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    assert post(lin, shop, record_id, "cancel", reason="no").status_code == 422
    assert post(lea, shop, record_id, "cancel", reason="Sent twice").status_code == 303
    assert shop.state(record_id).state == "cancelled"
    assert post(lea, shop, record_id, "reopen", reason="It was not").status_code == 303
    assert shop.state(record_id).state == "check"


def test_a_due_time_by_hand_needs_right_reason_and_future(
    lin: Browser, lea: Browser, shop: Shop
) -> None:
    record_id = repair(shop)
    given = {"clock": "resolution", "due_at": "2026-11-30T12:00", "reason": "Parts are abroad"}
    assert post(lin, shop, record_id, "due", **given).status_code == 422
    for wrong in ({"due_at": "2020-01-01T00:00"}, {"reason": " "}, {"due_at": "soon"}):
        answer = post(lea, shop, record_id, "due", **given | wrong)
        assert answer.status_code == 422 and "Set a due time" in text(answer), wrong
    assert post(lea, shop, record_id, "due", **given).status_code == 303
    due = shop.state(record_id).clocks["resolution"].due_at
    assert due is not None and due.isoformat() == "2026-11-30T04:00:00+00:00", "noon in Shanghai"


# --- rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["kim", "sam", "ann@example.test"])
def test_whoever_may_not_see_a_record_finds_nothing(
    browser_of: NewBrowser, shop: Shop, person: str
) -> None:
    """An agent of another team, a colleague without work, the customer (whose page is elsewhere)."""
    record_id = repair(shop)
    before = shop.state(record_id).version
    browser = browser_of().sign_in(person)
    assert browser.get(f"/desk/records/{record_id}").status_code == 404
    for what in (
        "move",
        "save",
        "say",
        "assign",
        "decide",
        "merge",
        "cancel",
        "due",
        "tag",
        "place",
    ):
        answer = browser.post(f"/desk/records/{record_id}/{what}", {"to": "fix"})
        assert answer.status_code == 404, what
    assert shop.state(record_id).version == before


def test_a_colleague_sees_their_own_request_and_no_internal_notes(
    browser_of: NewBrowser, lea: Browser, shop: Shop
) -> None:
    sam = Actor("user", "sam", frozenset({"staff"}), name="Sam Yue")
    outcome = shop.service.create(type="repair", values={"title": "My chair"}, actor=sam)
    record_id = str(outcome.record_id)
    post(lea, shop, record_id, "say", kind="note", text="He breaks everything")
    page = text(browser_of().sign_in("sam").get(f"/desk/records/{record_id}"))
    assert "My chair" in page and "He breaks everything" not in page
    assert 'name="severity"' not in page and "tab=why" not in page


def test_a_preview_does_not_make_the_page_newer_than_its_reader_has_seen(
    lin: Browser, shop: Shop
) -> None:
    record_id = repair(shop)
    seen = shop.state(record_id).version
    shop.do(
        Submit(actor=LEA, form="check-form", values={"severity": "bad", "cause": "rust"}), record_id
    )
    sent = {"version": str(seen), "severity": "fair"}
    page = text(lin.post(f"/desk/records/{record_id}/preview", sent))
    assert set(re.findall(r'name="version" value="(\d+)"', page)) == {str(seen)}
    assert lin.post(f"/desk/records/{record_id}/save", sent).status_code == 409
    assert shop.state(record_id).values["severity"] == "bad"


# --- requests sent twice ----------------------------------------------------------------------------


def test_a_request_sent_twice_is_proposed_for_merging(shop: Shop, lin: Browser) -> None:
    first = repair(shop, "The lamp in the hall flickers")
    again = repair(shop, "Lamp in the hall flickers!")
    repair(shop, "The invoice names the wrong firm")
    repair(shop, "The lamp in the hall flickers", customer_id="bob")
    page = lin.get(f"/desk/records/{again}").get_data(as_text=True)
    twins = page.partition('class="notice notice-info twins"')[2].partition("</section>")[0]
    assert re.findall(r"R-\d{4}-\d+", twins)[0] == shop.state(first).number
    assert len(set(re.findall(r"R-\d{4}-\d+", twins))) == 1
    number = shop.state(first).number
    assert f"do=merge&amp;number={number}" in twins

    assert post(lin, shop, again, "link", number=number, kind="different_from").status_code == 303
    assert "twins" not in lin.get(f"/desk/records/{again}").get_data(as_text=True)
    assert "twins" not in lin.get(f"/desk/records/{first}").get_data(as_text=True), "said for both"
    assert [(tie.kind, tie.record) for tie in shop.state(first).links] == [
        ("different_from", again)
    ]
