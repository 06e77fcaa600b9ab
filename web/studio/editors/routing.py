"""The editor of routing chains: the steps in their order, in words, and who would get a real ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sopwith.core.decision import sentence
from sopwith.core.record import RecordState
from sopwith.release.names import Names, Scope
from sopwith.rules.model import Routing, Strategy
from sopwith.rules.parse import WAYS
from sopwith.rules.route import RouteStep, choose

from ...admin.shown import routing_words
from ...admin.titles import Names as Titles
from ...desk.explain import verdict_word
from ...languages import lang
from ...visitor import get_service, now
from ...wording import gettext as _
from ..conditions import names_of, scope_at
from .lenient import held, mapping, words
from .place import Place
from .rule_actions import deep
from .subject import Subject
from .tryout import context, recent, record_numbered, values_of

Facts = dict[str, Any]
ICONS = {
    "on_call": "phone-call", "dedicated": "user-check", "last_agent": "history", "skill": "award",
    "least_loaded": "scale", "round_robin": "rotate", "user": "user", "queue": "inbox",
}  # fmt: skip


def way_words() -> dict[str, tuple[str, str]]:
    """Return what each way of looking is called, and what it does."""
    return {
        "on_call": (_("Who is on call"), _("The first person on the team's roster who is present.")),
        "dedicated": (_("The customer's own manager"), _("If the customer has one who is present and has room.")),
        "last_agent": (_("Whoever helped this customer last"), _("If that is not too long ago.")),
        "skill": (_("Somebody with the skill"), _("Of those in the team who have it, the one with the fewest open records.")),
        "least_loaded": (_("Whoever has the least to do"), _("The person in the team with the fewest open records.")),
        "round_robin": (_("Everybody in turn"), _("The person in the team who has waited longest for a new one.")),
        "user": (_("The person in a field"), _("Whoever a field of the ticket names.")),
        "queue": (_("A team's queue"), _("Anybody in the team takes it from there. It ends the chain.")),
    }  # fmt: skip


def view(subject: Subject) -> Facts:
    """Return the chain as steps, and what it leads to for the ticket that was asked for."""
    names = names_of(subject.draft, subject.bench)
    scope = scope_at(subject, ("chain", 0, "when"))
    own = words(subject.doc.get("record_type"))
    titles = Titles(subject.bench.partly, own, names.labels(own))
    chain = subject.doc.get("chain")
    links = [_link(at, one, subject, titles) for at, one in enumerate(chain if isinstance(chain, list) else [])]  # fmt: skip
    place = Place.read(subject.at)
    trial = _trial(subject, place)
    for link, step in zip(links, trial["steps"], strict=False):
        link["step"] = step
    return {
        "place": place,
        "held": held(subject.doc),
        "links": links,
        "chain_is_list": isinstance(chain, list),
        "choices": [(by, said) for by, (said, _help) in way_words().items()],
        "icons": ICONS,
        "additions": _additions(subject, scope),
        "types": [(one.id, one.title.get(lang())) for one in subject.others.get("record_type", [])],
        "fields": _fields(scope, names),
        "people_fields": [(key, title) for key, title, kind in _all(scope) if kind == "user"],
        "end": len(links) - 1 if links and links[-1]["by"] == "queue" else len(links),
        "trial": trial,
        "used": _used(subject),
    }


def _link(at: int, one: Any, subject: Subject, titles: Titles) -> Facts:
    link = deep(one)
    by = words(link["by"])
    needed, allowed = WAYS.get(by, ((), ("team", "field", "user_field", "within", "cap")))
    model = _model(subject.bench.partly.routings.get(subject.document.id), at)
    team = words(link["team"])
    said = routing_words(model, titles) if model is not None else way_words().get(by, (by, ""))[0]
    return {
        "index": at,
        "path": ["chain", at],
        "by": by if by in WAYS else "",
        "held": link,
        "words": said,
        "if": titles.condition(model.when) if model is not None else words(link["when"]),
        "keys": [key for key in (*needed, *allowed) if key != "when"],
        "needed": needed,
        "team": titles.team(team) if team else "",
        "copy": one,
        "step": None,
    }


def _model(routing: Routing | None, at: int) -> Strategy | None:
    return routing.chain[at] if routing is not None and at < len(routing.chain) else None


def _all(scope: Scope) -> list[tuple[str, str, str]]:
    return [
        (key, one.title.get(lang()) or key, str(one.type))
        for key, one in scope.fields.items()
        if "." not in key
    ]


def _fields(scope: Scope, names: Names) -> list[tuple[str, str]]:
    """Return the fields whose value may be a skill."""
    return [(key, title) for key, title, kind in _all(scope) if kind in ("choice", "multi_choice", "tree_choice", "text")]  # fmt: skip


def _additions(subject: Subject, scope: Scope) -> list[Facts]:
    """Return the steps that may be added, each with what it begins as."""
    teams = subject.others.get("team", [])
    team = teams[0].id if teams else ""
    every = _all(scope)
    skill = next((key for key, _title, kind in every if kind in ("choice", "tree_choice")), "")
    person = next((key for key, _title, kind in every if kind == "user"), "")
    more: dict[str, Facts] = {
        "on_call": {"team": team},
        "skill": {"team": team, "field": skill},
        "least_loaded": {"team": team},
        "round_robin": {"team": team},
        "user": {"user_field": person},
        "queue": {"team": team},
    }
    said = way_words()
    return [
        {"by": by, "words": said[by][0], "help": said[by][1], "icon": ICONS[by], "value": {"by": by, **more.get(by, {})}}
        for by in WAYS
    ]  # fmt: skip


def _used(subject: Subject) -> list[Facts]:
    """Return the record types and rules that route by this chain."""
    name, release = subject.document.id, subject.bench.partly
    types = [{"kind": "record_type", "id": one.id, "title": one.title} for one in release.record_types.values() if one.routing == name]  # fmt: skip
    rules = [
        {"kind": "rule", "id": one.id, "title": one.title}
        for one in release.rules.values()
        if any(act.kind == "route" and act.args.get("routing") == name for act in one.then)
    ]
    return [*types, *rules]


def _trial(subject: Subject, place: Place) -> Facts:
    """Return who would get the ticket that was asked for, and why everybody before would not."""
    routing = subject.bench.partly.routings.get(subject.document.id)
    number = place.asked.get("ticket", "")
    state = record_numbered(number)
    found: Facts = {
        "ticket": number,
        "is_missing": bool(number) and state is None,
        "recent": recent(words(subject.doc.get("record_type"))),
        "is_right": routing is not None,
        "steps": [],
        "who": "",
    }
    if routing is None or state is None:
        return found
    return found | _walked(routing, state, subject)


def _walked(routing: Routing, state: RecordState, subject: Subject) -> Facts:
    service = get_service()
    with service.database.reading() as connection:
        directory = service.directory(connection, subject.bench.partly, now(), of_draft=True)
        route = choose(routing, values_of(state), state.customer_id, directory, now(), context())
        person = directory.person(route.owner) if route.owner else None
    teams = {key: one.title.get(lang()) for key, one in subject.bench.partly.teams.items()}
    queue = teams.get(route.team or "", route.team)
    who = person.name if person else _("the queue of %(team)s", team=queue) if queue else ""
    return {
        "steps": [_said(one, teams) for one in route.steps],
        "who": who or _("nobody"),
        "ticket_title": words(mapping(state.values).get("title")),
    }


def _said(step: RouteStep, teams: Mapping[str, str]) -> Facts:
    values = dict(step.values)
    if "team" in values:
        values["team"] = teams.get(str(values["team"]), str(values["team"]))
    return {
        "outcome": step.outcome,
        "words": sentence(step.code, values, lang()),
        "candidates": [
            (str(one.get("name")), one.get("load"), verdict_word(str(one.get("verdict", ""))))
            for one in step.candidates
        ],
    }
