"""What definitions call what they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sopwith.core.text import Text
from sopwith.expressions import Expression, Labels
from sopwith.release.model import RecordType, Release

from ..desk.words import labels_of
from ..languages import lang
from ..rendering import role_word
from ..wording import gettext as _


def labels_for(release: Release, record_type: str) -> Labels:
    """Return the titles that conditions of a record type name; of all types where it is for any."""
    known = release.record_types.get(record_type)
    if known is not None and known.workflow in release.workflows:
        return labels_of(release, known)
    fields: dict[str, Text] = {}
    options: dict[str, dict[str, Text]] = {}
    for one in release.record_types.values():
        if one.workflow in release.workflows:
            labels = labels_of(release, one)
            fields = {**labels.fields, **fields}
            for path, titles in labels.options.items():
                options[path] = {**titles, **options.get(path, {})}
    return Labels(fields=fields, options=options)


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of everything that a definition of one record type names, in the page's language."""

    release: Release
    record_type: str
    labels: Labels

    @classmethod
    def of(cls, release: Release, record_type: str) -> Names:
        """Return the names for definitions of *record_type*."""
        return cls(release, record_type, labels_for(release, record_type))

    def condition(self, when: Expression | None) -> str:
        """Return a condition in words, empty for none."""
        return when.words(lang(), self.labels) if when is not None else ""

    def field(self, name: str) -> str:
        """Return the title of a field."""
        title = self.labels.fields.get(name)
        return title.get(lang()) if title else name

    def value(self, field: str, value: Any) -> str:
        """Return a value of a field in words."""
        if value is None:
            return _("nothing")
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, (list, tuple)):
            return _(", ").join(self.value(field, one) for one in value)
        title = self.labels.options.get(field, {}).get(str(value))
        return title.get(lang()) if title else str(value)

    def state(self, name: str) -> str:
        """Return the title of a state."""
        return self.value("state", name)

    def team(self, name: str) -> str:
        """Return the title of a team."""
        team = self.release.teams.get(name)
        return team.title.get(lang()) or name if team else name

    def type(self, name: str | None = None) -> str:
        """Return the title of a record type."""
        key = name if name is not None else self.record_type
        kind: RecordType | None = self.release.record_types.get(key)
        return kind.title.get(lang()) if kind else _("All record types") if key == "any" else key

    def of_kind(self, kind: str, name: str) -> str:
        """Return the title of a definition of another kind."""
        models: dict[str, Any] = {
            "message_template": self.release.templates,
            "form": self.release.forms,
            "table": self.release.tables,
            "routing": self.release.routings,
            "survey": self.release.surveys,
            "calendar": self.release.calendars,
            "taxonomy": self.release.taxonomies,
        }
        model = models.get(kind, {}).get(name)
        return model.title.get(lang()) or name if model is not None else name

    def role(self, name: str) -> str:
        """Return the word for a role."""
        return role_word(name)
