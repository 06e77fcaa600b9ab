"""What templates show to whom, and what surveys refer to."""

from __future__ import annotations

from ..core.diagnostics import Diagnostic
from ..definitions.references import References
from .model import Survey, Template
from .names import INTERNAL
from .nodes import names_shown


def check_message_template(template: Template, references: References) -> tuple[Diagnostic, ...]:
    """Return a warning for each name by which a template for customers would show what is internal.

    references: not needed today; that the record type exists is checked with its schema.
    """
    if template.audience != "customer":
        return ()
    shown: set[str] = set()
    for subject, body in template.parsed.values():
        shown |= names_shown((*subject, *body))
    return tuple(
        Diagnostic(span=template.span, code="MSG016", values={"name": name})
        for name in sorted(shown & INTERNAL)
    )


def check_survey(survey: Survey, references: References) -> tuple[Diagnostic, ...]:
    """Return a finding when the invitation's template is missing or does not exist."""
    name = survey.template
    if name is None:
        return (Diagnostic(span=survey.span, code="SVY004"),)
    if references.has("message_template", name):
        return ()
    values: dict[str, str | int] = {"name": name}
    if meant := references.guess("message_template", name):
        values["guess"] = meant
    return (Diagnostic(span=survey.span, code="SVY003", values=values),)
