"""Records with very many messages or events, written at once and past the product."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from sopwith.store.tables import MessageRow, RecordEventRow
from tests.support.shop import NOW, Shop


def fill(shop: Shop, record_id: str, count: int, *, quiet: bool = False) -> None:
    """Write *count* comments, or as many events of clocks, behind what is there; chains are not looked at here."""
    first = shop.state(record_id).version + 1
    seqs = range(first, first + count)
    actor = '{"kind": "user", "id": "lin", "name": "Lin"}'
    rule = '{"rule": "x"}'
    events = [
        {
            "record_id": record_id,
            "seq": seq,
            "at": NOW + timedelta(seconds=seq),
            "kind": "rule" if quiet else "comment",
            "actor_kind": "user",
            "actor_id": "lin",
            "actor": actor,
            "cause_kind": "user",
            "cause_id": "",
            "cause_depth": 0,
            "body": rule
            if quiet
            else f'{{"message_id": "m{seq}", "public": true, "author": "user"}}',
            "salt": "",
            "digest": "",
            "prev_hash": "",
            "hash": "",
        }
        for seq in seqs
    ]
    messages = [
        {
            "id": f"m{seq}",
            "record_id": record_id,
            "seq": seq,
            "public": True,
            "author_kind": "user",
            "author_id": "lin",
            "author_name": "Lin",
            "text": f"message-{seq}-end",
            "html": "",
            "files": [],
            "created_at": NOW + timedelta(seconds=seq),
        }
        for seq in seqs
    ]
    with shop.database.writing() as connection:
        connection.execute(insert(RecordEventRow), events)
        if not quiet:
            connection.execute(insert(MessageRow), messages)
