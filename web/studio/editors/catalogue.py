"""Which editor each kind of definition has; the general one serves those that have none of their own."""

from __future__ import annotations

from collections.abc import Mapping

from . import (
    calendars,
    form,
    general,
    messages,
    playbooks,
    record_types,
    routing,
    rules,
    scenarios,
    sla,
    surveys,
    tables,
    taxonomies,
    teams,
    views,
    words,
    workflow,
)
from .subject import Editor

GENERAL = Editor(template="studio/editors/general.html", view=general.view)
WORDS = Editor(template="studio/editors/words.html", view=words.view)

EDITORS: Mapping[str, Editor] = {
    "calendar": Editor(template="studio/editors/calendar.html", view=calendars.view),
    "form": Editor(template="studio/editors/form.html", view=form.view),
    "sla": Editor(template="studio/editors/sla.html", view=sla.view),
    "message_template": Editor(template="studio/editors/message_template.html", view=messages.view),
    "routing": Editor(template="studio/editors/routing.html", view=routing.view),
    "rule": Editor(template="studio/editors/rule.html", view=rules.view),
    "table": Editor(template="studio/editors/table.html", view=tables.view),
    "taxonomy": Editor(template="studio/editors/taxonomy.html", view=taxonomies.view),
    "team": Editor(template="studio/editors/team.html", view=teams.view),
    "workflow": Editor(template="studio/editors/workflow.html", view=workflow.view),
    "playbook": Editor(template="studio/editors/playbook.html", view=playbooks.view),
    "record_type": Editor(template="studio/editors/record_type.html", view=record_types.view),
    "scenario": Editor(template="studio/editors/scenario.html", view=scenarios.view),
    "segment": Editor(template="studio/editors/segment.html", view=views.segment_view),
    "survey": Editor(template="studio/editors/survey.html", view=surveys.view),
    "view": Editor(template="studio/editors/view.html", view=views.view),
}


def editor_of(kind: str) -> Editor:
    """Return the editor for definitions of *kind*."""
    return EDITORS.get(kind, GENERAL)
