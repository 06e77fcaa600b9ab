"""Load a pack of about 3,600 lines with the place of every value, beside loaders of others.

Run: python -m bench loading.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from itertools import count

import yaml

from sopwith.definitions import read_text, schema_findings

ROUNDS = 7
HEAD = """\
---
kind: workflow
id: flow-{number}
title: {{en: Flow {number}, zh-CN: 流程{number}}}
record_type: ticket
start: step-0
states:
"""
STATE = """\
  step-{number}:
    title: {{en: First-line diagnosis, zh-CN: 一线诊断}}
    category: open                # open | waiting | resolved | closed
    owner: {{team: first-line}}
    limit: {{P0: 10m, P1: 30m, P2: 2h}}
    guidance:
      en: Ask for the version, then reproduce the problem on our side.
      zh-CN: 先询问版本，再在我方环境复现问题。
    go:
      - {{to: solving, title: {{en: I can solve it, zh-CN: 我能解决}}, when: l1_can_solve}}
      - to: tier-2
        title: {{en: Hand over, zh-CN: 转二线}}
        when: not l1_can_solve and severity in ["high", "critical"]
        ask: [tried_steps]
"""


def generated() -> str:
    """Return 16 workflows of 16 states."""
    return "".join(
        HEAD.format(number=flow) + "".join(STATE.format(number=state) for state in range(16))
        for flow in range(16)
    )


def measure(work: Callable[[], object], rounds: int) -> float:
    """Return the median seconds of CPU of one call: others may work on the machine."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Measure ours and theirs on the same text."""
    rounds = ROUNDS
    text = generated()
    data = text.encode()
    documents, found = read_text(data, "pack.yaml")
    assert found == ()
    assert [item.value for item in documents] == list(yaml.load_all(data, yaml.CSafeLoader))
    values = sum(1 for item in documents for _ in item.node.walk())
    print(f"{text.count(chr(10))} lines, {len(documents)} documents, {values} values with places")

    fresh = (
        f"pack-{number}.yaml" for number in count()
    )  # a text that was read just now is not read again
    ours = measure(lambda: read_text(data, next(fresh)), rounds)
    rows = [
        ("sopwith, every place, all checks of the text", ours),
        (
            "PyYAML CSafeLoader, no places",
            measure(lambda: list(yaml.load_all(data, yaml.CSafeLoader)), rounds),
        ),
        (
            "PyYAML SafeLoader, no places",
            measure(lambda: list(yaml.load_all(data, yaml.SafeLoader)), 1),
        ),
        (
            "sopwith, and its schemas",
            measure(lambda: [schema_findings(d) for d in read_text(data, next(fresh))[0]], 1),
        ),
    ]
    try:
        from ruamel.yaml import YAML
    except ImportError:
        print("ruamel.yaml is not installed; left out")
    else:
        peer = YAML(typ="rt")
        rows.append(
            (
                "ruamel.yaml round trip, places",
                measure(lambda: list(peer.load_all(io.StringIO(text))), 1),
            )
        )
    for name, seconds in rows:
        print(f"{name:48} {seconds * 1000:9.1f} ms   {seconds / ours:6.2f} x")


if __name__ == "__main__":
    main()
