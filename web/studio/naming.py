"""Every name in the text of a draft, kept for the text looked at last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from sopwith.release.compile import declared_names
from sopwith.release.naming import Names
from sopwith.release.naming_model import Naming
from sopwith.runtime.releases import hash_of

from .bench import KNOWN, bench_of
from .making import documents_of

MOST_KEPT = 2
_kept: OrderedDict[str, Sequence[Naming]] = OrderedDict()
_lock = threading.Lock()


def names_in(files: Mapping[str, str]) -> Sequence[Naming]:
    """Return every name in *files*."""
    key = hash_of(files)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    bundle = bench_of(files).bundle
    fields = declared_names(bundle.documents, KNOWN)[1]
    samples = [pack.sample for pack in bundle.packs if pack.sample is not None]
    found = tuple(Names(documents_of(files), fields, samples).all())
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found
