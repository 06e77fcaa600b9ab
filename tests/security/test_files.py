"""Uploads: whatever a file is called and whatever it pretends to be."""

from __future__ import annotations

import io
import random
import re
import unicodedata
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from sopwith.store.tables import AttachmentRow
from tests.integration.web.conftest import Browser
from tests.security.crawl import paths_of
from tests.security.house import CUSTOMERS, House

NAMES = 300
STEMS = ("invoice", "报价单", "été", ".htaccess", "web.config", "con", "aux.txt", "", " ", "~", "-rf", "$(id)", "`id`",
         "shell.php", "x.jsp", "CLOCK$", "a" * 300, "%2e%2e", "{{7*7}}", "<svg onload=alert(1)>", "'; drop table x")  # fmt: skip
PATHS = (
    "",
    "../",
    "..\\",
    "/etc/",
    "C:\\",
    "....//",
    "./",
    "\\\\host\\share\\",
    "file:///",
    "static/",
    "..%2f",
    "。。/",
)
HIDDEN = (
    "",
    "\u200b",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\u00ad",
    "\x00",
    "\r\n",
    "\t",
    "\x7f",
    "\u2028",
    "\u034f",
    "\U000e0041",
)
ENDINGS = ("", ".pdf", ".html", ".svg", ".php.jpg", ".jpg.php", ".exe", ".", "..", "::$DATA", ";.jpg", ".jpg\x00.php",
           ".HTACCESS", ".xhtml", "\u200b.html", ".gpj\u202e", "/", "\\")  # fmt: skip


def names() -> list[str]:
    """Return the names that are tried, the same in every run."""
    chance = random.Random(4711)
    found = []
    for _ in range(NAMES):
        stem = chance.choice(PATHS) * chance.randint(1, 3) + chance.choice(STEMS)
        at = chance.randint(0, len(stem))
        found.append(stem[:at] + chance.choice(HIDDEN) + stem[at:] + chance.choice(ENDINGS))
    return found


def upload(browser: Browser, name: str, content: bytes = b"words", kind: str = "text/plain") -> str:
    """Send a file as it is called; return its id."""
    browser.get("/sign-in") if not browser.token else None
    data = {"csrf_token": browser.token, "file": (io.BytesIO(content), name, kind)}
    answer = browser.client.post("/files", data=data, content_type="multipart/form-data")
    assert answer.status_code == 201 or not name.strip(), (name, answer.status_code)
    return str(answer.get_json()["id"])


def raw_upload(browser: Browser, name: str) -> int:
    """Send a file whose name is put into the part's header byte by byte, as no browser would."""
    line = (
        name.encode("utf-8", "surrogatepass")
        .replace(b"\r", b"")
        .replace(b"\n", b"")
        .replace(b'"', b"%22")
    )
    body = (
        b'--B\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + browser.token.encode()
        + b'\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="' + line
        + b'"\r\nContent-Type: text/html\r\n\r\nwords\r\n--B--\r\n'
    )  # fmt: skip
    return browser.client.post(
        "/files", data=body, content_type="multipart/form-data; boundary=B"
    ).status_code


def test_no_name_reaches_the_disk_or_a_header(house: House) -> None:
    browser = house.browser("customer")
    outside = {one for one in house.shop.data.rglob("*") if "files" not in one.parts}
    kept = {one.name for one in (house.shop.data / "files").iterdir()}
    for name in names():
        assert raw_upload(browser, name) in (201, 400), repr(name)
    with house.shop.database.reading() as connection:
        mine = AttachmentRow.uploaded_by == "customer:ann"
        found = connection.execute(
            select(AttachmentRow.id, AttachmentRow.name, AttachmentRow.stored_name).where(mine)
        ).all()
    assert len(found) > NAMES * 0.8
    on_disk = {one.name for one in (house.shop.data / "files").iterdir()} - kept
    assert on_disk == {one.stored_name for one in found} and len(on_disk) == len(found)
    assert all(re.fullmatch(r"[0-9a-f]{40}", one) for one in on_disk)
    assert {one for one in house.shop.data.rglob("*") if "files" not in one.parts} == outside
    for _file_id, name, _stored in found:
        assert name and not re.search(r"[/\\]", name) and not name.startswith("."), repr(name)
        assert all(unicodedata.category(one)[0] != "C" for one in name), repr(name)
        assert len(name) <= 180
    for file_id, name, _stored in found[::10]:
        place = browser.client.get(f"/files/{file_id}", buffered=True).headers[
            "Content-Disposition"
        ]
        assert place.isascii() and place.startswith("attachment; ")
        assert unquote(place.partition("filename*=UTF-8''")[2]) == name


BAD = b"<script>window.__xss=1</script>"
RASTER = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg", b"GIF89a": "image/gif",
          b"RIFF\x24\x00\x00\x00WEBPVP8 ": "image/webp"}  # fmt: skip
HEADS = (b"", b"<?xml version='1.0'?>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>", b"%PDF-1.7\n",
         b"<!doctype html>", b"\xef\xbb\xbf<html>", b"\xff\xfe<\x00s\x00", b"PK\x03\x04", b"GIF88a", b"\x89PNG", b"BM",
         b"RIFF\x24\x00\x00\x00WAVE", b"#!/bin/sh\n", b"MZ", b"\x00\x00\x00\x18ftypmp42", b"MThd")  # fmt: skip
KINDS = ("image/svg+xml", "text/html", "application/xhtml+xml", "image/png", "application/javascript", "text/xml",
         "multipart/x-mixed-replace", "text/html\r\nX-Injected: 1", "image/png; charset=utf-7")  # fmt: skip
CALLED = (
    "a.svg",
    "a.html",
    "a.png",
    "a.xhtml",
    "a.js",
    "a.xml",
    "a.jpg.html",
    "a.gif",
    "a",
    "a.webp",
    "a.mht",
    "a.swf",
)


def test_nothing_but_images_is_shown_in_place_and_nothing_runs(house: House) -> None:
    browser = house.browser("customer")
    heads = (*HEADS, *RASTER)
    for turn in range(len(heads) * 4):
        head = heads[turn % len(heads)]
        name, kind = CALLED[turn % len(CALLED)], KINDS[(turn * 7) % len(KINDS)]
        kind = kind.replace("\r\n", " ")
        answer = browser.client.get(
            f"/files/{upload(browser, name, head + BAD, kind)}", buffered=True
        )
        assert answer.status_code == 200 and answer.get_data() == head + BAD
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert "allow-scripts" not in answer.headers["Content-Security-Policy"]
        is_image = head in RASTER
        assert answer.headers["Content-Disposition"].startswith(
            "inline" if is_image else "attachment"
        )
        if is_image:
            assert answer.mimetype == RASTER[head]
        assert "X-Injected" not in answer.headers


def test_what_is_internal_or_elsewhere_is_not_there_for_customers(house: House) -> None:
    routes = [one for one in house.app.url_map.iter_rules() if "file_id" in one.arguments]
    assert len(routes) >= 3
    for person in CUSTOMERS:
        client = house.browser(person).client
        for route in routes:
            for path in paths_of(house, route):
                answer = client.get(path, buffered=True)
                if answer.status_code == 200:
                    is_own = person == "customer" and path == "/files/file-public"
                    is_own |= person == "stranger" and path.endswith("/file-bob")
                    is_own |= path == f"/r/{house.facts.links['bob']}/files/file-bob"
                    assert is_own or (path.startswith("/r/") and path.endswith("/file-public")), (
                        path
                    )
                else:
                    assert answer.status_code in (401, 404), path
    linked = house.facts.links["portal"]
    for name, status in (("public", 200), ("internal", 404), ("bob", 404), ("loose", 404)):
        path = f"/r/{linked}/files/{house.facts.files[name]}"
        assert house.browser("anonymous").get(path).status_code == status, path


@pytest.mark.parametrize("path", ["/files", "/new/repair", "reply"])
def test_too_large_is_refused_and_leaves_nothing(house: House, path: str) -> None:
    browser = Browser(house.app_with(largest_upload=1000))
    browser.get("/sign-in")
    before = len(list((house.shop.data / "files").iterdir()))
    address = f"/r/{house.facts.links['portal']}/reply" if path == "reply" else path
    for name in ("file", "upload:photos", "upload:files"):
        data = {"csrf_token": browser.token, "text": "x", name: (io.BytesIO(b"x" * 1001), "a.txt")}
        answer = browser.client.post(address, data=data, content_type="multipart/form-data")
        assert answer.status_code in (400, 413, 422, 303), (name, answer.status_code)
    assert len(list((house.shop.data / "files").iterdir())) == before
    with house.shop.database.reading() as connection:
        many = connection.execute(
            select(func.count()).where(AttachmentRow.size > 1000)
        ).scalar_one()
    assert many == 0


def test_a_body_of_very_many_parts_is_refused(house: House) -> None:
    browser = house.browser("customer")
    parts = b"".join(
        b'--B\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' for _ in range(5_001)
    )
    headers = {"X-CSRFToken": browser.token}
    answer = browser.client.post(
        "/new/wish",
        data=parts + b"--B--\r\n",
        content_type="multipart/form-data; boundary=B",
        headers=headers,
    )
    assert answer.status_code == 413


def test_text_where_a_file_belongs_and_a_file_where_text_belongs(house: House) -> None:
    browser = house.browser("customer")
    for data in (
        {"description": (io.BytesIO(b"x"), "a.txt"), "topic": "question"},
        {"upload:proof": "text", "proof": '{"path": "/etc/passwd"}', "description": "A whole sentence", "topic": "question"},
        {"proof": "../../sopwith.db", "description": "A whole sentence", "topic": "question"},
    ):  # fmt: skip
        answer = browser.client.post("/new/wish", data={"csrf_token": browser.token} | data)
        assert answer.status_code in (303, 422)
        assert b"root:" not in answer.get_data()
    with house.shop.database.reading() as connection:
        kept = connection.execute(
            select(AttachmentRow.record_id).where(AttachmentRow.id == house.facts.files["loose"])
        )
        assert kept.scalar_one() is None
