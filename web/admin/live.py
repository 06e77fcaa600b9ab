"""The release in force with all that is known of it; made once for each release."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.text import Text
from sopwith.definitions import Document, tidy
from sopwith.definitions import Use as BlockUse
from sopwith.definitions.node import Node
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.release.usage import Key, Use, usages
from sopwith.runtime.releases import Bundle, NoReleaseError, read_bundle

from ..visitor import get_service
from ..written import asked_for

_MOST_KEPT = 8
_kept: dict[str, Known] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A release with its files, its documents as they were written, findings, and where all is used."""

    release: Release
    files: Mapping[str, str]
    bundle: Bundle
    documents: Mapping[Key, Document]
    written: Mapping[Key, Document]
    found: tuple[Diagnostic, ...]
    usages: Mapping[Key, tuple[Use, ...]]

    def title(self, key: Key) -> Text:
        """Return what people call a definition, its id when it has no title."""
        document = self.documents.get(key)
        kept = document.node.get("title") if document is not None else None
        return text_of(kept) or Text(key[1], key[1])

    def findings(self, key: Key) -> list[Diagnostic]:
        """Return what was found in one definition, in the order of its lines."""
        document = self.documents.get(key)
        if document is None:
            return []
        span = document.span
        return [
            one
            for one in asked_for(self.found)
            if one.span.path == span.path
            and span.line <= one.span.line <= max(span.end_line, span.line)
        ]


def text_of(node: Node | None) -> Text:
    """Return a label as it is written: a text, or one for each language."""
    value = node.value if node is not None else None
    if isinstance(value, str):
        return Text(value, value)
    if isinstance(value, dict):
        return Text(str(value.get("en") or ""), str(value.get("zh-CN") or ""))
    return Text()


def live() -> Known | None:
    """Return the release in force, None before the first was published."""
    try:
        return known(get_service().releases.live().hash)
    except NoReleaseError:
        return None


def known(release_hash: str) -> Known:
    """Return what is known of a release; raises NoReleaseError for an unknown one."""
    with _lock:
        found = _kept.get(release_hash)
    if found is None:
        releases = get_service().releases
        found = examine(releases.get(release_hash), releases.files(release_hash))
        with _lock:
            while len(_kept) >= _MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[release_hash] = found
    return found


def examine(release: Release, files: Mapping[str, str]) -> Known:
    """Return all that can be said of *release*, made from *files*."""
    bundle = read_bundle(files)
    _, found = compile_release(bundle.documents)
    uses = tuple(one for one in bundle.uses if isinstance(one, BlockUse))
    return Known(
        release=release,
        files=files,
        bundle=bundle,
        documents={one.key: one for one in bundle.documents},
        written={one.key: one for pack in bundle.packs for one in pack.documents},
        found=tidy((*bundle.found, *found)),
        usages=usages(release, bundle.documents, uses),
    )
