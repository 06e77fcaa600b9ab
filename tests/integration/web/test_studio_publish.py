"""Publishing from the studio: what was taken in and taken back, open records that move, versions, the chart of changes."""

from __future__ import annotations

import pytest
from flask import Flask

from sopwith.runtime.publishing import publish
from sopwith.store.releases import Draft, draft_of, live_hash
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import FILE, retitled, send
from tests.support.shop import Shop, files


@pytest.fixture
def ada(app: Flask) -> Browser:
    return Browser(app).sign_in("ada")


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
