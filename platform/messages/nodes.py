"""The parts of a message template once it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Text that stands in the message as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter behind a name; *argument* is None for those that take none."""

    name: str
    argument: str | int | None = None


@dataclass(frozen=True, slots=True)
class Insert:
    """The value of a name, through its filters."""

    path: tuple[str, ...]
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class If:
    """One of two parts, by whether a name has a value that is not empty, zero or false."""

    path: tuple[str, ...]
    then: tuple[TemplateNode, ...]
    otherwise: tuple[TemplateNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Each:
    """A part repeated for every item of a list; names are looked up in the item first."""

    path: tuple[str, ...]
    body: tuple[TemplateNode, ...]


TemplateNode = Words | Insert | If | Each
Nodes = tuple[TemplateNode, ...]


def asks_for(nodes: Nodes, name: str) -> bool:
    """Return whether *nodes* show, test or go through anything of *name*."""
    for node in nodes:
        match node:
            case Insert(path=path):
                parts: tuple[Nodes, ...] = ()
            case If(path=path, then=then, otherwise=otherwise):
                parts = (then, otherwise)
            case Each(path=path, body=body):
                parts = (body,)
            case _:
                continue
        if path[0] == name or any(asks_for(part, name) for part in parts):
            return True
    return False


def names_shown(nodes: Nodes) -> set[str]:
    """Return the dotted names whose values *nodes* show."""
    names: set[str] = set()
    waiting = [nodes]
    while waiting:
        for node in waiting.pop():
            match node:
                case Insert(path=path):
                    names.add(".".join(path))
                case If(then=then, otherwise=otherwise):
                    waiting += [then, otherwise]
                case Each(body=body):
                    waiting.append(body)
    return names
