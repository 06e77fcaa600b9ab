"""The packs that come with the product: what each holds, and how it stands to what is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from sqlalchemy import Connection

from sopwith.core.text import Text
from sopwith.definitions import Document, Pack, load_pack
from sopwith.lab.cast import Cast
from sopwith.lab.sample import Sample, parse_sample
from sopwith.lab.scenario import Scenario, parse_scenario
from sopwith.lab.stand_ins import complete
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.runtime.installing import base_of
from sopwith.runtime.packing import Files, files_in, inside_of
from sopwith.runtime.releases import read_bundle

from ..admin.archives import shipped
from ..admin.live import text_of
from ..admin.wording import KINDS

RECOMMENDED = "software_p0p3"
"""The pack that fits most who begin."""
ORDER = (*KINDS, "scenario")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The definitions of one kind in a pack, by their titles."""

    kind: str
    titles: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A pack that comes along. needs: folders of the packs that it requires, itself not among them."""

    folder: str
    pack: Pack
    files: Files
    needs: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def is_whole(self) -> bool:
        """Return whether it is a process of its own, not only parts for others."""
        return any(one.kind == "workflow" for one in self.kinds)

    def count(self, kind: str) -> int:
        """Return how many definitions of a kind it holds."""
        return sum(len(one.titles) for one in self.kinds if one.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A pack with the packs it needs, compiled. own: the ids of its own definitions by kind."""

    offer: Offer
    release: Release
    own: Mapping[str, tuple[str, ...]]
    sample: Sample
    cast: Cast
    scenarios: Mapping[str, Scenario]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a pack stands to what is in force. version: of the one here, empty for none; edited: it was changed here."""

    version: str = ""
    edited: bool = False
    has_update: bool = False


@cache
def shelf() -> Mapping[str, Offer]:
    """Return all packs that come along by folder: the recommended one first, parts for others last."""
    packs = {folder: load_pack(_bytes(files), folder)[0] for folder, files in shipped().items()}
    by_id = {pack.id: folder for folder, pack in packs.items()}
    made = [_offer(folder, pack, packs, by_id) for folder, pack in packs.items()]
    made.sort(key=lambda one: (one.folder != RECOMMENDED, not one.is_whole, one.folder))
    return {one.folder: one for one in made}


def _bytes(files: Files) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


def _offer(folder: str, pack: Pack, packs: Mapping[str, Pack], by_id: Mapping[str, str]) -> Offer:
    needs: dict[str, None] = {}
    waiting = list(pack.requires)
    while waiting:
        name = by_id.get(waiting.pop(0), "")
        if name and name != folder and name not in needs:
            needs[name] = None
            waiting += packs[name].requires
    written = (*pack.documents, *pack.scenarios)
    kinds = [Kind(kind=kind, titles=_titles(written, kind)) for kind in ORDER]
    return Offer(
        folder=folder,
        pack=pack,
        files=shipped()[folder],
        needs=tuple(needs),
        kinds=tuple(one for one in kinds if one.titles),
    )


def _titles(documents: tuple[Document, ...], kind: str) -> tuple[Text, ...]:
    return tuple(
        text_of(one.node.get("title")) or Text(one.id, one.id)
        for one in documents
        if one.kind == kind
    )


@lru_cache(maxsize=32)
def opened(folder: str) -> Opened:
    """Return a pack of the shelf, compiled with those it needs; KeyError for an unknown one."""
    offer = shelf()[folder]
    files = {
        name: text
        for home in (*offer.needs, folder)
        for name, text in inside_of(home, shelf()[home].files).items()
    }
    bundle = read_bundle(files)
    release, found = compile_release(bundle.documents)
    if release is None:
        raise RuntimeError(f"{folder} does not check clean: {found[0].render('en')}")
    sample = parse_sample(offer.pack.sample)[0]
    cast = complete(sample.cast, release)
    read = [parse_scenario(one, sample.cast)[0] for one in offer.pack.scenarios]
    return Opened(
        offer=offer,
        release=release,
        own={one.kind: _ids(offer.pack, one.kind) for one in offer.kinds},
        sample=sample,
        cast=cast,
        scenarios={one.id: one for one in read if one is not None},
    )


def _ids(pack: Pack, kind: str) -> tuple[str, ...]:
    return tuple(one.id for one in (*pack.documents, *pack.scenarios) if one.kind == kind)


def standing(connection: Connection, files: Files, offer: Offer) -> Standing:
    """Return how *offer* stands to *files*."""
    mine = files_in(files, offer.folder)
    if not mine:
        return Standing()
    here = load_pack(_bytes({name: text for name, text in mine.items() if name.startswith("pack.")}), offer.folder)[0]  # fmt: skip
    base = base_of(connection, offer.folder, mine)
    ships = _texts(offer.files)
    if base is None:
        return Standing(
            version=here.version,
            edited=_texts(mine) != ships,
            has_update=here.version != offer.pack.version,
        )
    return Standing(
        version=here.version,
        edited=_texts(mine) != _texts(base),
        has_update=_texts(base) != ships,
    )


def _texts(files: Files) -> dict[str, str]:
    """Return what decides whether two packs are the same: definitions, without READMEs."""
    return {name: text for name, text in files.items() if not name.lower().endswith(".md")}
