"""What a template says, in both languages and both forms of mail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sopwith.core.text import Text
from sopwith.messages.model import Template
from sopwith.messages.render import is_personal, render, render_text

from .samples import template

DATA = {
    "number": "T-1",
    "title": "It is broken",
    "amount": 12.5,
    "stopped": True,
    "created_at": "2026-11-20T02:30:00Z",
    "promised": "2026-12-01",
    "effort": 9_000,
    "tags": ["a", "b"],
    "customer": {"name": "Wang Fang", "tier": "vip"},
    "items": [{"name": "Chair", "price": 3}, {"name": "Desk", "price": 40.0}],
    "link": "https://desk.example/r/1?a=1&b=2",
    "promise": {"first_response": datetime(2026, 11, 20, 3, 0, tzinfo=UTC)},
}


def body(text: str, lang: str = "en", data: dict[str, Any] = DATA, **more: Any) -> str:
    return render(template(text), data, lang, **more).body_text


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("Dear {{ customer.name }},", "Dear Wang Fang,", "Dear Wang Fang,"),
        ("{{created_at}}", "20 Nov 2026 02:30", "2026年11月20日 02:30"),
        ("{{ created_at | date }}", "20 Nov 2026", "2026年11月20日"),
        ("{{ promised }}", "1 Dec 2026", "2026年12月1日"),
        ("{{ effort }}", "2 h 30 min", "2小时30分钟"),
        ("{{ amount | duration }}", "12 s", "12秒"),
        ("{{ amount }}", "12.5", "12.5"),
        ("{{ stopped }}", "yes", "是"),
        ("{{ tags }}", "a, b", "a、b"),
        ("{{ title | upper }}", "IT IS BROKEN", "IT IS BROKEN"),
        ("{{ title | lower | trim:5 }}", "it i…", "it i…"),
        ('{{ module | default:"none yet" }}', "none yet", "none yet"),
        ("{{ module | default:'-' | upper }}", "-", "-"),
        ("{{ promise.first_response }}", "20 Nov 2026 03:00", "2026年11月20日 03:00"),
        ("[{{ module }}]", "[]", "[]"),
        ("{{#if stopped}}down{{else}}up{{/if}}", "down", "down"),
        ("{{#if module}}m{{else}}no module{{/if}}", "no module", "no module"),
        (
            "{{#if items}}{{#each items}}{{ name }}={{ price }};{{/each}}{{/if}}",
            "Chair=3;Desk=40;",
            "Chair=3;Desk=40;",
        ),
        ("{{#each tags}}<{{ this }}>{{/each}}", "<a><b>", "<a><b>"),
        (
            "{{#each items}}{{ customer.name }} {{/each}}",
            "Wang Fang Wang Fang ",
            "Wang Fang Wang Fang ",
        ),
        ("a\n{{#if stopped}}\nb\n{{/if}}\nc", "a\nb\nc", "a\nb\nc"),
        (
            "no names, a lone } and { and }}",
            "no names, a lone } and { and }}",
            "no names, a lone } and { and }}",
        ),
    ],
)
def test_what_a_template_says(text: str, en: str, zh: str) -> None:
    assert (body(text), body(text, "zh-CN")) == (en, zh)


def test_instants_are_shown_in_the_zone_asked_for() -> None:
    assert body("{{ created_at }}", zone=ZoneInfo("Asia/Shanghai")) == "20 Nov 2026 10:30"


def test_the_language_that_a_template_lacks_is_taken_from_the_other() -> None:
    only = Template(
        id="t", title=Text("T"), record_type="any", subject=Text("Hi"), body=Text("{{ number }}")
    )
    assert render(only, DATA, "zh-CN").body_text == "T-1"


def test_html_is_escaped_and_links_of_our_own_work() -> None:
    made = template("Hi {{ title }}\n\n{{ link }} & more\nend")
    html = render(made, {**DATA, "title": "<script>alert('1')</script>"}, "en", html=True).body_html
    assert html == (
        "<p>Hi &lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;</p>\n"
        '<p><a href="https://desk.example/r/1?a=1&amp;b=2">https://desk.example/r/1?a=1&amp;b=2</a> &amp; more<br>\nend</p>'
    )
    assert render(made, DATA, "en").body_html == ""


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", 'https://x" onclick="y', "https://x y", "data:text/html,x"]
)
def test_what_is_no_web_address_is_never_a_link(value: str) -> None:
    html = render(template("{{ link }}"), {"link": value}, "en", html=True).body_html
    assert "<a " not in html


@pytest.mark.parametrize(
    "value", ["a\r\nBcc: x@y", "a\nb", "a\x0bb\x0cc", "a\u2028b", "a\x85b", "\r", "a\x00b\x1b[0m"]
)
def test_a_subject_is_one_line_whatever_the_values(value: str) -> None:
    subject = render(
        template("b", "[{{ number }}] {{ title }}"), {"number": value, "title": value}, "en"
    ).subject
    assert not any(ord(char) < 32 or char in "\x7f\x85\u2028\u2029" for char in subject)
    assert len(render(template("b", "{{ title }}"), {"title": "x" * 5_000}, "en").subject) <= 998


def test_values_that_turn_text_around_lose_that_power() -> None:
    assert body("{{ title }}", data={"title": "a\u202egpj.exe\u2066"}) == "agpj.exe"


class Trap:
    """Fails the test when anything of it is touched."""

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return Trap
        raise AssertionError(f"touched {name}")


def test_data_that_is_not_plain_shows_nothing_and_is_not_touched() -> None:
    # Made here: pytest itself would touch the traps among parameters.
    traps = [Trap(), {"name": Trap()}, [Trap()], print, 10**5_000, float("nan"), "\ud800"]
    for value in traps:
        assert (
            body("[{{ title }}{{ customer.name }}]", data={"title": value, "customer": value})
            == "[]"
        )


def test_a_list_of_a_million_and_a_text_of_a_megabyte_stay_within_bounds() -> None:
    data = {
        "items": [{"name": "é<" * 100}] * 1_000_000,
        "title": "<" * 1_000_000,
        "tags": ["x"] * 100_000,
    }
    made = template(
        "{{#each items}}{{#each items}}{{ name }}\n\n{{/each}}{{/each}}{{ title }}{{ tags }}"
    )
    found = render(made, data, "en", html=True)
    assert len(found.body_text.encode()) <= 256 * 1024
    assert 200 * 1024 < len(found.body_html.encode()) <= 256 * 1024


def test_loops_in_loops_end() -> None:
    deep = "{{#each tags}}" * 8 + "{{ this }}" + "{{/each}}" * 8
    assert len(body(deep, data={"tags": ["x"] * 1_000})) < 25_000


def test_a_summary_is_one_line_of_plain_text() -> None:
    data = {"module": "gantt", "title": "a\nb {{ number }}", "number": "T-1"}
    assert render_text("{{ module }}: {{ title }}", data, "en") == "gantt: a b {{ number }}"
    assert render_text("{{ not closed", data, "en") == "{{ not closed"
    assert render_text("{{ 7 * 7 }}", data, "en") == "{{ 7 * 7 }}"


def test_dates_as_values_of_python() -> None:
    data = {"promised": date(2026, 12, 1), "created_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)}
    assert body("{{ promised }} {{ created_at | date }}", data=data) == "1 Dec 2026 2 Jan 2026"


@pytest.mark.parametrize("value", ["soon", "2026-99-99", "9" * 100, "", None, True, [], 1e300])
def test_a_filter_that_does_not_fit_the_value_changes_nothing(value: Any) -> None:
    for name in ("created_at", "created_at | date", "effort", "promised"):
        body("{{ " + name + " }}", data={"created_at": value, "effort": value, "promised": value})
    if isinstance(value, str) and value:
        assert body("{{ created_at }}", data={"created_at": value}) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear {{ recipient.name }},", True),
        ("{{#if recipient.name}}Dear{{/if}}", True),
        ("{{#each items}}{{ name }} for {{ recipient.name }}{{/each}}", True),
        ("{{#if stopped}}{{ title }}{{else}}{{ recipient.name }}{{/if}}", True),
        ("Dear {{ customer.name }},", False),
        ("{{#each items}}{{ name }}{{/each}} recipient", False),
    ],
)
def test_says_whether_a_message_names_its_reader(text: str, expected: bool) -> None:
    assert is_personal(template(text), "en") is expected
