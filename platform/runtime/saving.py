"""Some of the definitions as a pack of their own: their texts byte for byte, a head, READMEs to fill in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..core.text import Text
from ..definitions import Document, Pack, Use
from ..definitions.packs import READMES
from ..definitions.segments import chosen, joined
from ..release.compile import compile_release
from ..release.usage import usages
from .packing import Files, Key, documents_of, folder_of
from .releases import SEPARATOR, Bundle, read_bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a new pack is called."""

    id: str
    version: str
    title: Text
    description: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A pack made of chosen definitions. files: by path inside of it. outside: what it names and does not hold.

    requires: the ids of the packs that hold that.
    """

    files: Files
    outside: tuple[Key, ...]
    requires: tuple[str, ...]


def save_as_pack(files: Files, keys: frozenset[Key], head: Head) -> Saved:
    """Return the pack *head* with the definitions *keys* (kind and id) of *files*.

    A file of which everything is chosen stays as it is; of others the chosen definitions, with their comments.
    """
    bundle = read_bundle(files)
    texts = _texts(files, bundle, keys)
    outside = needs_of(files, bundle, keys) - keys
    homes = {one.key: pack.id for pack in bundle.packs for one in pack.documents}
    requires = sorted({homes[key] for key in outside if key in homes})
    written = [one for one in documents_of(bundle) if one.key in keys]
    head_text = _head(head, requires)
    made = {
        "pack.yaml": head_text,
        READMES["en"]: _readme(head, written, "en"),
        READMES["zh-CN"]: _readme(head, written, "zh-CN"),
        **texts,
    }
    return Saved(files=made, outside=tuple(sorted(outside)), requires=tuple(requires))


def needs_of(files: Files, bundle: Bundle, keys: frozenset[Key]) -> frozenset[Key]:
    """Return what the definitions *keys* name, and what that names in turn; empty while *files* have errors."""
    release, _found = compile_release(bundle.documents)
    if release is None:
        return frozenset()
    uses = tuple(one for one in bundle.uses if isinstance(one, Use))
    named: dict[Key, set[Key]] = {}
    for key, some in usages(release, bundle.documents, uses).items():
        for use in some:
            named.setdefault((use.kind, use.id), set()).add(key)
    known = {one.key for one in bundle.documents} | {one.key for pack in bundle.packs for one in pack.blocks}  # fmt: skip
    found: set[Key] = set()
    waiting = list(keys)
    while waiting:
        for key in named.get(waiting.pop(), ()):
            if key not in found and key in known:
                found.add(key)
                if key not in keys:
                    waiting.append(key)
    return frozenset(found)


def _texts(files: Files, bundle: Bundle, keys: frozenset[Key]) -> dict[str, str]:
    """Return the texts of the chosen definitions by path inside of the new pack."""
    made: dict[str, str] = {}
    for pack in bundle.packs:
        for path, documents in _by_file(pack).items():
            wanted = [number for number, one in enumerate(documents) if one.key in keys]
            if not wanted:
                continue
            text = chosen(files[path], path, wanted)
            if text is None:
                text = joined([documents[number].text + "\n" for number in wanted])
            inner = path.partition(SEPARATOR)[2]
            made[inner if inner not in made and inner != "pack.yaml" else f"{folder_of(path)}-{inner.replace(SEPARATOR, '-')}"] = text  # fmt: skip
    return made


def _by_file(pack: Pack) -> Mapping[str, list[Document]]:
    """Return all documents of a pack by file, in the order of the text; its head is one of them."""
    found: dict[str, list[Document]] = {}
    every = [*pack.documents, *pack.scenarios]
    if pack.node is not None:
        every.append(Document(path=pack.node.span.path, node=pack.node, kind="pack", id=pack.id))
    for one in sorted(every, key=lambda one: one.span):
        found.setdefault(one.path, []).append(one)
    return found


def _head(head: Head, requires: Iterable[str]) -> str:
    lines = [
        "kind: pack",
        f"id: {head.id}",
        f"version: {head.version}",
        f"title: {_label(head.title)}",
        f"description: {_label(head.description)}",
    ]
    named = ", ".join(requires)
    return "\n".join([*lines, *([f"requires: [{named}]"] if named else [])]) + "\n"


def _label(text: Text) -> str:
    en, zh = (json.dumps(one, ensure_ascii=False) for one in (text.en, text.zh))
    return f"{{en: {en}, zh-CN: {zh}}}"


def _readme(head: Head, documents: Iterable[Document], lang: str) -> str:
    holds, adjust = ("What it holds", "Change first") if lang == "en" else ("包含内容", "常见调整")
    say = "Say here what to change first." if lang == "en" else "请在此说明首先要调整的内容。"
    lines = [f"- {one.kind} `{one.id}`" for one in documents]
    parts = (f"# {head.title.get(lang)}", head.description.get(lang), f"## {holds}", "\n".join(lines), f"## {adjust}", say)  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"
