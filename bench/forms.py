"""Forms: 25 fields with six conditions, every mistake listed, beside JSON Schema validators.

Run: python bench/forms.py [--quick]. All answer the same question in turn: is this submission right, and if
not, what is wrong with which field? The peers get the schema that the form itself gives. Sopwith
converts text, drops hidden values, fills computed fields and states of fields besides, which no peer does.
Then: one evaluation and one view of a form of 500 fields with 500 conditions.
"""

from __future__ import annotations

import sys
import time as clock
from collections.abc import Callable
from importlib import import_module
from typing import Any

from sopwith.definitions import read_text
from sopwith.expressions import Context, Schema
from sopwith.formbuilder.jsonschema import to_json_schema
from sopwith.formbuilder.model import Form
from sopwith.formbuilder.parse import declared_fields, parse_form
from sopwith.formbuilder.types import expression_type
from sopwith.formbuilder.validate import evaluate_form
from sopwith.formbuilder.view import view_form

T = "title: {en: T, zh-CN: 题}"
HEAD = f"kind: form\nid: f\nrecord_type: ticket\n{T}\nsections:\n- id: s\n  fields:\n"
OPTIONS = "options: [" + ", ".join(f"{{id: o{at}, {T}}}" for at in range(6)) + "]"
FIELDS = [
    f"id: kind, type: choice, required: true, {OPTIONS}",
    f"id: severity, type: choice, required: true, {OPTIONS}",
    f"id: impact, type: choice, {OPTIONS}",
    "id: stopped, type: yes_no",
    "id: subject, type: text, required: true, min: 5, max: 120",
    "id: story, type: long_text, required: true, min: 10, max: 4000",
    "id: serial, type: text, pattern: '[A-Z]{2}[0-9]{6}'",
    "id: release, type: text, max: 20",
    "id: email, type: email, required: true",
    "id: phone, type: phone",
    "id: link, type: url",
    "id: seen_on, type: date, required: true",
    "id: visit_at, type: date_time",
    "id: users, type: number, min: 0, max: 100000, decimals: 0",
    "id: amount, type: money, min: 0, max: 100000",
    f"id: tags_chosen, type: multi_choice, {OPTIONS}",
    "id: outage, type: duration",
    "id: contact, type: text, max: 80",
    "id: consent, type: yes_no, required: true",
    'id: steps, type: long_text, show: kind == "o1", required: true',
    'id: invoice, type: text, show: kind == "o2", required: true',
    'id: refund, type: money, show: kind == "o2", require: severity == "o1"',
    'id: place, type: text, require: \'impact in ["o1", "o2"]\'',
    "id: since, type: date, show: stopped",
    'id: workaround, type: text, require: stopped and severity == "o1"',
]
GOOD: dict[str, Any] = {
    "kind": "o1", "severity": "o2", "impact": "o1", "stopped": True, "subject": "Cannot save",
    "story": "After the update nothing can be saved any more.", "serial": "AB123456",
    "release": "4.2.1", "email": "li@example.com", "phone": "+86 138 0000 0000",
    "link": "https://example.com/a", "seen_on": "2026-11-22", "visit_at": "2026-11-23T01:00:00Z",
    "users": 40, "amount": 1200.5, "tags_chosen": ["o1", "o3"], "outage": 5400, "contact": "Li Wei",
    "consent": True, "steps": "Open, type, save.", "place": "Hall 3", "since": "2026-11-20",
    "workaround": "None",
}  # fmt: skip
BAD = {
    **{key: value for key, value in GOOD.items() if key not in ("subject", "steps")},
    "severity": "o9", "users": -1, "serial": "12",
}  # fmt: skip
NOW = Context()
ROLES = frozenset({"agent"})


def form_of(lines: list[str]) -> Form:
    text = HEAD + "".join(f"  - {{{T}, {line}}}\n" for line in lines)
    documents, found = read_text(text, "bench.yaml")
    declared, _ = declared_fields(documents[0], {})
    schema = Schema({field.id: expression_type(field) for field in declared})
    form, more = parse_form(documents[0], schema, {})
    assert form is not None
    assert not found
    assert not more, [item.render("en") for item in more]
    return form


def evaluate(form: Form, typed: dict[str, Any]) -> Any:
    return evaluate_form(form, typed, scope={}, context=NOW, roles=ROLES, state=None)


def peers(schema: dict[str, Any]) -> dict[str, Callable[[dict[str, Any]], int]]:
    """Return, by name, what counts every mistake in a submission; peers that are not there are left out."""
    found: dict[str, Callable[[dict[str, Any]], int]] = {}
    try:
        rust: Any = import_module("jsonschema_rs").Draft202012Validator(
            schema, validate_formats=True
        )
        found["jsonschema-rs iter_errors"] = lambda typed: len(list(rust.iter_errors(typed)))
        found["jsonschema-rs + path + message"] = lambda typed: len(
            [(error.instance_path, error.message) for error in rust.iter_errors(typed)]
        )
    except ImportError:
        print("jsonschema-rs is not installed")
    try:
        python: Any = import_module("jsonschema").Draft202012Validator(schema)
        found["jsonschema iter_errors"] = lambda typed: len(list(python.iter_errors(typed)))
    except ImportError:
        print("jsonschema is not installed")
    try:
        module: Any = import_module("fastjsonschema")
        # It reads drafts up to 7, in which these keywords mean the same.
        old = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
        fast = module.compile(old, fast_fail=False)
    except (ImportError, TypeError):
        print("fastjsonschema is not installed")
        return found

    def counted(typed: dict[str, Any]) -> int:
        try:
            fast(typed)
        except module.JsonSchemaValuesException as error:
            return len(error.errors)
        except module.JsonSchemaException:
            return 1
        return 0

    found["fastjsonschema fast_fail=False"] = counted
    return found


def rates(asks: dict[str, Callable[[], Any]], spent: float, rounds: int) -> dict[str, float]:
    """Return answers a second of CPU time: the best of *rounds* in which all take turns."""
    best = dict.fromkeys(asks, 0.0)
    for _ in range(rounds):
        for name, ask in asks.items():
            count, start = 0, clock.process_time()
            while clock.process_time() - start < spent:
                for _ in range(20):
                    ask()
                count += 20
            best[name] = max(best[name], count / (clock.process_time() - start))
    return best


def best_of(ask: Callable[[], Any], rounds: int) -> float:
    """Return the milliseconds of CPU time of the fastest of *rounds*."""
    found = float("inf")
    for _ in range(rounds):
        start = clock.process_time()
        ask()
        found = min(found, clock.process_time() - start)
    return found * 1000


def main() -> None:
    quick = "--quick" in sys.argv
    form = form_of(FIELDS)
    schema = to_json_schema(form)
    others = peers(schema)
    for label, typed, wrong in (("valid", GOOD, 0), ("five mistakes", BAD, 5)):
        result = evaluate(form, typed)
        assert len(result.problems) == wrong, result.problems
        print(f"\n25 fields, 6 conditions, {label}: forms a second")
        asks: dict[str, Callable[[], Any]] = {
            "sopwith evaluate_form": lambda typed=typed: evaluate(form, typed),  # type: ignore[misc]
            "sopwith + both languages": lambda typed=typed: [  # type: ignore[misc]
                (one.path, one.message("en"), one.message("zh"))
                for one in evaluate(form, typed).problems
            ],
        }
        for name, count in others.items():
            print(f"  ({name} finds {count(typed)})")
            asks[name] = lambda count=count, typed=typed: count(typed)  # type: ignore[misc]
        for name, rate in rates(asks, 0.05 if quick else 0.3, 2 if quick else 5).items():
            print(f"  {name:34}{rate:>12,.0f}")

    lines = ["id: f0, type: number"]
    for at in range(1, 500):
        show = f"f{at - 1} != none" if at % 2 == 0 else "f0 >= 0"
        lines.append(f"id: f{at}, type: text, show: '{show}', require: 'f0 > {at}'")
    big = form_of(lines)
    typed = {f"f{at}": "7" for at in range(500)}
    result = evaluate(big, typed)
    print("\n500 fields, 998 conditions: milliseconds")
    print(f"  evaluate_form, all filled {best_of(lambda: evaluate(big, typed), 20):>14.2f}")
    print(f"  evaluate_form, empty      {best_of(lambda: evaluate(big, {}), 20):>14.2f}")
    print(f"  view_form                 {best_of(lambda: view_form(big, result), 20):>14.2f}")


if __name__ == "__main__":
    main()
