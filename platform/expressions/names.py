"""Which names a tree reads."""

from __future__ import annotations

from .tree import Call, Name, Node, children

_ROW_CALLS = frozenset({"any", "all", "count", "sum"})


def names_read(tree: Node) -> tuple[frozenset[str], frozenset[str]]:
    """Return the dotted paths that a typed tree reads, and its columns as ``table.column``."""
    names: set[str] = set()
    columns: set[str] = set()
    waiting: list[tuple[Node, tuple[str, ...]]] = [(tree, ())]
    while waiting:
        node, tables = waiting.pop()
        if isinstance(node, Name) and node.scope == 0:
            names.add(node.dotted)
        elif isinstance(node, Name) and node.scope <= len(tables):
            columns.add(f"{tables[node.scope - 1]}.{node.dotted}")
        if isinstance(node, Call) and node.name in _ROW_CALLS and len(node.args) == 2:
            many = node.args[0]
            table = many.dotted if isinstance(many, Name) else ""
            if isinstance(many, Name) and many.scope:
                table = f"{tables[many.scope - 1]}.{table}"
            waiting += [(many, tables), (node.args[1], (*tables, table))]
            continue
        waiting.extend((child, tables) for child in children(node))
    return frozenset(names), frozenset(columns)
