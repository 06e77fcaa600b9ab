"""What somebody filled in, from the sample data of packs: a form to try need not be filled in by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sopwith.lab.sample import SampleRecord, dated, parse_sample

from ..languages import lang, zone
from ..visitor import now
from .bench import Bench


def sample_values(records: Iterable[SampleRecord], record_type: str) -> dict[str, Any]:
    """Return what the form of a *record_type* was filled in with, in the reader's language if there is such a record; empty for none."""
    found: list[tuple[bool, dict[str, Any]]] = []
    for record in records:
        first = record.steps[0].step if record.steps else None
        if record.record_type == record_type and first is not None and first.verb == "create":
            spoken = str(first.args.get("lang", "en"))
            found.append((spoken != lang(), dict(first.args.get("values", {}))))
    best = min(found, key=lambda one: one[0], default=(True, {}))[1]
    return dict(dated(best, now(), zone()))


def sample_for(bench: Bench, record_type: str) -> dict[str, Any]:
    """Return sample values for a *record_type* of a draft, from whichever of its packs has some."""
    packs = bench.bundle.packs
    return sample_values((one for pack in packs for one in parse_sample(pack.sample)[0].records), record_type)  # fmt: skip
