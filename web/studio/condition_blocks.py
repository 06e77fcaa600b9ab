"""A condition as the builder shows it: groups, tests with the controls of their types, and written parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sopwith.core.text import Text
from sopwith.expressions.blocks import print_block
from sopwith.expressions.offers import Offer, fits, offer_of, offers_for

from .condition_ground import Ground, NameChoice
from .condition_values import Value, control, first_value, is_complete, typed

MOST_LEVELS = 30
Block = Mapping[str, Any]


class BadBlocksError(ValueError):
    """What was sent is no tree of blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One block as it is shown. kind: group | test | text. at: the numbers that lead to it, joined by ``-``."""

    kind: str
    at: str
    join: str = "all"
    items: Sequence[Shown] = ()
    name: str = ""
    ground: Ground | None = None
    offers: Sequence[Offer] = ()
    offer: Offer | None = None
    value: Value | None = None
    where: Shown | None = None
    text: str = ""
    complete: bool = True
    block: Block = field(default_factory=dict)


def show(block: Block, ground: Ground) -> Shown:
    """Return *block* as it is shown, a group at the top; what is missing in it is filled in where it can be."""
    found = _show(block, ground, "0", 1)
    if found.kind == "group":
        return found
    inner = _show(block, ground, "0-0", 1)
    return Shown(kind="group", at="0", items=[inner], complete=inner.complete, block={"all": [inner.block]})  # fmt: skip


def _show(block: Any, ground: Ground, at: str, level: int) -> Shown:
    if level > MOST_LEVELS or not isinstance(block, Mapping):
        raise BadBlocksError("a block is a mapping, nested no deeper than 30")
    join, items = _joined(block)
    if join:
        return _group(join, items, ground, at, level)
    if "field" in block:
        return _test(block, ground, at, level)
    text = block.get("text")
    if not isinstance(text, str):
        raise BadBlocksError("a block has all, any, not, field or text")
    words = text.strip()
    return Shown(kind="text", at=at, text=text, complete=bool(words), block={"text": text})


def _joined(block: Block) -> tuple[str, list[Any]]:
    for key in ("all", "any"):
        if key in block:
            held = block[key]
            if not isinstance(held, list):
                raise BadBlocksError("all and any hold a list")
            return key, held
    if "not" in block:
        inner = block["not"]
        if isinstance(inner, Mapping) and ("all" in inner or "any" in inner):
            word, items = _joined(inner)
            return f"not {word}", items
        return "not all", [inner]
    return "", []


def _group(join: str, items: list[Any], ground: Ground, at: str, level: int) -> Shown:
    shown = [_show(one, ground, f"{at}-{place}", level + 1) for place, one in enumerate(items)]
    blocks = [one.block for one in shown]
    word = join.removeprefix("not ")
    block: Block = {word: blocks}
    return Shown(
        kind="group",
        at=at,
        join=join,
        items=shown,
        complete=bool(shown) and all(one.complete for one in shown),
        block={"not": block} if join.startswith("not ") else block,
    )


def _test(block: Block, ground: Ground, at: str, level: int) -> Shown:
    name = ground.known(str(block["field"]))
    if name is None and ground.faithful:
        text = print_block(block) or ""
        return Shown(kind="text", at=at, text=text, block={"text": text})
    if name is None:
        return Shown(kind="test", at=at, ground=ground, complete=False, block={"field": ""})
    offers = offers_for(name.type, inner=name.inner)
    offer = offer_of(block, offers)
    if ground.faithful and not _is_sayable(block, offer):
        text = print_block(block) or ""
        return Shown(kind="text", at=at, text=text, block={"text": text})
    offer = offer or next(iter(offers), None)
    if offer is None:
        return Shown(kind="test", at=at, ground=ground, name=name.name, complete=False, block={"field": name.name})  # fmt: skip
    told = {"measure": offer.measure} if offer.measure else {}
    plain: dict[str, Any] = {"field": name.name, **told, "op": offer.op}
    if offer.takes == "rows":
        where = show_rows(block.get("where"), ground, name, at, level)
        plain["where"] = where.block
        return Shown(kind="test", at=at, ground=ground, name=name.name, offers=offers, offer=offer, where=where, complete=where.complete, block=plain)  # fmt: skip
    value, complete, shown = None, True, None
    if offer.takes != "nothing":
        source = str(block.get("source") or "")
        held = (
            block.get("value") if ground.faithful else typed(block.get("value"), offer, ground.zone)
        )
        fine = held is not None and not source and fits(held, offer)
        value = held if fine else first_value(offer, name, ground, source)
        complete = is_complete(value)
        plain["value"] = value
        shown = control(value, offer, name, ground)
    return Shown(kind="test", at=at, ground=ground, name=name.name, offers=offers, offer=offer, value=shown, complete=complete, block=plain)  # fmt: skip


def _is_sayable(block: Block, offer: Offer | None) -> bool:
    return offer is not None and (
        offer.takes in ("nothing", "rows") or fits(block.get("value"), offer)
    )


def show_rows(block: Any, ground: Ground, name: NameChoice, at: str, level: int) -> Shown:
    """Return what is asked of the rows of a table, a group; one empty test where nothing is asked yet."""
    inner = ground.rows_of(name, Text("In the row", "行内").get(ground.lang))
    held = block if isinstance(block, Mapping) else {"all": [{"field": ""}]}
    if not {"all", "any", "not"} & set(held):
        held = {"all": [held]}
    return _show(held, inner, f"{at}-w", level + 1)
