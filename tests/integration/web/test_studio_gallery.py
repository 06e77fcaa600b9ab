"""The gallery, export and import: looked at and tried before anything is kept, then a draft or a release, byte for byte."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from sopwith.definitions import load_pack
from sopwith.runtime.publishing import publish
from sopwith.runtime.releases import compile_files
from sopwith.store.audit import entries
from sopwith.store.releases import (
    Draft,
    draft_heads,
    draft_of,
    live_releases,
    open_records_by_release,
)
from sopwith.store.tables import JobRow
from sopwith.web.admin.archives import ArchiveError
from sopwith.web.studio.importing import read_sent
from sopwith.web.studio.readme import read_readme
from sopwith.web.studio.shelf import opened, shelf
from tests.integration.web.conftest import Browser
from tests.security.pages import read_page
from tests.support.shop import Shop, files

PACK = "it_request"


def text(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return str(answer.get_data(as_text=True))


def live_files(shop: Shop) -> dict[str, str]:
    return dict(shop.service.releases.files(shop.service.releases.live().hash))


def draft_at(shop: Shop, address: str) -> Draft:
    with shop.database.reading() as connection:
        found = draft_of(connection, address.rstrip("/").rsplit("/", 1)[1])
    assert found is not None
    return found


def archive(content: Mapping[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, words in content.items():
            packed.writestr(name, words.encode())
    return made.getvalue()


def linked(target: str) -> bytes:
    """Return an archive with a link in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        link = zipfile.ZipInfo("extra/pack.yaml")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, target)
    return made.getvalue()


def unpacked(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def send(browser: Browser, name: str, data: bytes) -> Any:
    return browser.post("/studio/import", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")  # fmt: skip


def taken(browser: Browser, report: str, **more: str) -> str:
    """Take in what a report shows; return the address of the draft."""
    answer = browser.post(report.partition("?")[0], more)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    return str(answer.location)


# --- the gallery ----------------------------------------------------------------------------------


def test_every_pack_is_shown_with_what_it_holds(ada: Browser) -> None:
    page = text(ada, "/studio/gallery")
    for offer in shelf().values():
        assert offer.pack.title.en in page
    own = text(ada, f"/studio/gallery/{PACK}")
    offer = shelf()[PACK]
    for kind in ("form", "workflow", "sla", "rule", "scenario"):
        titles = next(one.titles for one in offer.kinds if one.kind == kind)
        assert titles and all(title.en.replace("'", "&#39;") in own for title in titles), kind
    assert "Up to 500 is approved at once" in own  # of its README
    assert own.count('<svg class="chart-svg"') == offer.count("workflow")
    assert text(ada, "/studio/gallery/nothing", 404)


def test_a_readme_says_what_it_says_and_runs_nothing() -> None:
    parts = read_readme(
        "# Title\n\nOne **two**\n`three` [four](javascript:alert(1)) <script>\n\n"
        "- a\n  b\n- c\n\n## Next\n```\ncode: *x*\n```\n第一行，\n第二行\n"
    )
    assert [part.kind for part in parts] == ["paragraph", "list", "heading", "code", "paragraph"]
    assert parts[0].lines[0] == (("", "One "), ("strong", "two"), ("", " "), ("code", "three"), ("", " "), ("", "four"), ("", " <script>"))  # fmt: skip
    assert parts[1].lines == ((("", "a b"),), (("", "c"),))
    assert parts[3].lines == ((("", "code: *x*"),),)
    assert parts[4].lines == ((("", "第一行，第二行"),),)


@pytest.mark.parametrize("folder", [one.folder for one in shelf().values() if one.is_whole])
def test_every_scenario_is_told_to_its_end(ada: Browser, folder: str) -> None:
    made = opened(folder)
    assert made.scenarios
    for name, scenario in made.scenarios.items():
        page = text(ada, f"/studio/gallery/{folder}/stories/{name}")
        assert page.count('class="chapter"') == len(scenario.steps), name
    assert text(ada, f"/studio/gallery/{folder}/stories/nothing", 404)


def rows_of(shop: Shop) -> tuple[int, int]:
    """Return how many records are open and how many jobs wait."""
    with shop.database.reading() as connection:
        jobs = connection.execute(JobRow.__table__.select()).all()
        return sum(open_records_by_release(connection).values()), len(jobs)


@pytest.mark.parametrize("folder", [one.folder for one in shelf().values() if one.is_whole])
def test_a_ticket_is_tried_before_anything_is_installed(
    ada: Browser, shop: Shop, folder: str
) -> None:
    before = rows_of(shop)
    page = text(ada, f"/studio/gallery/{folder}/try")
    typed = filled(page)
    answer = ada.post(f"/studio/gallery/{folder}/try", typed)
    told = answer.get_data(as_text=True)
    assert answer.status_code == 200, told[:3000]
    assert told.count('class="chapter"') == 3
    assert "chart-present" in told
    assert "Mail to" in told
    assert rows_of(shop) == before
    shape = ada.post(f"/studio/gallery/{folder}/try?shape=1", typed).get_data(as_text=True)
    assert shape.lstrip().startswith('<div id="fields"')
    assert ada.post(f"/studio/gallery/{folder}/try", {}).status_code == 422


def filled(page: str) -> dict[str, Any]:
    """Return what the main form of a page would send."""
    form = max(read_page(page).forms, key=lambda one: len(one.fields))
    sent = {
        name: values if len(values) > 1 else values[0]
        for name, values in form.fields.items()
        if values and not name.startswith(("_", "csrf"))
    }
    for name, words in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        sent[name] = unescape(words).strip()
    return sent


def test_a_pack_is_installed_at_once_where_nothing_has_to_be_decided(
    ada: Browser, shop: Shop
) -> None:
    review = text(ada, f"/studio/gallery/{PACK}/install")
    assert "Install at once" in review
    live = shop.service.releases.live().hash
    way = {"where": "live", "from": live, "note": ""}
    assert ada.post(f"/studio/gallery/{PACK}/install", way).status_code == 422
    stale = way | {"note": "For our colleagues", "from": "0" * 64}
    assert ada.post(f"/studio/gallery/{PACK}/install", stale).status_code == 422
    assert shop.service.releases.live().hash == live
    done = ada.post(f"/studio/gallery/{PACK}/install", way | {"note": "For our colleagues"})
    assert done.status_code == 303
    assert live_files(shop) == files() | {f"{PACK}/{name}": one for name, one in shelf()[PACK].files.items()}  # fmt: skip
    assert "Installed, version" in text(ada, f"/studio/gallery/{PACK}")
    assert "It is there already" in text(ada, f"/studio/gallery/{PACK}/install")
    with shop.database.reading() as connection:
        assert entries(connection, limit=1)[0].action == "release.publish"
        assert live_releases(connection, limit=1)[0].note == "For our colleagues"


def test_a_pack_goes_into_a_draft_as_one_step_that_can_be_taken_back(
    ada: Browser, shop: Shop
) -> None:
    begun = str(ada.post("/studio", {"title": "Ours"}).location)
    draft = draft_at(shop, begun)
    assert "Put it into this draft" in text(ada, f"/studio/gallery/{PACK}/install?draft={draft.id}")
    done = ada.post(f"/studio/gallery/{PACK}/install", {"where": draft.id})
    assert str(done.location).endswith(draft.id)
    assert f"{PACK}/forms.yaml" in draft_at(shop, begun).documents
    ada.post(f"{begun}/undo", {"file": ""})
    assert draft_at(shop, begun).documents == draft.documents
    new = str(ada.post(f"/studio/gallery/{PACK}/install", {"where": "new"}).location)
    assert f"{PACK}/forms.yaml" in draft_at(shop, new).documents
    assert not any(name.startswith(PACK) for name in live_files(shop))


def test_ids_that_are_taken_clash_in_sight(ada: Browser, shop: Shop) -> None:
    team = opened(PACK).own["team"][0]
    mine = "shop/mine.yaml"
    clashing = files() | {mine: f"kind: team\nid: {team}\ntitle: {{en: Ours, zh-CN: 我们}}\n"}
    assert publish(shop.service, clashing, author=None, note="Ours")[0] is not None
    page = text(ada, f"/studio/gallery/{PACK}/install")
    assert "Ids that are taken" in page and mine in page and "Not decided yet" in page
    assert "Install at once" not in page
    live = shop.service.releases.live().hash
    way = {"where": "live", "from": live, "note": "Anyway"}
    assert ada.post(f"/studio/gallery/{PACK}/install", way).status_code == 422
    assert ada.post(f"/studio/gallery/{PACK}/install", {"where": "new"}).status_code == 303
    assert shop.service.releases.live().hash == live
    refused = text(
        ada, f"/studio/gallery/{PACK}/install?how:team:{team}=copy&new:team:{team}=Not+one"
    )
    assert "An id begins with a small letter" in refused
    assert "Install at once" not in refused
    asked = f"how:team:{team}=copy&new:team:{team}=their-team"
    page = text(ada, f"/studio/gallery/{PACK}/install?{asked}")
    assert "Install at once" in page
    sent = filled(page)
    assert sent[f"how:team:{team}"] == "copy"
    done = ada.post(f"/studio/gallery/{PACK}/install", sent | {"where": "live", "from": live, "note": "A copy"})  # fmt: skip
    assert done.status_code == 303
    assert live_files(shop)[mine] == clashing[mine]
    teams = shop.service.releases.live().teams
    assert teams[team].title.en == "Ours"
    assert teams["their-team"].title == opened(PACK).release.teams[team].title
    assert f"team: {team}" not in live_files(shop)[f"{PACK}/routing.yaml"]


def older(change: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return the shipped pack as an earlier version of it would be."""
    found = dict(shelf()[PACK].files)
    found["pack.yaml"] = re.sub(r"(?m)^version: .*$", "version: 0.9.0", found["pack.yaml"])
    for name, (now, then) in change.items():
        assert now in found[name]
        found[name] = found[name].replace(now, then, 1)
    return found


def test_an_update_keeps_what_was_changed_here(ada: Browser, shop: Shop) -> None:
    title = opened(PACK).release.teams[opened(PACK).own["team"][0]].title.en
    old = older({"teams.yaml": (title, "Old name")})
    put = {f"{PACK}/{name}": one for name, one in old.items()}
    assert publish(shop.service, files() | put, author=None, note="0.9.0")[0] is not None
    ours = put | {f"{PACK}/routing.yaml": put[f"{PACK}/routing.yaml"] + "\n# ours\n"}
    assert publish(shop.service, files() | ours, author=None, note="A comment")[0] is not None
    page = text(ada, f"/studio/gallery/{PACK}")
    assert "0.9.0 is installed" in page and "changed here" in page
    review = text(ada, f"/studio/gallery/{PACK}/install")
    assert f"What was changed here stays in: {PACK}/routing.yaml" in review
    way = {"where": "live", "from": shop.service.releases.live().hash, "note": "Update"}
    assert ada.post(f"/studio/gallery/{PACK}/install", way).status_code == 303
    now = live_files(shop)
    assert now[f"{PACK}/routing.yaml"].endswith("# ours\n")
    assert now[f"{PACK}/teams.yaml"] == shelf()[PACK].files["teams.yaml"]
    assert now[f"{PACK}/pack.yaml"] == shelf()[PACK].files["pack.yaml"]
    again = text(ada, f"/studio/gallery/{PACK}")
    assert "changed here" in again and "0.9.0" not in again


@pytest.mark.parametrize(("choice", "expected"), [("mine", "Our name"), ("theirs", "")])
def test_where_both_changed_the_same_lines_somebody_chooses(
    ada: Browser, shop: Shop, choice: str, expected: str
) -> None:
    title = opened(PACK).release.teams[opened(PACK).own["team"][0]].title.en
    put = {f"{PACK}/{name}": one for name, one in older({"teams.yaml": (title, "Old name")}).items()}  # fmt: skip
    assert publish(shop.service, files() | put, author=None, note="0.9.0")[0] is not None
    name = f"{PACK}/teams.yaml"
    ours = put | {name: put[name].replace("Old name", "Our name")}
    assert publish(shop.service, files() | ours, author=None, note="Ours")[0] is not None
    page = text(ada, f"/studio/gallery/{PACK}/install")
    assert "Both changed the same lines" in page and "Install at once" not in page
    sent = {"where": "new", f"choose:{name}": choice}
    made = draft_at(shop, str(ada.post(f"/studio/gallery/{PACK}/install", sent).location))
    assert (expected or title) in made.documents[name]
    assert ("Our name" in made.documents[name]) is (choice == "mine")


# --- export and import ----------------------------------------------------------------------------


def test_an_export_imported_elsewhere_says_the_same_to_the_byte(ada: Browser, shop: Shop) -> None:
    answer = ada.get("/studio/export.zip")
    assert answer.headers["Cache-Control"] == "no-store"
    data = answer.get_data()
    assert unpacked(data) == files()
    assert data == ada.get("/studio/export.zip").get_data()
    report = str(send(ada, "definitions.zip", data).location)
    page = text(ada, report)
    assert "Nothing would change" in page and f"{len(files())} the same" in page
    for name in ("base", "shop"):
        assert f"{name}/" in str(sorted(unpacked(data)))


def test_a_dry_run_tells_what_is_new_changed_and_the_same(ada: Browser, shop: Shop) -> None:
    sent = {name: one for name, one in files().items() if name.startswith("shop/")}
    changed = next(name for name, one in sent.items() if "kind: team" in one)
    sent[changed] += "\n# more\n"
    sent["shop/extra.yaml"] = (
        "kind: team\nid: extra\ntitle: {en: Extra, zh-CN: 其他}\nnonsense: 1\n"
    )
    gone = next(name for name in sent if name not in (changed, "shop/pack.yaml", "shop/extra.yaml"))
    del sent[gone]
    live = shop.service.releases.live().hash
    report = str(send(ada, "shop.zip", archive({f"deep/{name}": one for name, one in sent.items()} | {"deep/notes.txt": "x"})).location)  # fmt: skip
    page = text(ada, report)
    assert "1 new" in page and "1 changed" in page and "0 gone" in page
    assert f"{len(sent) - 2} the same" in page
    assert "shop/extra.yaml:4:1" in page  # the finding, where it stands
    pruned = text(ada, f"{report}?prune=1")
    assert "1 gone" in pruned and gone in pruned
    address = taken(ada, report)
    documents = draft_at(shop, address).documents
    assert gone in documents and documents[changed] == sent[changed]
    assert shop.service.releases.live().hash == live
    assert text(ada, report, 404)


def test_ids_of_an_archive_that_are_taken_are_decided_in_the_report(
    ada: Browser, shop: Shop
) -> None:
    team = next(iter(shop.service.releases.live().teams))
    sent = {"extra/pack.yaml": "kind: pack\nid: extra\nversion: 1.0.0\ntitle: {en: X, zh-CN: X}\ndescription: {en: X, zh-CN: X}\n", "extra/teams.yaml": f"kind: team\nid: {team}\ntitle: {{en: Theirs, zh-CN: 他们}}\n"}  # fmt: skip
    report = str(send(ada, "extra.zip", archive(sent)).location)
    assert "Not decided yet" in text(ada, report)
    way = {f"how:team:{team}": "copy", f"new:team:{team}": "theirs"}
    asked = f"{report}?how:team:{team}=copy&new:team:{team}=theirs"
    page = text(ada, asked)
    assert "Not decided yet" not in page
    assert 'value="theirs"' in page
    documents = draft_at(shop, taken(ada, report, **way)).documents
    assert "id: theirs" in documents["extra/teams.yaml"]
    assert compile_files(documents)[0] is not None


def test_a_definition_of_one_file_can_stay_out(ada: Browser, shop: Shop) -> None:
    team = next(iter(shop.service.releases.live().teams))
    words = f"kind: team\nid: {team}\ntitle: {{en: Theirs, zh-CN: 他们}}\n".encode()
    report = str(send(ada, "theirs.yaml", words).location)
    assert "Ids that are taken" in text(ada, report)
    assert "Nothing would change" in text(ada, f"{report}?how:team:{team}=keep")
    documents = draft_at(shop, taken(ada, report, **{f"how:team:{team}": "copy"})).documents
    assert f"id: {team}-2" in str(documents)


def test_what_was_not_sent_goes_only_when_told(ada: Browser, shop: Shop) -> None:
    sent = {name: one for name, one in files().items() if name.startswith("shop/")}
    gone = next(name for name in sent if name != "shop/pack.yaml")
    del sent[gone]
    report = str(send(ada, "shop.zip", archive(sent)).location)
    assert gone not in draft_at(shop, taken(ada, report, prune="1")).documents


def test_one_file_replaces_its_definitions_where_they_stand(ada: Browser, shop: Shop) -> None:
    name = next(name for name, one in files().items() if "kind: record_type" in one)
    begun = str(ada.post("/studio", {"title": "Ours"}).location)
    draft = draft_at(shop, begun)
    one = load_pack({"pack.yaml": b"", **{key.partition("/")[2]: value.encode() for key, value in files().items() if key.startswith("shop/")}}, "shop")[0]  # fmt: skip
    team = next(item for item in one.documents if item.kind == "team")
    words = f"# from elsewhere\n{team.text.rstrip()}\n---\nkind: team\nid: extra\ntitle: {{en: Extra, zh-CN: 其他}}\n"
    words = words.replace(str(team.value["title"]["en"]), "Renamed", 1)
    report = str(send(ada, "my teams.yaml", words.encode()).location)
    page = text(ada, f"{report}?into={draft.id}&pack=shop")
    assert "shop/my-teams.yaml" in page and team.path in page
    address = taken(ada, report, into=draft.id, pack="shop")
    after = draft_at(shop, address).documents
    assert after[name] == draft.documents[name] or name == team.path
    assert "Renamed" in after[team.path] and "# from elsewhere" in after[team.path]
    assert (
        after["shop/my-teams.yaml"].strip()
        == "kind: team\nid: extra\ntitle: {en: Extra, zh-CN: 其他}"
    )
    release, found = compile_files(after)
    assert release is not None, [item.render("en") for item in found]
    assert release.teams[team.id].title.en == "Renamed"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.zip", b"no archive", "no ZIP archive"),
        ("a.zip", archive({"x/forms.yaml": "kind: form"}), "no pack.yaml"),
        ("a.zip", archive({"../pack.yaml": "kind: pack"}), "leads out"),
        ("a.zip", archive({"/etc/pack.yaml": "kind: pack"}), "leads out"),
        ("a.zip", archive({"a\\pack.yaml": "kind: pack"}), "leads out"),
        ("a.zip", linked("/etc/passwd"), "holds a link"),
        ("a.zip", b"PK\x03\x04 broken", "no ZIP archive"),
        ("a.zip", archive({"a/pack.yaml": "x", "a/b/pack.yaml": "x"}), "lie in one another"),
        ("a.zip", archive({"pack.yaml": "\0" * 9_000_000}), "too large"),
        ("a.zip", archive({f"p/{n}.yaml": "x" for n in range(501)}), "more than 500"),
        ("a.yaml", b"\xff\xfe", "UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(
    ada: Browser, shop: Shop, name: str, content: bytes, said: str
) -> None:
    if said == "too large":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("p/pack.yaml", "\0" * 30_000_000)
        content = made.getvalue()
    answer = send(ada, name, content)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    with shop.database.reading() as connection:
        assert draft_heads(connection) == []


@pytest.mark.parametrize(("name", "size"), [("a.yaml", 1_000_001), ("a.zip", 5 * 1024 * 1024 + 1)])
def test_what_is_too_large_is_not_read(app: Flask, name: str, size: int) -> None:
    with app.test_request_context("/studio/import"), pytest.raises(ArchiveError, match="larger"):
        read_sent(FileStorage(io.BytesIO(b"#" * size), filename=name))


def test_what_was_sent_can_be_dropped_and_is_kept_once(ada: Browser, shop: Shop) -> None:
    data = ada.get("/studio/export.zip").get_data()
    first = str(send(ada, "a.zip", data).location)
    second = str(send(ada, "b.zip", data).location)
    assert text(ada, first, 404)
    assert "b.zip" not in text(ada, "/studio")
    taken(ada, second, drop="1")
    with shop.database.reading() as connection:
        assert draft_heads(connection) == []


def test_chosen_definitions_become_a_pack(ada: Browser, shop: Shop) -> None:
    head = {
        "id": "mine",
        "version": "1.2.0",
        "title_en": 'My "own"',
        "title_zh": "",
        "about_en": "",
    }
    assert ada.post("/studio/export", head).status_code == 422
    bad = head | {"id": "My Pack", "version": "1", "keys": "team/counter"}
    assert ada.post("/studio/export", bad).status_code == 422
    look = ada.post("/studio/export", head | {"keys": "record_type/wish", "look": "1"})
    page = look.get_data(as_text=True)
    assert "wish-form" in page and "will require: " in page and "shop" in page
    sent = ada.post("/studio/export", head | {"keys": ["team/counter"], "whole": "base"})
    made = unpacked(sent.get_data())
    inner = {name.removeprefix("mine/"): one for name, one in made.items()}
    pack, found = load_pack({name: one.encode() for name, one in inner.items()}, "mine")
    assert found == (), [one.render("en") for one in found]
    assert (pack.id, pack.version, pack.title.en, pack.title.zh) == ("mine", "1.2.0", 'My "own"', 'My "own"')  # fmt: skip
    keys = {one.key for one in pack.documents}
    assert ("team", "counter") in keys
    base = {name: one for name, one in files().items() if name.startswith("base/")}
    for name, one in base.items():
        if name != "base/pack.yaml":
            assert inner[name.removeprefix("base/")] == one, name
    assert "## What it holds" in inner["README.md"] and "## 包含内容" in inner["README.zh-CN.md"]


def test_a_saved_pack_makes_the_same_release_again(ada: Browser, shop: Shop) -> None:
    head = {"id": "again", "version": "1.0.0", "title_en": "Again", "title_zh": "再次"}
    sent = ada.post("/studio/export", head | {"whole": ["shop", "base"]})
    made, found = compile_files(unpacked(sent.get_data()))
    assert made is not None, [one.render("en") for one in found]
    live = shop.service.releases.live()
    assert set(made.forms) == set(live.forms) and set(made.rules) == set(live.rules)


# --- the studio's own trial, before anything is installed -----------------------------------------


def test_a_pack_is_played_by_oneself_over_what_is_in_force(ada: Browser, shop: Shop) -> None:
    live = shop.service.releases.live().hash
    form = filled(text(ada, f"/studio/gallery/{PACK}/try"))
    begun = ada.post(f"/studio/gallery/{PACK}/trial", form)
    assert begun.status_code == 303
    address = str(begun.location)
    page = text(ada, address)
    assert "Trial: " in page
    assert 'name="_count" value="1"' in page, "the ticket is there as the first step"
    documents = draft_at(shop, address.rpartition("/")[0]).documents
    assert f"{PACK}/forms.yaml" in documents
    assert set(files()) <= set(documents), "what is in force is there too"
    assert shop.service.releases.live().hash == live
    again = ada.post(f"/studio/gallery/{PACK}/trial", form)
    assert str(again.location) == address, "the draft of the first trial serves again"


def test_a_form_that_is_not_right_is_shown_again(ada: Browser, shop: Shop) -> None:
    assert ada.post(f"/studio/gallery/{PACK}/trial", {}).status_code == 422
    with shop.database.reading() as connection:
        assert draft_heads(connection) == []


def test_a_trial_of_a_pack_with_taken_ids_takes_copies(ada: Browser, shop: Shop) -> None:
    team = opened(PACK).own["team"][0]
    mine = files() | {"shop/mine.yaml": f"kind: team\nid: {team}\ntitle: {{en: Ours, zh-CN: 我们}}\n"}  # fmt: skip
    assert publish(shop.service, mine, author=None, note="Ours")[0] is not None
    form = filled(text(ada, f"/studio/gallery/{PACK}/try"))
    address = str(ada.post(f"/studio/gallery/{PACK}/trial", form).location)
    assert 'name="_count" value="1"' in text(ada, address)
    documents = draft_at(shop, address.rpartition("/")[0]).documents
    assert documents["shop/mine.yaml"] == mine["shop/mine.yaml"]
    assert f"id: {team}-2" in documents[f"{PACK}/teams.yaml"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_sample_sent_as_it_is_shown_is_accepted(ada: Browser, language: str) -> None:
    """Days and times that a sample counts from now are shown in the form, not left empty."""
    ada.post("/preferences", {"lang": language})
    for folder in [one.folder for one in shelf().values() if one.is_whole]:
        sent = filled(text(ada, f"/studio/gallery/{folder}/try"))
        assert ada.post(f"/studio/gallery/{folder}/try", sent).status_code == 200, folder
