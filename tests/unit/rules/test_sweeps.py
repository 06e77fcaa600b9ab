"""Which rules that act in rounds look at settled records too."""

from __future__ import annotations

import pytest

from sopwith.rules.sweeps import looks_at_settled
from tests.unit.rules.samples import rule

RULE = """record_type: ticket
every: {{duration: 10m}}
when: {when}
then: [{{tag: [seen]}}]
"""


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param('type == "bug"', False, id="says nothing of it"),
        pytest.param('category == "closed"', True, id="of settled ones"),
        pytest.param('category == "open"', False, id="of open ones"),
        pytest.param('category == "waiting" and type == "bug"', False, id="and more"),
        pytest.param('type == "bug" and state == "received"', True, id="of a state"),
        pytest.param('category == "open" or type == "bug"', True, id="or something else"),
        pytest.param('not (category == "open")', True, id="the opposite"),
        pytest.param('category != "open"', True, id="any other"),
        pytest.param('category in ["open", "closed"]', True, id="one of several"),
    ],
)
def test_settled_records_are_looked_at_where_they_can_fit(when: str, expected: bool) -> None:
    assert looks_at_settled(rule(RULE.format(when=when))) is expected
