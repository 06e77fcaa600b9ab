"""What somebody filled in, from the sample data of packs: a form to try need not be filled in by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sopwith.lab.sample import SampleRecord, dated, parse_sample
from sopwith.rules.model import Rule
from sopwith.rules.outcome import always_holds

from ..languages import lang, zone
from ..visitor import now
from .bench import Bench
from .processes import ANY


def sample_values(
    records: Iterable[SampleRecord], record_type: str, rules: Iterable[Rule] = ()
) -> dict[str, Any]:
    """Return what the form of a *record_type* was filled in with, in the reader's language if there is such a record; empty for none.

    rules: those of the draft. The everyday case is wanted, not the one that sets off the alarms: then a new rule is seen at work.
    """
    opening = [one.when for one in rules if one.enabled and one.when is not None and one.record_type in (record_type, ANY)]  # fmt: skip
    found: list[tuple[bool, int, dict[str, Any]]] = []
    for record in records:
        first = record.steps[0].step if record.steps else None
        if record.record_type == record_type and first is not None and first.verb == "create":
            spoken = str(first.args.get("lang", "en"))
            values = dict(first.args.get("values", {}))
            found.append((spoken != lang(), sum(always_holds(when, values) for when in opening), values))  # fmt: skip
    best = min(found, key=lambda one: one[:2], default=(True, 0, {}))[2]
    return dict(dated(best, now(), zone()))


def sample_for(bench: Bench, record_type: str) -> dict[str, Any]:
    """Return sample values for a *record_type* of a draft, from whichever of its packs has some."""
    packs = bench.bundle.packs
    records = (one for pack in packs for one in parse_sample(pack.sample)[0].records)
    return sample_values(records, record_type, bench.partly.rules.values())
