"""Message templates and surveys as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..expressions import Duration
from .nodes import Nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Logic-less text by language: ``{{ name }}``, ``{{ customer.name }}``, ``{{#if x}}..{{/if}}``, ``{{#each xs}}..{{/each}}``.

    parsed: per language (``en``, ``zh-CN``), the nodes of subject and body, made by ``parse``.
    """

    id: str
    title: Text
    record_type: str
    subject: Text
    body: Text
    audience: str = "customer"  # customer | agent
    parsed: Mapping[str, tuple[Nodes, Nodes]] = field(default_factory=dict)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey. type: csat | nps | ces. scale: the highest answer (nps: 0..10). cap: at most one a contact in this time."""

    id: str
    title: Text
    type: str
    scale: int
    question: Text
    low_label: Text = Text()
    high_label: Text = Text()
    comment: Text = Text()
    template: str | None = None
    cap: Duration | None = None
    expires: Duration | None = None
    span: Span = NOWHERE
