"""Trying a draft: its own release in a made-up world, step by step, back again, and saved as a scenario."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sopwith.core.text import Text
from sopwith.release.making import new_pack
from sopwith.store.tables import AttachmentRow, JobRow, RecordRow, SettingRow
from sopwith.web.studio.trial_world import readable
from tests.integration.web.conftest import Browser, draft_files
from tests.integration.web.test_studio import send
from tests.support.shop import Shop, files

FLOW = next(name for name, text in files().items() if "id: wish-flow" in text)
WISH = {"topic": "question", "description": "Where is my parcel?"}
ANN = {"_as": "customer:customer-1"}


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft."""
    return str(ada.post("/studio", {"title": "Another way"}).location)


def begin(ada: Browser, draft: str) -> str:
    """Begin a trial of a wish on a Monday morning; return the page."""
    answer = ada.post(f"{draft}/try/begin", {"type": "wish", "at": "2026-11-23T10:00"})
    assert answer.status_code == 303
    return page(ada, draft)


def page(ada: Browser, draft: str, **where: str) -> str:
    """Return the page of the trial as somebody sees it."""
    query = "&".join(f"{key}={value}" for key, value in where.items())
    answer = ada.get(f"{draft}/try?{query}")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def count(ada: Browser, draft: str) -> str:
    """Return how many steps the trial has."""
    found = re.search(r'name="_count" value="(\d+)"', page(ada, draft))
    assert found is not None
    return found[1]


def step(ada: Browser, draft: str, **sent: Any) -> Any:
    """Take one step, with the number of steps that the page shows."""
    where: dict[str, Any] = {key: sent.pop(key) for key in ("_as", "_record") if key in sent}
    return ada.post(f"{draft}/try/step", {"_count": count(ada, draft), **where, **sent})


def opened(ada: Browser, draft: str) -> None:
    """Begin a trial and open a wish as a customer."""
    begin(ada, draft)
    answer = step(ada, draft, **ANN, **WISH)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def travel(ada: Browser, draft: str, by: str, **more: str) -> Any:
    """Let time pass."""
    return ada.post(f"{draft}/try/time", {"_count": count(ada, draft), "_by": by, **more})


def test_a_run_from_form_to_survey_leaves_no_trace_in_the_records(
    ada: Browser, draft: str, shop: Shop
) -> None:
    def rows() -> list[int]:
        with shop.database.reading() as connection:
            tables = (RecordRow, JobRow)
            return [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables]  # fmt: skip

    before = rows()
    assert "What do you need?" in begin(ada, draft)
    wrong = step(ada, draft, **ANN, topic="question", description="")
    assert wrong.status_code == 422
    assert 'id="problems"' in wrong.get_data(as_text=True)
    opened(ada, draft)
    shown = page(ada, draft)
    assert "WISH-1" in shown
    assert f'href="{draft}/publish"' in shown
    assert "Inbox of the counter" in shown
    assert step(ada, draft, _do="go", _to="working", **{"_as": "user:counter-1"}).status_code == 303
    assert (
        step(ada, draft, _do="reply", _text="On its way.", **{"_as": "user:counter-1"}).status_code
        == 303
    )
    assert (
        step(ada, draft, _do="go", _to="resolved", **{"_as": "user:counter-1"}).status_code == 303
    )
    as_customer = page(ada, draft, **ANN)
    assert "Is it solved?" in as_customer
    assert "On its way." in as_customer
    assert step(ada, draft, _do="solved", _answer="yes", **ANN).status_code == 303
    assert "Closed" in page(ada, draft, **ANN)
    assert rows() == before


def test_it_shows_the_path_the_reasons_the_clocks_and_what_would_go_out(
    ada: Browser, draft: str
) -> None:
    opened(ada, draft)
    step(ada, draft, _do="go", _to="working", **{"_as": "user:counter-1"})
    chart = page(ada, draft)
    assert chart.count("chart-is-lit") == 3  # two states and the way between them
    assert "Ann Miller" in page(ada, draft, _tab="why")
    assert "First response" in page(ada, draft, _tab="clocks")
    out = page(ada, draft, _tab="out")
    assert "customer-1" in out or "Ann Miller" in out
    assert "We have received" in out or "received" in out


CITIES = """kind: rule
id: first-city
title: {en: First city, zh-CN: 城市一}
record_type: wish
on: created
order: 10
then:
  - set: {city: bj}
---
kind: rule
id: second-city
title: {en: Second city, zh-CN: 城市二}
record_type: wish
on: created
order: 20
when: topic == "question"
then:
  - set: {city: sh}
"""


def test_the_reasons_tell_what_a_rule_did_and_who_changed_it_after_that(
    ada: Browser, draft: str
) -> None:
    base = ada.get(f"{draft}/state").get_json()["revision"]
    changes = [{"file": "shop/cities.yaml", "text": CITIES}]
    assert send(ada, f"{draft}/edit", {"base": base, "changes": changes}).status_code == 200
    opened(ada, draft)
    shown = html.unescape(page(ada, draft, _tab="why"))
    first = shown[shown.index("First city") :]
    assert "City: Beijing" in first
    assert "rule “Second city” changed it after that: City: Shanghai" in first
    assert shown.count("changed it after that") == 1  # what the second did stayed


def test_the_customer_reads_the_subject_and_going_on_is_an_act(ada: Browser, draft: str) -> None:
    begin(ada, draft)
    subject = {"title": "A lost parcel", **WISH}
    assert step(ada, draft, **ANN, **subject).status_code == 303
    shown = page(ada, draft, **ANN)
    heading = re.search(r"<h2>([^<]*)</h2>", shown[shown.index("try-record") :])
    assert heading is not None and heading[1] in ("A lost parcel", "Where is my parcel?"), heading
    assert "Go on as " in shown
    assert "It waits for" not in shown


@pytest.mark.parametrize(("language", "name"), [("en", "Wang Fang 王芳"), ("zh", "王芳 Wang Fang")])
def test_a_name_written_twice_begins_with_the_readers_letters(
    app: Flask, language: str, name: str
) -> None:
    with app.test_request_context("/", headers={"Accept-Language": language}):
        assert readable("王芳 Wang Fang") == name
        assert readable("Emma Clark") == "Emma Clark"
        assert readable("王芳") == "王芳"


def test_time_passes_and_timers_fire(ada: Browser, draft: str) -> None:
    opened(ada, draft)
    assert "23 Nov 2026, 10:00" in page(ada, draft)
    assert travel(ada, draft, "10m").status_code == 303
    assert "23 Nov 2026, 10:10" in page(ada, draft)
    assert travel(ada, draft, "next").status_code == 303
    assert "Timer fired" in page(ada, draft)
    assert travel(ada, draft, "at", _at="2026-11-25T09:30").status_code == 303
    assert "25 Nov 2026, 09:30" in page(ada, draft)
    assert "is overdue" in page(ada, draft)
    for at in ("2026-11-24T09:00", "2036-01-01T00:00", "tomorrow", "2026-13-41T00:00"):
        assert travel(ada, draft, "at", _at=at).status_code == 422
    away = travel(ada, draft, "presence", _person="counter-1")
    assert away.status_code == 303
    assert "Away from now on" in page(ada, draft)


def test_steps_are_taken_back_one_by_one_or_to_any(ada: Browser, draft: str) -> None:
    opened(ada, draft)
    for by in ("10m", "1h", "1d"):
        travel(ada, draft, by)
    assert count(ada, draft) == "4"
    assert ada.post(f"{draft}/try/back", {"_count": "4"}).status_code == 303
    assert count(ada, draft) == "3"
    assert "11:10" in page(ada, draft)
    ada.post(f"{draft}/try/back", {"_count": "3", "_to": "1"})
    assert count(ada, draft) == "1"
    ada.post(f"{draft}/try/back", {"_count": "9", "_to": "0"})
    assert count(ada, draft) == "1"  # another tab has seen something else
    assert ada.post(f"{draft}/try/end").status_code == 303
    assert "When does it begin?" in page(ada, draft)


def test_two_tabs_do_not_mix(ada: Browser, draft: str) -> None:
    opened(ada, draft)
    late = ada.post(f"{draft}/try/time", {"_count": "0", "_by": "1h"})
    assert late.status_code == 303
    assert "went on elsewhere" in page(ada, draft)
    assert count(ada, draft) == "1"


def test_a_way_that_asks_asks_first_and_what_is_refused_keeps_what_was_typed(
    ada: Browser, draft: str
) -> None:
    opened(ada, draft)
    agent = {"_as": "user:counter-1"}
    refused = step(ada, draft, _do="go", _to="nowhere", **agent)
    assert refused.status_code == 422
    assert count(ada, draft) == "1"
    assert step(ada, draft, _do="reply", _text=" ", **agent).status_code == 422
    assert step(ada, draft, _do="dance", **agent).status_code == 400
    shaped = ada.post(f"{draft}/try/shape", {"_count": "1", **agent})
    assert shaped.status_code == 200
    assert "<html" not in shaped.get_data(as_text=True)


def test_a_run_survives_a_change_of_the_draft_and_says_what_no_longer_fits(
    ada: Browser, draft: str
) -> None:
    opened(ada, draft)
    step(ada, draft, _do="go", _to="working", **{"_as": "user:counter-1"})
    step(ada, draft, _do="go", _to="waiting", **{"_as": "user:counter-1"})
    travel(ada, draft, "1h")
    way = "{to: waiting, title: {en: Ask, zh-CN: 询问}"
    text = files()[FLOW].replace(way, f"{way}, by: [manager]")
    edit = {"base": 0, "changes": [{"file": FLOW, "text": text}]}
    assert send(ada, f"{draft}/edit", edit).status_code == 200
    shown = page(ada, draft)
    assert "1 step does not fit the draft" in shown
    assert "Does not fit any more" in shown
    assert "Worked on" in shown
    refused = ada.post(f"{draft}/try/keep", {"_count": "4", "_title": "Ask the customer"})
    assert refused.status_code == 422
    broken = {"base": 1, "changes": [{"file": FLOW, "text": text + "\nnonsense: 1\n"}]}
    send(ada, f"{draft}/edit", broken)
    assert "Your trial with 4 steps is kept" in page(ada, draft)


def test_a_run_becomes_a_scenario_that_passes_and_paints_coverage(
    ada: Browser, draft: str, shop: Shop
) -> None:
    opened(ada, draft)
    step(ada, draft, _do="go", _to="working", **{"_as": "user:counter-1"})
    travel(ada, draft, "next")
    assert ada.post(f"{draft}/try/keep", {"_count": "3", "_title": ""}).status_code == 422
    answer = ada.post(f"{draft}/try/keep", {"_count": "3", "_title": "Begun within the hour"})
    assert answer.status_code == 303
    name = next(
        one for one in draft_files(shop, draft) if one.endswith("begun-within-the-hour.yaml")
    )
    assert "kind: scenario" in draft_files(shop, draft)[name]
    told = ada.get(f"{draft}/scenarios?revision=1").json
    assert told is not None
    assert (told["passed"], told["failed"], told["is_done"]) == (told["total"], 0, True)
    assert (
        told["words"] == f"{told['total']} of {told['total']} scenarios pass" or told["total"] == 1
    )
    shown = ada.get(f"{draft}/coverage").get_data(as_text=True)
    assert "Begun within the hour" in shown
    assert "chart-is-covered" in shown
    assert "State: Waits for the customer" in shown
    assert ada.get(f"{draft}/scenarios?revision=0").json == {"revision": 1, "stale": True}
    ada.post(f"{draft}/try/keep", {"_count": "3", "_title": "Begun within the hour"})
    assert any(one.endswith("begun-within-the-hour-2.yaml") for one in draft_files(shop, draft))


def test_a_scenario_that_fails_is_told_with_its_place(ada: Browser, draft: str) -> None:
    opened(ada, draft)
    step(ada, draft, _do="go", _to="working", **{"_as": "user:counter-1"})
    ada.post(f"{draft}/try/keep", {"_count": "2", "_title": "Begun"})
    text = files()[FLOW].replace("      - {to: working, title: {en: Begin, zh-CN: 开始}, style: primary}", "      - {to: resolved, title: {en: Begin, zh-CN: 开始}, style: primary}")  # fmt: skip
    assert text != files()[FLOW]
    assert send(ada, f"{draft}/edit", {"base": 1, "changes": [{"file": FLOW, "text": text}]}).status_code == 200  # fmt: skip
    told = ada.get(f"{draft}/scenarios").json
    assert told is not None
    assert [one["id"] for one in told["failing"]] == ["begun"]
    assert "fail" in told["words"]
    shown = ada.get(f"{draft}/coverage").get_data(as_text=True)
    assert "What fails" in shown
    assert "Step 2" in shown
    assert "It is refused: From Inbox of the counter there is no way to Worked on." in shown
    assert told["clean"] == f"No errors · {told['words']}"


def test_everybody_has_a_trial_of_their_own_and_it_goes_with_the_draft(
    ada: Browser, app: Flask, draft: str, shop: Shop
) -> None:
    opened(ada, draft)
    names = select(SettingRow.name).where(SettingRow.name.startswith("trial:"))
    with shop.database.reading() as connection:
        assert connection.execute(names).scalars().all() == [f"trial:{draft.rsplit('/', 1)[1]}:ada"]
    ada.post(f"{draft}/discard")
    with shop.database.reading() as connection:
        assert connection.execute(names).scalars().all() == []
    assert ada.get(f"{draft}/try").status_code == 404


# --- more than one record, tags, merging ----------------------------------------------------------


def test_a_second_record_is_opened_and_merged_into_the_first(ada: Browser, draft: str, shop: Shop) -> None:  # fmt: skip
    opened(ada, draft)
    second = page(ada, draft, _record="%2B", **ANN)
    assert 'name="_record" value="+"' in second
    assert re.search(r"</svg>Cancel</a>", second)
    done = step(ada, draft, _record="+", **ANN, **WISH)
    assert done.status_code == 303
    assert "_record=R2" in done.location
    shown = page(ada, draft, _record="R2")
    assert 'name="_into"' in shown
    same = step(ada, draft, _record="R2", _do="merge", _into="R2")
    assert "Choose the record into which this one goes." in same.get_data(as_text=True)
    merged = step(ada, draft, _record="R2", _do="merge", _into="")
    assert merged.status_code == 303, merged.get_data(as_text=True)
    assert "merged it" in page(ada, draft, _record="R2")
    saved = ada.post(f"{draft}/try/keep", {"_title": "Two are one"})
    assert saved.status_code == 303, saved.get_data(as_text=True)
    text = next(one for name, one in draft_files(shop, draft).items() if "two-are-one" in name)
    assert "merge:" in text
    assert "as: R2" in text
    run = ada.get(f"{draft}/scenarios").get_data(as_text=True)
    assert "1 of 1 scenario passes" in run


def test_tags_are_put_on_and_taken_off(ada: Browser, draft: str) -> None:
    opened(ada, draft)
    shown = page(ada, draft)
    assert 'name="_tags"' in shown
    assert step(ada, draft, _do="tag", _tags="urgent， vip").status_code == 303
    assert 'value="urgent, vip"' in page(ada, draft)
    assert step(ada, draft, _do="tag", _tags="vip").status_code == 303
    shown = page(ada, draft)
    assert 'value="vip"' in shown
    assert "-urgent" in shown
    assert step(ada, draft, _do="tag", _tags="vip").status_code == 422


def test_the_page_says_what_a_trial_cannot_do(ada: Browser, draft: str) -> None:
    opened(ada, draft)
    assert "What a trial cannot do" in page(ada, draft)


def sent(name: str, data: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_files_are_told_by_name_and_size_and_lie_nowhere(
    ada: Browser, draft: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(ada, draft)
    folder = shop.data / "files"

    def lies() -> list[str]:
        with shop.database.reading() as connection:
            rows = connection.execute(select(AttachmentRow.name)).scalars().all()
        return [*rows, *(one.name for one in folder.glob("**/*"))]

    before = lies()
    # A page with scripts sends a file at once; the same name again gets a number.
    one = ada.post(f"{draft}/try/file", {"file": sent("../plan.txt", b"x" * 3000)})
    two = ada.post(f"{draft}/try/file", {"file": sent("plan.txt", b"y")})
    assert (one.status_code, one.get_json()) == (201, {"id": "plan.txt", "name": "plan.txt", "size": 3000})  # fmt: skip
    assert two.get_json()["id"] == "plan (2).txt"
    assert count(ada, draft) == "1"
    said = {"_do": "message", "_text": "See these", "files": "plan.txt", **ANN}
    # One without scripts sends it with the form.
    answer = step(ada, draft, **said, **{"upload:files": sent("photo.png", b"z" * 2048)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    shown = page(ada, draft)
    assert re.search(r'file-name">plan.txt</span><span class="soft number">3 KB', shown)
    assert re.search(r'file-name">photo.png</span><span class="soft number">2 KB', shown)
    assert lies() == before
    monkeypatch.setattr("sopwith.web.stand_in.MOST_FILES", 3)
    too_much = ada.post(f"{draft}/try/file", {"file": sent("large.bin", b"0")})
    assert too_much.status_code == 413
    # A scenario names them, and passes.
    ada.post(f"{draft}/try/keep", {"_title": "With files"})
    text = next(
        text for name, text in draft_files(shop, draft).items() if name.endswith("with-files.yaml")
    )
    assert re.search(r"files: *\[plan.txt, photo.png\]|- plan.txt\n +- photo.png", text)
    told = ada.get(f"{draft}/scenarios").get_json()
    assert (told["total"], told["failed"]) == (1, 0)
    # Gone with the trial.
    ada.post(f"{draft}/try/end")
    assert ada.post(f"{draft}/try/file", {"file": sent("late.txt", b"x")}).status_code == 404


def test_records_are_linked_and_followed_and_a_scenario_says_both(
    ada: Browser, draft: str, shop: Shop
) -> None:
    opened(ada, draft)
    step(ada, draft, _record="+", **ANN, **WISH)
    here = {"_record": "R2", "_as": "user:admin"}
    people = re.findall(r'value="(user:[^"]+)"', page(ada, draft))
    here["_as"] = people[0]
    linked = step(ada, draft, _do="link", _other="", _kind="related", **here)
    assert linked.status_code == 303, linked.get_data(as_text=True)
    followed = step(ada, draft, _do="follow", _follow="1", **here)
    assert followed.status_code == 303
    shown = page(ada, draft, **here)
    assert "Stop following" in shown
    assert re.search(r"<dt>Related</dt><dd><a [^>]+>WISH-1<", shown)
    assert 'id="try-other"' not in shown  # nothing is left to be linked
    other = page(ada, draft, _as=here["_as"])
    assert re.search(r"<dt>Related</dt><dd><a [^>]+_record=R2[^>]*>WISH-2<", other)
    assert step(ada, draft, _do="follow", _follow="0", **here).status_code == 303
    assert "Stop following" not in page(ada, draft, **here)
    assert step(ada, draft, _do="link", _other="R2", **here).status_code == 422
    ada.post(f"{draft}/try/keep", {"_title": "Tied"})
    text = next(
        text for name, text in draft_files(shop, draft).items() if name.endswith("tied.yaml")
    )
    assert "link:" in text
    assert "follow: false" in text
    told = ada.get(f"{draft}/scenarios").get_json()
    assert (told["total"], told["failed"]) == (1, 0)


SAMPLE = """customers: [{id: ann, name: Ann Miller}]
records:
  - {type: wish, steps: [{ago: 1h, create: {customer: ann, values: {topic: question, description: Where is it?}}}]}
  - {type: wish, steps: [{ago: 1h, create: {customer: ann, lang: zh-CN, values: {topic: question, description: 在哪里？}}}]}
"""


def test_the_first_form_fills_in_with_a_sample_in_the_language_of_the_reader(
    ada: Browser, draft: str
) -> None:
    assert "Fill in with a sample" not in begin(ada, draft)
    base = ada.get(f"{draft}/state").get_json()["revision"]
    head = new_pack("shop", Text("Shop", "商店"))["shop/pack.yaml"]
    texts = {"shop/pack.yaml": f"{head}sample: sample.yaml\n", "shop/sample.yaml": SAMPLE}
    changes = [{"file": name, "text": text} for name, text in texts.items()]
    assert send(ada, f"{draft}/edit", {"base": base, "changes": changes}).status_code == 200
    filled = begin(ada, draft)
    assert "Where is it?" in filled and "Filled in with a sample" in filled
    assert "Fill in with a sample" not in filled
    empty = page(ada, draft, _empty="1")
    assert "Where is it?" not in empty and "Fill in with a sample" in empty
    assert step(ada, draft, _as="customer:ann", **WISH).status_code == 303
    assert "Where is it?" not in page(ada, draft)
    another = page(ada, draft, _record="%2B", _as="customer:ann")
    assert "Where is it?" in another and "Filled in with a sample" in another
    emptied = re.search(r'href="([^"]+)#now">Empty it<', another)
    assert emptied is not None
    shown = ada.get(html.unescape(emptied[1])).get_data(as_text=True)
    assert "Where is it?" not in shown and "Fill in with a sample" in shown
    assert 'name="_record" value="+"' in shown


LOUD = """kind: rule
id: loud
title: {en: Loud, zh-CN: 紧急}
record_type: wish
on: created
when: description == "Where is it?"
then:
  - tag: [loud]
"""


def test_the_sample_is_the_everyday_case_that_sets_off_the_fewest_rules(
    ada: Browser, draft: str
) -> None:
    base = ada.get(f"{draft}/state").get_json()["revision"]
    head = new_pack("shop", Text("Shop", "商店"))["shop/pack.yaml"]
    calm = "  - {type: wish, steps: [{ago: 1h, create: {customer: ann, values: {topic: question, description: It is calm.}}}]}\n"
    texts = {"shop/pack.yaml": f"{head}sample: sample.yaml\n", "shop/sample.yaml": f"{SAMPLE}{calm}", "shop/loud.yaml": LOUD}  # fmt: skip
    changes = [{"file": name, "text": text} for name, text in texts.items()]
    assert send(ada, f"{draft}/edit", {"base": base, "changes": changes}).status_code == 200
    filled = begin(ada, draft)
    assert "It is calm." in filled
    assert "Where is it?" not in filled


def test_a_trial_begins_with_the_type_that_the_draft_changes(ada: Browser, draft: str) -> None:
    first = ada.get(f"{draft}/try").get_data(as_text=True)
    assert 'value="errand" checked' not in first
    assert f'href="{draft}/publish"' in first
    made = {"kind": "rule", "record_type": "errand"}
    assert ada.post(f"{draft}/make", made).status_code == 303
    assert 'value="errand" checked' in ada.get(f"{draft}/try").get_data(as_text=True)
    asked = ada.get(f"{draft}/try?type=wish").get_data(as_text=True)
    assert 'value="wish" checked' in asked
