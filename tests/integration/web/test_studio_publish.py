"""Publishing from the studio: what was taken in and taken back, open records that move, versions, the chart of changes."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from sopwith.core.commands import Transition
from sopwith.runtime.publishing import publish
from sopwith.store.audit import entries
from sopwith.store.releases import Draft, draft_of, live_hash, live_releases
from sopwith.web.studio.bench import bench_of
from sopwith.web.studio.proposed_note import proposed_note
from sopwith.web.studio.publishing import changes_of
from tests.integration.runtime.world import World
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import FILE, retitled, send
from tests.integration.web.test_studio_failing import needed, put
from tests.support.runtimes import Outside, new_runner
from tests.support.shop import Shop, files


def text(ada: Browser, path: str) -> str:
    """Return a page that must be there."""
    answer = ada.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def acts(shop: Shop) -> list[str]:
    """Return what the log says was done, the last first."""
    with shop.database.reading() as connection:
        return [one.action for one in entries(connection)]


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft."""
    return str(ada.post("/studio", {"title": "Another way"}).location)


def kept(shop: Shop, draft: str) -> Draft:
    """Return the draft as it is kept."""
    with shop.database.reading() as connection:
        found = draft_of(connection, draft.rsplit("/", 1)[1])
    assert found is not None
    return found


def test_taking_back_what_was_taken_in_makes_the_draft_stale_again(
    ada: Browser, draft: str, shop: Shop
) -> None:
    send(ada, f"{draft}/edit", retitled("A request"))
    first = kept(shop, draft).from_release
    theirs = {**files(), FILE: files()[FILE].rstrip("\n") + "\n# theirs\n"}
    assert publish(shop.service, theirs, author=None, note="Meanwhile")[0] is not None
    ada.post(f"{draft}/update")
    with shop.database.reading() as connection:
        live = live_hash(connection)
    assert kept(shop, draft).from_release == live
    send(ada, f"{draft}/undo", {"file": FILE})
    assert kept(shop, draft).from_release == first
    assert "# theirs" not in kept(shop, draft).documents[FILE]
    assert (
        ada.post(f"{draft}/publish", {"note": "Drops theirs", "revision": "3"}).status_code == 422
    )
    send(ada, f"{draft}/redo", {"file": FILE})
    assert kept(shop, draft).from_release == live
    assert "# theirs" in kept(shop, draft).documents[FILE]
    assert (
        ada.post(f"{draft}/publish", {"note": "Holds theirs", "revision": "4"}).status_code == 303
    )


NOTE = re.compile(r'<textarea[^>]*id="f-note"[^>]*>([^<]*)</textarea>')


def noted(page: str) -> str:
    """Return what stands in the note of the page before publishing."""
    found = NOTE.search(page)
    assert found is not None
    assert " required" in found[0]
    return html.unescape(found[1])


def test_the_note_is_proposed_from_the_changes_and_what_somebody_wrote_stays(
    ada: Browser, draft: str
) -> None:
    put(ada, draft, needed())
    page = text(ada, f"{draft}/publish")
    assert noted(page) == "Form “What do you need?”: new field “How badly does it hurt?”"
    assert "Proposed from the changes above." in page
    assert "1 item changes</span>" in page
    assert "On to publishing" not in page
    for written in ("Because Kim asked", ""):
        answer = ada.post(f"{draft}/publish", {"note": written, "revision": "0"})
        assert answer.status_code == 422
        refused = answer.get_data(as_text=True)
        assert noted(refused) == written
        assert "Proposed from" not in refused


def test_the_proposed_note_is_short_and_leaves_out_scenarios(app: Flask) -> None:
    extra = {"shop/scenarios/one.yaml": SCENARIO.format(id="one", state="working")}
    now = bench_of({**files(), **extra})
    with app.test_request_context("/studio", headers={"Accept-Language": "zh-CN,zh;q=0.9"}):
        assert proposed_note(None, now.partly, changes_of(bench_of(files()), now)) == ""
        said = proposed_note(None, now.partly, changes_of(None, now))
    assert said.startswith("新增表单“")
    assert re.search(r"；还有 \d+ 项$", said)
    assert len(said) <= 160


# --- open records ---------------------------------------------------------------------------------

FLOW = next(name for name, text in files().items() if "id: wish-flow" in text)


def renamed() -> str:
    """Return the file of the workflows with another id for the first state of a wish."""
    text = files()[FLOW].replace("start: received\n", "start: arrived\n")
    return text.replace("  received:\n", "  arrived:\n")


def edited(ada: Browser, draft: str, text: str) -> None:
    """Save the file of the workflows in the draft."""
    edit = {"base": 0, "changes": [{"file": FLOW, "text": text}]}
    assert send(ada, f"{draft}/edit", edit).status_code == 200


def worked(shop: Shop) -> None:
    """Carry out all jobs that are due."""
    world = World(
        service=shop.service,
        clock=shop.clock,  # type: ignore[arg-type]  # it tells the time, which is all that is asked
        outside=Outside(),
        runner=new_runner(shop.service, Outside()),
    )
    world.work()


def test_open_records_stay_unless_they_are_moved(ada: Browser, draft: str, shop: Shop) -> None:
    record = shop.wish()
    before = shop.state(record).release
    edited(ada, draft, files()[FLOW].replace("limit: 2d", "limit: 3d"))
    page = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert 'name="move.wish" value="stay" checked' in page
    assert ada.post(f"{draft}/publish", {"note": "Why", "revision": "1", "move.wish": "stay"}).location.endswith("/versions")  # fmt: skip
    worked(shop)
    assert shop.state(record).release == before
    assert "Nothing was moved yet" in ada.get("/studio/moves").get_data(as_text=True)


def test_a_state_that_is_gone_must_be_mapped_before_records_move(
    ada: Browser, draft: str, shop: Shop
) -> None:
    record = shop.wish()
    edited(ada, draft, renamed())
    page = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert "“Inbox of the counter” is gone. Where does its 1 record go?" in page
    shown = ada.get(f"{draft}/publish/records/wish").get_data(as_text=True)
    assert "Needs a mapping: its state is gone." in shown
    mapped = ada.get(f"{draft}/publish/records/wish?map.wish.received=arrived")
    assert "it enters “Inbox of the counter”" in mapped.get_data(as_text=True)
    wish = {"note": "Renamed", "revision": "1", "move.wish": "move"}
    refused = ada.post(f"{draft}/publish", wish)
    assert refused.status_code == 422
    assert 'id="f-map.wish.received-error"' in refused.get_data(as_text=True)
    done = ada.post(f"{draft}/publish", {**wish, "map.wish.received": "arrived"})
    assert done.location.endswith("/studio/moves")
    assert "running" in ada.get("/studio/moves").get_data(as_text=True)
    worked(shop)
    state = shop.state(record)
    assert (state.state, state.release) == ("arrived", shop.service.releases.live().hash)
    shown = ada.get("/studio/moves").get_data(as_text=True)
    assert "1 of 1 moved, settled or gone on" in shown
    history = ada.get(f"/desk/records/{record}?tab=history").get_data(as_text=True)
    assert "Moved to another version of the process" in history


def test_what_stays_behind_is_told_with_the_reason(ada: Browser, draft: str, shop: Shop) -> None:
    first = shop.wish()
    edited(ada, draft, renamed())
    wish = {"note": "Renamed", "revision": "1", "move.wish": "move", "map.wish.received": "nowhere"}
    assert ada.post(f"{draft}/publish", wish).status_code == 422
    wish["map.wish.received"] = "working"
    assert ada.post(f"{draft}/publish", wish).status_code == 303
    worked(shop)
    assert shop.state(first).state == "working"


def test_records_that_stayed_behind_move_when_somebody_says_so(
    ada: Browser, draft: str, shop: Shop
) -> None:
    first, other = shop.wish(), shop.wish()
    shop.do(Transition(actor=shop.agent(), to="working"), other)
    edited(ada, draft, renamed())
    ada.post(f"{draft}/publish", {"note": "Renamed", "revision": "1"})
    live = shop.service.releases.live().hash
    assert "2 open records run on earlier versions." in text(ada, "/studio/moves")
    page = text(ada, "/studio/moves/behind")
    assert 'name="from.wish" value="received"' in page
    assert 'name="from.wish" value="working"' in page
    assert "Move 1 record now" not in page
    unsure = text(ada, "/studio/moves/behind?from.wish=received")
    assert "Choose where the records in “Inbox of the counter” go" in unsure
    assert "record now" not in unsure
    mapped = text(ada, "/studio/moves/behind?from.wish=received&map.wish.received=arrived")
    assert "Move 1 record now" in mapped
    assert "it enters “Inbox of the counter”" in mapped
    wish = {"release": live, "from.wish": "received"}
    for wrong in (wish, {"release": live}, {**wish, "release": "old", "map.wish.received": "arrived"}):  # fmt: skip
        assert ada.post("/studio/moves/behind", wrong).status_code == 422, wrong
    done = ada.post("/studio/moves/behind", {**wish, "map.wish.received": "arrived"})
    assert done.location.endswith("/studio/moves")
    worked(shop)
    moved, stayed = shop.state(first), shop.state(other)
    assert (moved.state, moved.release) == ("arrived", live)
    assert stayed.state == "working"
    assert stayed.release != live
    shown = text(ada, "/studio/moves")
    assert "1 of 1 moved, settled or gone on" in shown
    assert "1 open record runs on an earlier version." in shown
    assert "records.move" in acts(shop)


def test_nothing_stays_behind_where_all_runs_on_what_is_in_force(ada: Browser, shop: Shop) -> None:
    shop.wish()
    assert "Nothing stayed behind" in text(ada, "/studio/moves/behind")


# --- the chart of changes, versions ---------------------------------------------------------------


def test_changes_stand_on_the_flow_chart_by_what_happened(ada: Browser, draft: str) -> None:
    edited(ada, draft, renamed())
    page = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert "chart-is-added" in page
    assert "chart-is-removed" in page
    assert "New state “Inbox of the counter” (Step)." in page
    assert "The state “Inbox of the counter” is taken out." in page
    assert "On the flow chart" in page


def test_what_is_only_moved_stands_apart(ada: Browser, draft: str) -> None:
    text = files()[FLOW]
    start, end = text.index("  working:\n"), text.index("  waiting:\n")
    moved = text[:start] + text[end : text.index("  resolved:\n")] + text[start:end] + text[text.index("  resolved:\n") :]  # fmt: skip
    edited(ada, draft, moved)
    page = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert "Only the order in which people see it is another one." in page
    assert "is taken out" not in page


def test_versions_are_listed_compared_and_put_back(ada: Browser, draft: str, shop: Shop) -> None:
    first = shop.service.releases.live().hash
    edited(ada, draft, renamed())
    ada.post(f"{draft}/publish", {"note": "Another first state", "revision": "1"})
    second = shop.service.releases.live().hash
    page = ada.get("/studio/versions").get_data(as_text=True)
    assert "Another first state" in page
    assert "Nothing is lost" in page
    compared = ada.get(f"/studio/compare?from={first}&to={second}").get_data(as_text=True)
    assert "chart-is-removed" in compared
    assert "No difference" in ada.get(f"/studio/compare?from={first}&to={first}").get_data(as_text=True)  # fmt: skip
    assert ada.get(f"/studio/compare?from={first}&to=none").status_code == 404
    back = re.search(r'action="([^"]+/back)"', page)
    assert back is not None
    refused = ada.post(back[1], {"note": "  "})
    assert refused.status_code == 422
    assert "Say in a sentence why" in refused.get_data(as_text=True)
    assert shop.service.releases.live().hash == second, "nothing goes back without a reason"
    assert ada.post(back[1], {"note": "It was better"}).status_code == 303
    assert shop.service.releases.live().hash == first
    page = text(ada, "/studio/versions")
    assert "restored by rolling back" in page
    assert "Why: It was better" in page
    assert page.count("Bring this version back") == 2, "on its summary and its button"
    assert "Roll back to it" not in page
    assert ada.post(back[1]).status_code == 404, "it is in force already"
    with shop.database.reading() as connection:
        assert [one.kind for one in live_releases(connection)] == ["rollback", "publish", "publish"]
    assert acts(shop)[:2] == ["release.rollback", "release.publish"]


def test_records_in_states_that_the_version_in_force_lost_are_told_and_counted_once(
    ada: Browser, draft: str, shop: Shop
) -> None:
    first = shop.service.releases.live().hash
    shop.wish()
    edited(ada, draft, renamed())
    ada.post(f"{draft}/publish", {"note": "Another first state", "revision": "1"})
    assert "1 open record stands in a state" in text(ada, "/studio/versions")
    after = shop.wish()
    assert shop.state(after).state == "arrived"
    ada.post(f"/studio/versions/{first}/back", {"note": "Back"})
    page = text(ada, "/studio/versions")
    assert "1 open record stands in a state that the version in force does not have." in page
    assert "/studio/moves/behind" in page
    assert re.findall(r"(\d+) open records?</p>", page) == ["1", "1"], "once for each version"


SCENARIO = """kind: scenario
id: {id}
title: {{en: Begun, zh-CN: 已开始}}
record_type: wish
given:
  now: "2026-11-16 09:00"
  zone: Asia/Shanghai
  people: [{{id: lin, name: Lin, roles: [agent], teams: [counter]}}]
steps:
  - create: {{by: lin, values: {{topic: question, description: Where?}}}}
    then: {{state: {state}}}
"""


def test_scenarios_that_did_not_run_yet_come_in_after_the_page(
    ada: Browser, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopwith.web.studio.coverage.A_PORTION", 0.0)  # one at a time
    made = {"good": "received", "bad": "nowhere"}
    changes = [
        {"file": f"shop/scenarios/{name}.yaml", "text": SCENARIO.format(id=name, state=state)}
        for name, state in made.items()
    ]
    send(ada, f"{draft}/edit", {"base": 0, "changes": changes})
    page = text(ada, f"{draft}/publish")
    assert "0 of 2 scenarios were run" in page  # nothing waited for them
    asks = f'hx-get="{draft}/publish/scenarios" hx-trigger="load"'
    assert asks in page and "The others are still running." in page
    answers = [text(ada, f"{draft}/publish/scenarios") for _ in range(3)]
    assert [asks in one for one in answers] == [True, False, False]
    assert "1 scenario of 2 fails" in answers[1] and "See which, and why" in answers[1]
    again = text(ada, f"{draft}/publish")
    assert "1 scenario of 2 fails" in again and asks not in again
