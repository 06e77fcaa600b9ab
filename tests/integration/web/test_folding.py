"""What is put into templates once for a language is what the page would have said by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from jinja2 import DictLoader
from jinja2.exceptions import UndefinedError

from sopwith.web.folding import Environment
from sopwith.web.wording import speaking
from tests.integration.web.conftest import Browser
from tests.support.desk import make_desk_template, repair
from tests.support.shop import Shop

PAGES = {
    "page.html": '{{ _("Board") }}|{{ _("Choose %(number)s", number=number) }}|{{ asset("css/base.css") }}'
    '|{{ url_for("desk.home", view="open") }}|{{ "<" ~ number }}|{{ _(word) }}|{{ (_("Board") ~ "&")|upper }}',
    "joined.html": '{% import "macros/ui.html" as ui with context %}{% set one = ui.icon("x") ~ "<" ~ _("Board") %}{{ one }}|{{ number }}',
    "macros/ui.html": "{% set icon = piece.icon %}",
    "child.html": '{% extends "page.html" %}',
    "lost.html": '{{ _("Choose %(number)s", number=missing) }}',
}


@pytest.fixture(scope="module")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk_template(tmp_path_factory.mktemp("desk"))


def said(app: Flask, name: str, header: str, *, folded: bool) -> str:
    values: dict[str, Any] = {"number": "<7>", "word": "Tasks"}
    with app.test_request_context("/desk", headers={"Accept-Language": header}):
        environment: Any = app.jinja_env
        before, environment.loader = environment.loader, DictLoader(PAGES)
        try:
            if folded:
                return str(environment.get_template(name).render(values))
            return str(super(Environment, environment).get_template(name).render(values))
        finally:
            environment.loader = before


@pytest.mark.parametrize("name", ["page.html", "child.html", "joined.html"])
@pytest.mark.parametrize("header", ["en", "zh-CN"])
def test_a_folded_page_says_the_same(app: Flask, name: str, header: str) -> None:
    folded, plain = (said(app, name, header, folded=one) for one in (True, False))
    assert folded == plain
    assert "&lt;7&gt;" in folded
    assert "<7>" not in folded


def test_each_language_has_its_own(app: Flask) -> None:
    english, chinese = (said(app, "page.html", one, folded=True) for one in ("en", "zh-CN"))
    assert english.startswith("Board|")
    assert chinese.startswith("看板|")
    assert said(app, "page.html", "en", folded=True) == english


def test_a_name_that_is_missing_is_an_error_still(app: Flask) -> None:
    with pytest.raises(UndefinedError):
        said(app, "lost.html", "en", folded=True)


def test_another_language_within_a_page_is_spoken_there_only(app: Flask) -> None:
    with app.test_request_context("/desk", headers={"Accept-Language": "en"}):
        assert render_template_string('{{ _("Board") }}') == "Board"
        with speaking("zh_Hans_CN"):
            inner = app.jinja_env.get_template("macros/ui.html")
            assert inner.environment is not app.jinja_env
        outer = app.jinja_env.get_template("macros/ui.html")
        assert outer.environment is not inner.environment


def test_the_parts_of_a_page_are_its_readers(
    browser_of: Callable[[], Browser], shop: Shop, app: Flask
) -> None:
    repair(shop, "lamp")
    first = browser_of().sign_in("lin").get("/desk?view=open").get_data(as_text=True)
    second = browser_of().sign_in("lea").get("/desk?view=open").get_data(as_text=True)
    assert "Lin Yue" in first
    assert "Lin Yue</p>" not in second
