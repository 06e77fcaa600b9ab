"""The room of an editor for a definition that stands in no installation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from flask import render_template

from sopwith.store.releases import Draft
from sopwith.web.studio.bench import bench_of
from sopwith.web.studio.editors import Subject
from sopwith.web.studio.editors.catalogue import EDITORS
from tests.support.shop import NOW


def room_of(
    document: dict[str, Any],
    at: str = "",
    files: Mapping[str, str] | None = None,
    home: str = "odd/odd.yaml",
) -> str:
    """Return the room of one definition, rendered as the page does."""
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    texts = {**(files or {}), home: text}
    made = bench_of(texts)
    found = next(one for one in made.documents if one.path == home)
    draft = Draft(
        id="d",
        title="Odd",
        documents=texts,
        revision=1,
        from_release=None,
        author=None,
        created_at=NOW,
        updated_at=NOW,
    )
    subject = Subject(draft=draft, bench=made, document=found, number=0, at=at)
    editor = EDITORS[found.kind]
    return render_template(
        "studio/room.html",
        **editor.view(subject),
        draft=draft,
        subject=subject,
        doc=subject.doc,
        editor=editor.template,
    )
