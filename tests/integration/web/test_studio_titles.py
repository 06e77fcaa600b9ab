"""Editors name other definitions by their titles, and what is selected stays so when it leads elsewhere."""

from __future__ import annotations

from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio_rules import draft_with, shown


def test_choices_of_a_taxonomy_are_counted_and_named(ada: Browser) -> None:
    draft = draft_with(ada)
    page = shown(ada, f"{draft}/define/form/ticket-intake")
    place = page.partition('id="f-type"')[2].partition('data-at="')[2].partition('"')[0]
    inspector = shown(ada, f"{draft}/define/form/ticket-intake?at={place}")
    choices = inspector.partition('-choices" aria-label="Choices"')[2].partition("</section>")[0]
    assert '<span class="count">0</span>' not in choices
    assert f'href="{draft}/define/taxonomy/software-types"' in choices
    assert "Shared block: Attachments" in page
    assert "Shared block <code>" not in page


def test_a_way_that_leads_elsewhere_stays_selected(ada: Browser) -> None:
    draft = draft_with(ada)
    page = shown(ada, f"{draft}/define/workflow/after-sales?at=line/received/diagnosis")
    assert 'data-then-at="line/received/~"' in page
