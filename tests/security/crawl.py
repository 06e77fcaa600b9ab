"""Walks through all pages that somebody can reach, from link to link and by every route."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule as Route

from tests.security.house import Facts, House
from tests.security.pages import Page, Sent, read_page

BASE = "http://desk.test"
MOST = 1
"""How many addresses of one route and one set of parameters are followed from pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One answer."""

    person: str
    path: str
    endpoint: str
    status: int
    mimetype: str
    text: str
    headers: Headers
    page: Page | None


@dataclass(slots=True)
class Walk:
    """The walk of one person."""

    house: House
    person: str
    waiting: deque[str] = field(default_factory=deque)
    met: set[str] = field(default_factory=set)
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def answers(self) -> Iterator[Seen]:
        """Look at everything once."""
        first = starts(self.house)
        self.waiting.extend(first)
        while self.waiting:
            path = self.waiting.popleft()
            endpoint = self._wanted(path, is_start=path in first)
            if endpoint:
                yield self._look(path, endpoint)

    def _wanted(self, path: str, *, is_start: bool) -> str:
        """Return the endpoint of *path*, empty when it need not be looked at."""
        parts = urlsplit(urljoin(BASE, path))
        if parts.netloc != "desk.test" or path in self.met:
            return ""
        self.met.add(path)
        adapter = self.house.app.url_map.bind("desk.test")
        try:
            endpoint, values = adapter.match(parts.path, method="GET")
        except HTTPException:
            return ""
        asked = parse_qs(parts.query, keep_blank_values=True)
        key = (endpoint, values.get("kind", ""), *asked.get("tab", ()), *sorted(asked))
        self.counts[key] += not is_start
        return "" if endpoint == "static" or self.counts[key] > MOST else endpoint

    def _look(self, path: str, endpoint: str) -> Seen:
        response = self.house.browser(self.person).client.get(path, buffered=True)
        is_text = response.mimetype not in ("image/png", "application/zip")
        text = response.get_data(as_text=True) if is_text else ""
        page = read_page(text) if response.mimetype == "text/html" else None
        if page is not None:
            here = urljoin(BASE, path)
            found = (urlsplit(urljoin(here, link)) for link in sorted(page.links))
            self.waiting.extend(
                one.path + (f"?{one.query}" if one.query else "")
                for one in found
                if f"{one.scheme}://{one.netloc}" == BASE
            )
        return Seen(
            person=self.person,
            path=path,
            endpoint=endpoint,
            status=response.status_code,
            mimetype=response.mimetype or "",
            text=text,
            headers=response.headers,
            page=page,
        )


def values_of(facts: Facts) -> dict[str, list[str]]:
    """Return what the parameters of paths can be."""
    return {
        "record_id": list(facts.records.values()),
        "token": [*facts.links.values(), facts.records["ann"], facts.records["bob"]],
        "file_id": list(facts.files.values()),
        "type_id": ["wish", "repair", "errand"],
        "kind": ["form", "workflow", "record_type", "rule", "survey", "message_template"],
        "form_id": ["wish-form", "repair-form", "check-form"],
        "definition_id": ["wish-form", "wish-flow", "wish", "csat"],
        "name": ["counter", "wish-form", "wish-flow", "shop/types.yaml", "it-small-licence"],
        "draft_id": [facts.draft],
        "folder": ["it_request"],
        "step": ["process", "language", "people", "hours", "mail", "finish"],
        "user_id": ["lin", "ada"],
        "customer_id": ["ann", "bob"],
        "mail_id": ["1"],
        "job_id": ["1", "2"],
        "source": ["mail"],
        "ext_id": ["m1"],
    }


def paths_of(house: House, route: Route) -> list[str]:
    """Return addresses of *route*: one for each of what is in the house, the same number of each."""
    known = values_of(house.facts)
    most = max([len(known.get(name, ["unknown"])) for name in route.arguments], default=1)
    paths = []
    with house.app.test_request_context(base_url=BASE):
        for turn in range(most):
            chosen: dict[str, Any] = {}
            for name in route.arguments:
                options = known.get(name, ["unknown"])
                value = options[turn % len(options)]
                is_number = type(route._converters[name]).__name__ == "IntegerConverter"
                chosen[name] = (
                    int(value) if is_number and value.isdecimal() else 7 if is_number else value
                )
            paths.append(house.app.url_for(route.endpoint, **chosen))
    return list(dict.fromkeys(paths))


def starts(house: House) -> list[str]:
    """Return an address of every route that can be looked at."""
    found = []
    for route in house.app.url_map.iter_rules():
        if "GET" in (route.methods or ()) and route.endpoint != "static":
            found += paths_of(house, route)
    return [*found, "/sign-in?next=/mine", "/desk?q=canary", "/static/", "/static/css/"]


@dataclass(frozen=True, slots=True)
class Form:
    """One form that somebody found on a page."""

    person: str
    path: str
    sent: Sent


def forms_in(answers: list[Seen]) -> list[Form]:
    """Return one form of every kind that each person found: same route, same fields."""
    found: dict[tuple[str, ...], Form] = {}
    for one in answers:
        for sent in one.page.forms if one.page is not None else ():
            action = urljoin(one.path, sent.action) if sent.action else one.path
            shape = (one.person, sent.method, _shape(action), *sorted(sent.fields))
            if action.startswith("/") and shape not in found:
                found[shape] = Form(one.person, action, sent)
    return list(found.values())


def _shape(path: str) -> str:
    parts = urlsplit(path).path.split("/")
    return "/".join(part if len(part) < 20 and "." not in part else "*" for part in parts)
