"""Nothing written into a value or a template is ever carried out, and nothing makes it raise."""

from __future__ import annotations

import os
import random
from html import escape

import pytest

from sopwith.core.span import Span
from sopwith.definitions import read_text
from sopwith.messages.parse import parse_message_template
from sopwith.messages.render import parse_inline, render, render_text

from .samples import SCHEMA, source, template

MUTATIONS = 10_000 if os.environ.get("SOPWITH_FULL") else 1_000

_SUMS = (
    "7*7",
    "7 * '7'",
    "49-0",
    "''.join(['4','9'])",
    "7|multiply:7",
    "add 7 7",
    "7+42",
    "self",
    "this.constructor",
)
_REACHES = (
    "''.__class__.__mro__[1].__subclasses__()",
    "config.__class__.__init__.__globals__['os'].popen('id').read()",
    "request.application.__globals__.__builtins__.__import__('os').system('id')",
    "cycler.__init__.__globals__.os.popen('id')",
    "lipsum.__globals__['os'].popen('id').read()",
    "get_flashed_messages.__globals__",
    "url_for.__globals__.current_app.config",
    "[].class.base.subclasses()",
    "_self.env.registerUndefinedFilterCallback('exec')",
    "['id']|filter('system')",
    "constructor.constructor('return process')()",
    "range.constructor('return global.process.mainModule.require(`child_process`).execSync(`id`)')()",
    "__import__('os').system('id')",
    "''['__class__']",
    "joiner.__init__",
    "customer.__class__",
    "customer.name.__class__",
    "customer.name.upper()",
    "number.__len__",
    '#with this as |o|}}{{#with "constructor"',
)
_FORMS = (
    "{{%s}}",
    "${%s}",
    "#{%s}",
    "<%%= %s %%>",
    "{%% %s %%}",
    "{{{%s}}}",
    "{{= %s }}",
    "[[%s]]",
    "@(%s)",
    "{%s}",
    "%%{%s}",
)
PAYLOADS = tuple(form % text for text in (*_SUMS, *_REACHES) for form in _FORMS)
_FURTHER = (
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{#each (lookup this 'constructor')}}x{{/each}}",
    "<#assign ex='freemarker.template.utility.Execute'?new()>${ex('id')}",
    "#set($x=7*7)$x",
    "{{ number | safe }}",
    "%(password)s %s %n",
    "{0.__class__} {number.__class__.__init__.__globals__}",
    "${jndi:ldap://x/y}",
    "{{>partial}}{{&number}}{{!c}}{{^x}}a{{/x}}",
    '{{ number | default:"{{ number }}" }}',
)
EVERY = (*PAYLOADS, *_FURTHER)


def test_there_are_enough_payloads() -> None:
    assert len(set(EVERY)) >= 200


@pytest.mark.parametrize("payload", EVERY)
def test_a_payload_in_a_value_comes_out_as_it_is(payload: str) -> None:
    data = {
        "title": payload,
        "number": "SECRET",
        "items": [{"name": payload}],
        "customer": {"name": payload},
    }
    made = template(
        "{{ title }}|{{#each items}}{{ name }}{{/each}}|{{ customer.name }}", "{{ title }}"
    )
    found = render(made, data, "en", html=True)
    assert found.subject == " ".join(payload.split())
    assert found.body_text == f"{payload}|{payload}|{payload}"
    assert found.body_html == f"<p>{escape(f'{payload}|{payload}|{payload}')}</p>"
    assert render_text("{{ title }}", data, "en") == " ".join(payload.split())


@pytest.mark.parametrize("payload", EVERY)
def test_a_payload_in_a_template_is_text_or_an_unknown_name(payload: str) -> None:
    nodes, found = parse_inline(payload, SCHEMA, Span("s.yaml"))
    shown = render_text(payload, {"number": "N"}, "en")
    assert "49" not in shown.replace(payload, "").replace("49-0", "")
    assert "uid=" not in shown
    if "{{" not in payload:
        assert not found
        assert shown == " ".join(payload.split())
    elif not found:
        assert payload == _FURTHER[-1]
    assert nodes


ALPHABET = (
    "{}{{}}#/| .:\"'\\\n\r\t ifeach else this number items name customer.name \u202e\ud800é中0"
)


def mutated(rng: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(rng.randrange(1, 8)):
        at = rng.randrange(len(letters) + 1)
        match rng.randrange(4):
            case 0:
                letters.insert(at, rng.choice(ALPHABET))
            case 1:
                del letters[at : at + rng.randrange(1, 6)]
            case 2:
                letters[at:at] = rng.choice(
                    [
                        "{{#if x}}",
                        "{{/if}}",
                        "{{else}}",
                        "{{#each items}}",
                        "{{/each}}",
                        "{{ a | b }}",
                        "{{",
                        "}}",
                    ]
                )
            case _:
                letters[at:at] = letters[at : at + rng.randrange(1, 30)]
    return "".join(letters)


def test_mutated_templates_never_raise() -> None:
    rng = random.Random(11)
    start = (
        'Dear {{ customer.name | default:"you" }}, {{#if stopped}}stopped{{else}}{{ created_at | date }}{{/if}}'
        "{{#each items}}\n- {{ name | trim:5 | upper }} {{ price }}{{/each}}\n{{ link }}"
    )
    data = {
        "items": [{"name": "x"}] * 3,
        "customer": {"name": "{{ number }}"},
        "stopped": False,
        "link": "https://a.b",
    }
    texts = [start]
    for _ in range(MUTATIONS):
        text = mutated(rng, rng.choice(texts[-50:]))[:2_000]
        texts.append(text)
        nodes, found = parse_inline(text, SCHEMA, Span("s.yaml"))
        shown = render_text(text, data, "zh-CN")
        assert "\n" not in shown
        for item in found:
            item.render("zh-CN")
        assert isinstance(nodes, tuple)


def test_mutated_documents_never_raise() -> None:
    rng = random.Random(12)
    start = source("Hi {{ customer.name }} {{#if stopped}}x{{/if}}", "[{{ number }}]")
    for _ in range(MUTATIONS // 4):
        text = mutated(rng, start).replace("\ud800", "")
        for document in read_text(text, "m.yaml")[0]:
            made, found = parse_message_template(document, SCHEMA)
            assert made is not None or found
            for item in found:
                item.render("en")


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 20_000,
        "}}" * 20_000,
        "{{#if a}}" * 5_000,
        "{{a}}" * 10_000,
        "{{" + "a." * 20_000 + "b}}",
        "{{ a |" * 8_000,
        "x" * 100_000,
        "{{ a" + " " * 50_000 + "}}",
    ],
)
def test_large_nonsense_is_refused_or_read_quickly(text: str) -> None:
    parse_inline(text, SCHEMA, Span("s.yaml"))
    assert len(render_text(text, {}, "en")) <= 998
