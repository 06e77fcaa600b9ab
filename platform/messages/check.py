"""What templates and surveys refer to."""

from __future__ import annotations

from ..core.diagnostics import Diagnostic
from ..definitions.references import References
from .model import Survey, Template


def check_message_template(template: Template, references: References) -> tuple[Diagnostic, ...]:
    """Return a finding when the record type of *template* does not exist."""
    name = template.record_type
    if name == "any" or references.has("record_type", name):
        return ()
    values: dict[str, str | int] = {"name": name}
    if meant := references.guess("record_type", name):
        values["guess"] = meant
    return (Diagnostic(span=template.span, code="MSG016", values=values),)


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
