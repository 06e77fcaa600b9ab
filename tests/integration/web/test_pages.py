"""What all pages share: languages, times, colours, icons, files of other people, names of uploads."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.dates import format_timedelta
from flask import Flask, g
from flask.ctx import RequestContext
from hypothesis import given
from hypothesis import strategies as st

from sopwith.core.record import Clock, ClockStatus
from sopwith.store.installation import put_setting
from sopwith.store.people import user
from sopwith.web import brand as brands
from sopwith.web import pieces, times
from sopwith.web.app import create_app
from sopwith.web.desk.explain import length_words
from sopwith.web.desk.lists import Row
from sopwith.web.icons import icon_name, icon_names
from sopwith.web.languages import locale
from sopwith.web.release_notes import release_note
from sopwith.web.rendering import file_size, hue, initials, tier_word
from sopwith.web.studio.processes import rules_words
from sopwith.web.uploads import clean_name, kind_of
from sopwith.web.visitor import Visitor, now
from tests.integration.web.conftest import Browser, settings_for
from tests.support.shop import NOW, Shop

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "web" / "static"


def tool(name: str) -> ModuleType:
    """Return a module of the folder tools."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_files_of_other_people_are_as_they_came() -> None:
    listed = tomllib.loads((STATIC / "vendor.toml").read_text(encoding="utf-8"))["file"]
    for entry in listed:
        content = (STATIC / entry["target"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["target"]
        assert entry["licence"] in (
            "0BSD",
            "MIT",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "Apache-2.0",
            "ISC",
        )
    found = (path for path in (STATIC / "vendor").rglob("*") if path.is_file())
    names = {path.relative_to(STATIC).as_posix() for path in found}
    assert names == {entry["target"] for entry in listed}


def test_everything_is_translated_and_compiled() -> None:
    words = tool("translations")
    kept, found = words.read(), words.gather()
    said = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in found
        if message.id
    }
    have = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in kept
        if message.id
    }
    assert said - have == set(), "run tools/translations.py"
    assert words.untranslated(kept) == []
    assert words.compiled(kept) == words.PO.with_suffix(".mo").read_bytes()


def test_placeholders_are_the_same_in_both_languages() -> None:
    words = tool("translations")
    for message in words.read():
        english = message.id if isinstance(message.id, str) else message.id[0]
        chinese = message.string if isinstance(message.string, str) else message.string[0]
        if english:
            names = set(re.findall(r"%\((\w+)\)", english)) | (
                {"num"} if message.pluralizable else set()
            )
            assert set(re.findall(r"%\((\w+)\)", chinese)) <= names, english
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]", chinese), (
                f"full-width punctuation: {chinese}"
            )


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("zh-CN", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("de", "en"),
        ("", "en"),
        ("xx;q=zz", "en"),
        ("en-GB,zh;q=0.9", "en"),
    ],
)
def test_the_browsers_language_counts_first(visitor: Browser, accepted: str, expected: str) -> None:
    page = visitor.get("/", headers={"Accept-Language": accepted}).get_data(as_text=True)
    assert f'<html lang="{expected}"' in page


def test_the_switch_stays_and_is_kept_for_the_account(visitor: Browser, shop: Shop) -> None:
    answer = visitor.post("/preferences", {"lang": "zh-CN", "next": "/sign-in"})
    assert answer.status_code == 303 and answer.headers["Location"] == "/sign-in"
    assert '<html lang="zh-CN"' in visitor.get("/").get_data(as_text=True)
    visitor.post("/preferences", {"lang": "xx", "next": "//evil.test"})
    assert '<html lang="zh-CN"' in visitor.get("/").get_data(as_text=True)
    visitor.sign_in("lin")
    assert '<html lang="zh-CN"' in visitor.get("/").get_data(as_text=True), (
        "signing in changes nothing"
    )
    with shop.database.reading() as connection:
        account = user(connection, "lin")
    assert account is not None and account.lang == "en", "nor what mails are written in"
    visitor.post("/preferences", {"lang": "zh-CN"})
    assert "发给您的邮件" in visitor.get("/").get_data(as_text=True), "that mails follow is said"
    with shop.database.reading() as connection:
        account = user(connection, "lin")
    assert account is not None and account.lang == "zh-CN"


@pytest.mark.parametrize("accepted", ["zh-CN", "en-US"])
def test_a_sample_account_speaks_the_browsers_language_and_keeps_none(
    shop: Shop, accepted: str
) -> None:
    """Nobody chose a language for it: the page before signing in and the one after it are in the same."""
    wished = accepted.removesuffix("-US")
    demo = Browser(create_app(shop.service, settings_for(shop, demo=True)))
    headers = {"Accept-Language": accepted}
    demo.sign_in("lin")
    assert f'<html lang="{wished}"' in demo.get("/", headers=headers).get_data(as_text=True)
    demo.post("/preferences", {"lang": "zh-CN"})
    assert '<html lang="zh-CN"' in demo.get("/", headers=headers).get_data(as_text=True)
    with shop.database.reading() as connection:
        account = user(connection, "lin")
    assert account is not None and account.lang == "en"


def test_the_theme_is_known_before_the_first_paint(visitor: Browser) -> None:
    assert "data-theme" not in visitor.get("/").get_data(as_text=True)
    visitor.post("/preferences", {"theme": "dark"})
    assert 'data-theme="dark"' in visitor.get("/").get_data(as_text=True)


def test_the_firms_name_and_colour_are_used(visitor: Browser, shop: Shop) -> None:
    look = {"name": {"en": "Blue Lamp", "zh-CN": "蓝灯"}, "logo": "BL", "accent": "#06603c"}
    with shop.database.writing() as connection:
        put_setting(connection, "brand", look, NOW)
    page = visitor.get("/").get_data(as_text=True)
    assert "Blue Lamp" in page and ">BL<" in page
    assert "#06603c" in visitor.get("/brand.css").get_data(as_text=True)
    assert "蓝灯" in visitor.get("/", headers={"Accept-Language": "zh"}).get_data(as_text=True)


@pytest.mark.parametrize(
    "accent", ["red;}body{display:none", "#12345", "", None, 7, "#gggggg", "url(//x)"]
)
def test_a_colour_that_is_none_is_not_used(accent: object) -> None:
    assert brands.read_brand({"accent": accent}).accent == brands.ACCENT


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_is_made_readable(number: int) -> None:
    css = brands.brand_css(f"#{number:06x}")
    light, dark, on_light, on_dark = re.findall(r"#[0-9a-f]{6}", css)
    assert brands.contrast(light, "#f6f7f9") >= 4.5 and brands.contrast(dark, "#1e2127") >= 4.5
    assert brands.contrast(light, on_light) >= 4.5 and brands.contrast(dark, on_dark) >= 4.5


@pytest.fixture
def context(app: Flask, shop: Shop) -> Callable[[str], RequestContext]:
    """Opens a request in a language."""

    def open_in(lang: str) -> RequestContext:
        return app.test_request_context("/", headers={"Accept-Language": lang})

    return open_in


@pytest.mark.parametrize(
    ("away", "en", "zh"),
    [
        (timedelta(hours=2), "12:00 today", "今天 12:00"),
        (timedelta(hours=24), "10:00 tomorrow", "明天 10:00"),
        (timedelta(days=3), "10:00 on Thursday, 26 November", "11月26日星期四 10:00"),
    ],
)
def test_promises_are_said_as_people_say_them(
    context: Callable[[str], RequestContext], away: timedelta, en: str, zh: str
) -> None:
    for lang, expected in (("en", en), ("zh", zh)):
        with context(lang):
            g.visitor = Visitor(zone="Asia/Shanghai")
            assert times.by_when(NOW + away) == expected


@pytest.mark.parametrize(
    ("fields", "kind", "span"),
    [
        ({"due_at": NOW + timedelta(hours=2, minutes=14)}, "on_time", "2 h 14 m"),
        ({"due_at": NOW + timedelta(minutes=20)}, "soon", "20 m"),
        ({"due_at": NOW - timedelta(days=1, hours=3)}, "overdue", "1 d 3 h"),
        ({"status": ClockStatus.PAUSED, "used": 3600}, "paused", "3 h 0 m"),
        ({"status": ClockStatus.MET}, "met", ""),
        ({"status": ClockStatus.BREACHED}, "missed", ""),
    ],
)
def test_clocks_have_a_word_beside_their_colour(
    context: Callable[[str], RequestContext], fields: dict[str, Any], kind: str, span: str
) -> None:
    clock = Clock(
        id="x",
        metric="resolution",
        policy="p",
        calendar="always",
        target=4 * 3600,
        started_at=NOW - timedelta(hours=1),
        **fields,
    )
    with context("en"):
        view = times.clock_view(clock)
    assert (view.kind, view.span) == (kind, span) and view.word and view.icon in icon_names()


@pytest.mark.parametrize(
    ("promised", "gone", "kind"),
    [(5, 0, "on_time"), (5, 3, "on_time"), (5, 4, "soon"), (30, 0, "on_time"), (240, 170, "on_time"), (240, 180, "soon")],
)  # fmt: skip
def test_a_clock_that_has_just_started_is_not_due_soon(
    context: Callable[[str], RequestContext], promised: int, gone: int, kind: str
) -> None:
    started = NOW - timedelta(minutes=gone)
    with context("en"):
        view = times.due_view(started + timedelta(minutes=promised), started_at=started)
    assert view.kind == kind


@pytest.mark.parametrize(
    ("age", "left", "kind"), [(0, 5, "on_time"), (0, 30, "on_time"), (4_000, 20, "soon"), (4_000, 40, "on_time")]
)  # fmt: skip
def test_lists_warn_half_an_hour_before_where_the_clock_may_be_older_than_the_state(
    context: Callable[[str], RequestContext], age: int, left: int, kind: str
) -> None:
    due, created = NOW + timedelta(minutes=left), NOW - timedelta(minutes=age)
    with context("en"):
        assert times.reader().due_view(due, NOW, created).kind == kind


@pytest.mark.parametrize(
    ("told", "en", "zh"),
    [
        (lambda: times.zone_words("Asia/Shanghai"), "Shanghai time", "上海时间"),
        (lambda: times.zone_words("America/New_York"), "New York time", "纽约时间"),
        (lambda: times.zone_words("UTC"), "UTC", "UTC"),
        (lambda: length_words("10m"), "10 m", "10 分钟"),
        (lambda: length_words("whenever"), "whenever", "whenever"),
        (lambda: tier_word("enterprise"), "Enterprise", "企业客户"),
        (lambda: tier_word("our own"), "our own", "our own"),
        (lambda: release_note("First installation"), "First installation", "首次安装"),
        (lambda: release_note(""), "Without a note", "无说明"),
        (lambda: release_note("long" * 20, 10), "longlongl…", "longlongl…"),
        (lambda: rules_words(10, 12), "10 rules, and 12 more for all types", "10 条规则，另有 12 条适用于所有类型"),
        (lambda: rules_words(1, 0), "1 rule", "1 条规则"),
        (lambda: rules_words(0, 12), "12 rules for all types", "12 条规则适用于所有类型"),
    ],
)  # fmt: skip
def test_codes_are_told_in_words(
    context: Callable[[str], RequestContext], told: Callable[[], str], en: str, zh: str
) -> None:
    for lang, expected in (("en", en), ("zh", zh)):
        with context(lang):
            assert told() == expected


@pytest.mark.parametrize("spoken", ["en", "zh-CN"])
def test_time_gone_by_is_told_as_babel_tells_it(
    context: Callable[[str], RequestContext], spoken: str
) -> None:
    minutes = [1, 2, 44, 57, 58, 89, 90, 91, 24 * 60, 36 * 60, 6 * 1440, 7 * 1440, 27 * 1440]
    seconds = [45, 56, 57, 58, *(60 * one for one in minutes), 28 * 86400, 40 * 86400]
    with context(spoken):
        for away in (
            timedelta(seconds=one * sign) for one in [*seconds, 400 * 86400] for sign in (1, -1)
        ):
            known = format_timedelta(away, add_direction=True, locale=locale(), threshold=0.95)
            assert times.relative(now() + away) == known
        assert times.relative(now() + timedelta(seconds=44)) in ("just now", "刚刚")


def test_lines_of_records_escape_what_people_wrote(
    context: Callable[[str], RequestContext],
) -> None:
    evil = "<script>\"'&"
    row = Row(
        id="one",
        number=evil,
        title=evil,
        priority=evil,
        type_title=evil,
        type_icon="ticket",
        state="new",
        state_title=evil,
        category="open",
        customer=evil,
        tier=evil,
        owner=evil,
        owner_id="kim",
        team=evil,
        clock=None,
        messages=1,
        updated_at=NOW,
        waiting_since=NOW,
        escalation=1,
        tags=(evil,),
        version=1,
        type="ticket",
        tones=((evil, "red"),),
    )
    rows = [row, row._replace(owner="", customer="", category="waiting")]
    with context("en"):
        place = ("/r/", "?q=a&b")
        pages = [
            pieces.items(rows, place),
            pieces.smalls(rows, place, place, "one"),
            pieces.cards(rows, place, place, True),
            pieces.cards(rows, place, place, False),
        ]
    for page in pages:
        assert "<script" not in page and "&lt;script&gt;&#34;&#39;&amp;" in page
        assert 'href="/r/one?q=a&amp;b"' in page
        assert page.count("<li ") == page.count("</li>") == 2


def test_icons_exist_or_fall_back() -> None:
    assert (
        icon_name("bug") == "bug"
        and icon_name("no-such-icon") == "ticket"
        and icon_name("") == "ticket"
    )
    used = set()
    for path in [*(ROOT / "web").rglob("*.html"), ROOT / "web" / "pieces.py"]:
        used |= set(re.findall(r'icon\("([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    assert used - icon_names() == set(), "add these to vendor.toml"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Wang Fang", "WF"),
        ("王芳", "王芳"),
        ("欧阳娜娜", "娜娜"),
        ("Ada", "A"),
        ("", "?"),
        ("  ", "?"),
        ("王芳 Wang Fang", "王芳"),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected and 0 <= hue(name) < 8


@pytest.mark.parametrize(("size", "expected"), [(0, "1 KB"), (2048, "2 KB"), (5_400_000, "5.1 MB")])
def test_sizes(size: int, expected: str) -> None:
    assert file_size(size) == expected


@given(st.text(max_size=400))
def test_no_name_of_a_file_is_a_path_or_hides_anything(name: str) -> None:
    clean = clean_name(name)
    assert clean and len(clean) <= 180 and "/" not in clean and "\\" not in clean
    assert not clean.startswith(".") and clean not in (".", "..")
    assert all(one.isprintable() for one in clean)
    assert clean_name(clean) == clean


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\报告.docx", "报告.docx"),
        (".htaccess", "htaccess"),
        ("\u200b.htaccess\u200b", "htaccess"),
        ("a\r\nX: y.txt", "aX: y.txt"),
        ("", "file"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
    ],
)
def test_names_of_files_are_cleaned(name: str, expected: str) -> None:
    assert clean_name(name) == expected


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n", "x.exe", "image/png"),
        (b"<html>", "x.png", "application/octet-stream"),
        (b"<svg ", "x.svg", "image/svg+xml"),
        (b"RIFF0000WEBP", "x", "image/webp"),
        (
            b"PK",
            "x.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"", "x", "application/octet-stream"),
    ],
)
def test_only_real_images_count_as_images(head: bytes, name: str, expected: str) -> None:
    assert kind_of(head, name) == expected
