"""Random definitions of every kind, whole packs from a seed: most of them compile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .random_fields import (
    AREAS,
    KINDS,
    PRIORITIES,
    Chance,
    Document,
    condition,
    label,
    make_field,
    options,
)

ROLES = ("agent", "lead", "manager", "admin", "staff")
TEAMS = ("desk", "experts", "night")
TEMPLATES = ("told", "asked", "survey-invitation", "approval-asked", "approval-reminder")
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
_EVENTS = (
    "created", "changed", "entered", "comment:customer", "comment:agent", "note", "assigned", "clock:warned",
    "clock:warned:80", "clock:breached", "approval:opened", "approval:approved", "approval:rejected", "task:done",
    "survey:answered", "solved:yes", "solved:no", "reopened", "tagged:red", "linked", "link:closed",
    "delivery:dead", "merged",
)  # fmt: skip


@dataclass
class Kind:
    """One record type while its definitions are made."""

    id: str
    fields: list[Document] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    own: list[Document] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Document]:
        """Return the fields of these types."""
        return [one for one in self.fields if one["type"] in kinds]


def random_pack(seed: int) -> list[Document]:
    """Return the documents of one pack."""
    return _Maker(Chance(seed)).documents()


class _Maker:
    """Makes one pack."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.teams = TEAMS[: chance.whole(1, 3)]
        self.kinds = [Kind(name) for name in ("ticket", "errand")[: chance.one([1, 1, 2])]]
        self.calendars = ["always", *(f"office-{n}" for n in range(chance.whole(1, 2)))]
        self.made: list[Document] = []

    def documents(self) -> list[Document]:
        self.made += [
            {
                "kind": "taxonomy",
                "id": "priorities",
                "title": label("Priorities"),
                "items": options(PRIORITIES),
            },
            {"kind": "taxonomy", "id": "areas", "title": label("Areas"), "items": options(AREAS)},
        ]
        self.made[1]["items"][0]["items"] = options(["inner", "outer"])
        self.made += [self.team(name) for name in self.teams]
        self.made += [self.calendar(name) for name in self.calendars]
        self.made += [self.template(name) for name in TEMPLATES]
        self.made += [self.survey(name) for name in ("csat", "nps")]
        for kind in self.kinds:
            self.fields(kind)
        for kind in self.kinds:
            self.made += [self.routing(kind), self.workflow(kind), self.sla(kind), self.table(kind)]
            self.made += [self.record_type(kind)]
        for number in range(self.chance.whole(3, 10)):
            self.made.append(self.rule(number))
        self.made += [self.view(), {"kind": "segment", "id": "big", "title": label("Big"),
                                    "when": 'customer.tier == "vip"'}]  # fmt: skip
        return self.made

    # --- what everything else names ---------------------------------------------------------------

    def team(self, name: str) -> Document:
        skills = self.chance.some(AREAS, 1, 3) if self.chance.often(0.6) else list(AREAS)
        return {"kind": "team", "id": name, "title": label(name), "level": self.chance.whole(1, 3),
                "skills": skills, "on_call": self.chance.often(0.4)}  # fmt: skip

    def calendar(self, name: str) -> Document:
        made: Document = {"kind": "calendar", "id": name, "title": label(name)}
        made["zone"] = self.chance.one(ZONES)
        if name == "always":
            return made | {"always": True}
        hours = self.chance.one([
            ["09:00-18:00"], ["09:00-12:00", "13:30-18:00"], ["22:00-06:00"], ["00:00-24:00"], ["08:15-08:45"],
        ])  # fmt: skip
        days = self.chance.one(["mon-fri", "mon-sun", "tue", "sat-sun", "mon-thu"])
        made["week"] = {days: hours}
        if self.chance.often(0.4):
            made["holidays"] = [{"date": "2026-11-18..2026-11-20", "title": label("Feast")}]
        if self.chance.often(0.3):
            made["exceptions"] = [{"date": "2026-11-17", "windows": ["10:00-11:00"]}]
        return made

    def template(self, name: str) -> Document:
        text = (
            "{{ number }} {{ title }} {{#if owner_name}}{{ owner_name }}{{else}}-{{/if}} {{ link }}"
        )
        words = {"en": text, "zh-CN": text}
        return {"kind": "message_template", "id": name, "title": label(name), "record_type": "any",
                "audience": self.chance.one(["customer", "agent"]), "subject": words, "body": words}  # fmt: skip

    def survey(self, name: str) -> Document:
        scale = 10 if name == "nps" else self.chance.one([2, 3, 5])
        made: Document = {
            "kind": "survey",
            "id": name,
            "title": label(name),
            "type": name,
            "scale": scale,
        }
        made |= {"question": label("How was it?"), "low": label("Bad"), "high": label("Good")}
        made |= {"template": "survey-invitation", "cap": "14d"} if self.chance.often(0.6) else {}
        return made

    # --- forms ------------------------------------------------------------------------------------

    def fields(self, kind: Kind) -> None:
        """Make the fields and the forms of a record type."""
        chance = self.chance
        kind.own = [{"id": "priority", "type": "choice", "title": label("Priority"), "from": "priorities",
                     "default": chance.one(PRIORITIES)}]  # fmt: skip
        kind.own[0]["options"] = options(PRIORITIES)  # for conditions; taken out again when written
        if chance.often(0.5):
            kind.own.append(make_field(chance, "cost", "money", []))
        kind.fields += kind.own
        for number, audience in enumerate(("customer", "agent", "agent")[: chance.whole(1, 3)]):
            name = f"{kind.id}-form-{number}"
            kind.forms.append(name)
            self.made.append(self.form(kind, name, audience, number))

    def form(self, kind: Kind, name: str, audience: str, number: int) -> Document:
        chance = self.chance
        new: list[Document] = []
        for place in range(chance.whole(2, 7)):
            of = chance.one(KINDS)
            new.append(make_field(chance, f"f{number}_{place}_{of}", of, new))
        numbers = [one for one in new if one["type"] == "number"]
        if numbers and chance.often(0.5):
            new.append({"id": f"total_{number}", "type": "computed", "of": "number", "title": label("Total"),
                        "value": f"{numbers[0]['id']} * 2"})  # fmt: skip
        kind.fields += [one for one in new if one["type"] != "computed"]
        cut = chance.whole(1, len(new))
        sections = [{"id": "one", "title": label("One"), "fields": new[:cut]}]
        if new[cut:]:
            second: Document = {"id": "two", "title": label("Two"), "fields": new[cut:]}
            if chance.often(0.3):
                second["show"] = condition(chance, new[:1], base=False)
            sections.append(second)
        return {"kind": "form", "id": name, "record_type": kind.id, "title": label(name), "audience": audience,
                "hidden_values": chance.one(["drop", "keep"]), "sections": sections}  # fmt: skip

    # --- record types -----------------------------------------------------------------------------

    def record_type(self, kind: Kind) -> Document:
        chance = self.chance
        own = [
            {key: value for key, value in one.items() if not (key == "options" and "from" in one)}
            for one in kind.own
        ]
        made: Document = {"kind": "record_type", "id": kind.id, "title": label(kind.id), "number": "R-{seq:4}",
                          "workflow": f"{kind.id}-process", "intake": kind.forms[0], "fields": own}  # fmt: skip
        if chance.often(0.9):
            made["sla"] = f"{kind.id}-sla"
        if chance.often(0.8):
            made["routing"] = f"{kind.id}-routing"
        if chance.often(0.5):
            made["acknowledge"] = "told"
        if chance.often(0.5):
            made["summary"] = "{{ number }} {{ priority }}"
        if chance.often(0.2):
            made["access"] = {
                "work": chance.some(ROLES, 1, 3),
                "scope": {"agent": chance.one(["all", "team"])},
            }
        return made

    def routing(self, kind: Kind) -> Document:
        chance = self.chance
        chain: list[Document] = []
        for by in chance.some(
            ["on_call", "dedicated", "last_agent", "skill", "least_loaded", "round_robin", "user"],
            0,
            4,
        ):
            link: Document = {"by": by}
            if by in ("on_call", "skill", "least_loaded", "round_robin"):
                link["team"] = chance.one(self.teams)
            skills = kind.of("choice", "tree_choice")[1:]
            users = kind.of("user")
            if (by == "skill" and not skills) or (by == "user" and not users):
                continue
            if by == "skill":
                link["field"] = chance.one(skills)["id"]
            if by == "user":
                link["user_field"] = chance.one(users)["id"]
            if by == "last_agent":
                link["within"] = "90d"
            if chance.often(0.3):
                link["when"] = condition(chance, kind.fields)
            if chance.often(0.3):
                link["cap"] = chance.whole(1, 3)
            chain.append(link)
        chain.append({"by": "queue", "team": chance.one(self.teams)})
        return {"kind": "routing", "id": f"{kind.id}-routing", "record_type": kind.id,
                "title": label("Routing"), "chain": chain}  # fmt: skip

    # --- workflows --------------------------------------------------------------------------------

    def workflow(self, kind: Kind) -> Document:
        chance = self.chance
        kind.states = [f"s{number}" for number in range(chance.whole(2, 7))]
        ends = ["done", "cancelled", "merged"]
        states: Document = {name: self.state(kind, at) for at, name in enumerate(kind.states)}
        for name in ends:
            states[name] = {"title": label(name), "category": "closed", "customer_step": False}
        opened = [name for name in kind.states if states[name]["category"] in ("open", "waiting")]
        made: Document = {"kind": "workflow", "id": f"{kind.id}-process", "record_type": kind.id,
                          "title": label("Process"), "goal": label("To end."), "scope": label("All."),
                          "start": kind.states[0], "cancelled": "cancelled", "merged": "merged",
                          "states": states}  # fmt: skip
        if chance.often(0.8):
            made["solved"] = "done"
        if chance.often(0.8):
            made["reopen"] = {
                "to": chance.one(opened),
                **({"within": chance.time()} if chance.often(0.7) else {}),
            }
        if chance.often(0.3):
            made["cancel_by"] = chance.some(["customer", *ROLES], 1, 3)
        return made

    def state(self, kind: Kind, at: int) -> Document:
        """Return a state that leads at least to the next one."""
        chance = self.chance
        following = [*kind.states[at + 1 :], "done"]
        category = "open" if at == 0 else chance.one(["open", "open", "waiting", "resolved"])
        of = (
            chance.one(["normal", "normal", "approval", "parallel"])
            if category == "open"
            else "normal"
        )
        made: Document = {"title": label(f"State {at}"), "category": category}
        made |= chance.one([{"customer_step": False}, {"customer_title": label("We are at it")}])
        if category != "resolved" or chance.often(0.2):
            made |= {"owner": self.owner(kind), "limit": self.limit(kind)}
        if category == "waiting":
            made["waits_for"] = chance.one(["customer", "vendor", "colleague"])
        if category != "open" and chance.often(0.5):
            made["on_customer_reply"] = chance.one(["previous", kind.states[0]])
        if of == "approval":
            made |= {"type": "approval", **self.approval(kind, at, following)}
        elif of == "parallel":
            made |= {"type": "parallel", **self.parallel(kind, following)}
        if of == "normal":
            made["go"] = self.ways(kind, at, following)
        elif chance.often(0.3):
            made["go"] = [
                {"to": chance.one(following), "note": chance.one(["none", "optional", "required"])}
            ]
        if of == "normal" and chance.often(0.4):
            made["form"] = chance.one(kind.forms)
        if of == "normal" and chance.often(0.3):
            item: Document = {"id": "looked", "title": label("Looked at it")}
            item |= chance.one(
                [{"required": True}, {"required_when": condition(chance, kind.fields)}, {}]
            )
            made["checklist"] = [item]
        return made

    def ways(self, kind: Kind, at: int, following: list[str]) -> list[Document]:
        chance = self.chance
        guard = condition(chance, kind.fields)
        ways: list[Document] = [{"to": following[0], "id": "on"}]
        if chance.often(0.3):
            ways = [{"to": following[0], "id": "on", "when": guard},
                    {"to": chance.one(following), "id": "off", "when": f"not ({guard})"}]  # fmt: skip
        elif chance.often(0.25):
            ways.append(
                {"to": chance.one(following), "id": "by-itself", "auto": True, "when": guard}
            )
        if chance.often(0.3):
            ways.append(
                {
                    "to": chance.one(kind.states),
                    "id": "anywhere",
                    "when": condition(chance, kind.fields),
                }
            )
        for way in ways:
            if way.get("auto"):
                continue
            if chance.often(0.2):
                way["note"] = chance.one(["optional", "required", "reply"])
            if chance.often(0.15):
                way["by"] = chance.some(ROLES, 1, 3)
            asked = [one["id"] for one in kind.fields if one["type"] not in ("table", "files")]
            if asked and chance.often(0.2):
                way["ask"] = chance.some(asked, 1, 2)
            if chance.often(0.15):
                way["form_complete"] = False
        return ways

    def approval(self, kind: Kind, at: int, following: list[str]) -> Document:
        chance = self.chance
        users = [one["id"] for one in kind.of("user")]
        ways = [{"role": chance.one(["lead", "manager", "admin"])}, {"team": chance.one(self.teams)},
                {"user": "p0"}, {"user": "nobody-known"}, {"manager_of": "requester"},
                *({"user_field": name} for name in users)]  # fmt: skip
        to = chance.one(["deputy", "approve", "reject"])
        approvers = [dict(one) for one in chance.some(ways, 1, 3)]
        for place, approver in enumerate(approvers):
            if to == "deputy" or chance.often(0.2):
                approver["deputy"] = chance.one(["manager", "admin", "lead"])
            if place and chance.often(0.3):
                approver["when"] = condition(chance, kind.fields)
        made: Document = {
            "approvers": approvers,
            "decide_by": chance.one(
                ["all", "any", "in_turn", {"share": f"{chance.whole(1, 100)}%"}]
            ),
            "timeout": {"after": chance.one(["2d", "3bd", "8h", "20bh"]), "to": to},
            "approved": following[0],
            "rejected": chance.one([*kind.states[:at], *following]),
            "same_person": chance.one(["forbid", "allow"]),
        }
        if chance.often(0.5):
            made["remind"] = chance.one(["1h", "30bm", "2bh"])
        if chance.often(0.3):
            made["skip_when"] = condition(chance, kind.fields)
        return made

    def parallel(self, kind: Kind, following: list[str]) -> Document:
        chance = self.chance
        branches: list[Document] = []
        for number in range(chance.whole(1, 3)):
            branch: Document = {
                "id": f"b{number}",
                "title": label(f"Branch {number}"),
                "owner": self.owner(kind),
            }
            if chance.often(0.5):
                branch["form"] = chance.one(kind.forms)
            if chance.often(0.5):
                branch["limit"] = self.limit(kind)
            if number and chance.often(0.3):
                branch["when"] = condition(chance, kind.fields)
            branches.append(branch)
        always = sum(1 for branch in branches if "when" not in branch)
        join: Any = chance.one(["all", "any", chance.whole(1, always)])
        return {"branches": branches, "join": join, "then": following[0]}

    def owner(self, kind: Kind) -> Document:
        chance = self.chance
        users = [one["id"] for one in kind.of("user")]
        team = chance.one(self.teams)
        made: Document = chance.one([
            {"team": team}, {"team": team}, {"keep": True, "team": team}, {"routing": f"{kind.id}-routing"},
            {"role": chance.one(["agent", "lead", "manager"])}, *({"user_field": name} for name in users),
        ])  # fmt: skip
        return made | ({"not_previous": True} if chance.often(0.2) else {})

    def limit(self, kind: Kind) -> Any:
        chance = self.chance
        cells = {name: chance.time() for name in PRIORITIES}
        return chance.one([
            chance.time(), chance.time(), cells, {"duration": "2bd", "calendar": chance.one(self.calendars)},
            {"by": "priority", "cells": {"P0": "1h"}, "duration": "1d"},
        ])  # fmt: skip

    # --- promises ---------------------------------------------------------------------------------

    def sla(self, kind: Kind) -> Document:
        chance = self.chance
        policies: list[Document] = []
        for number in range(chance.whole(1, 3)):
            targets: Document = {"first_response": chance.one(["10m", "30m", dict.fromkeys(PRIORITIES, "1h")]),
                                 "resolution": chance.one(["4h", "3d", dict.fromkeys(PRIORITIES, "8h")])}  # fmt: skip
            if chance.often(0.3):
                targets = {"first_response": "2bh", "resolution": chance.one(["8bh", "2bd"])}
            more: Document = {"next_reply": chance.time(), "next_update": {"P0": "1h", "P1": "4h"},
                              "engagement": {"role": "lead", **dict.fromkeys(PRIORITIES, "1d")}}  # fmt: skip
            dates = kind.of("date", "date_time")
            if dates:
                more["promise"] = {"field": chance.one(dates)["id"]}
            targets |= {name: more[name] for name in chance.some(more)}
            policy: Document = {"id": f"policy-{number}", "title": label(f"Policy {number}"),
                                "calendar": chance.one(self.calendars), "targets": targets}  # fmt: skip
            policies.append(policy)
        for policy in policies[:-1]:
            policy["when"] = condition(chance, kind.fields)
        pauses = ["waiting", "waiting:customer", "waiting:vendor", "waiting:colleague"]
        return {"kind": "sla", "id": f"{kind.id}-sla", "record_type": kind.id, "title": label("Promise"),
                "pause": chance.some(pauses, 1, 2), "warn": chance.one([["50%", "80%"], ["90%"], []]),
                "reopen": chance.one(["resume", "new_cycle", "ignore"]),
                "retarget": chance.one(["from_creation", "from_change"]), "policies": policies}  # fmt: skip

    def table(self, kind: Kind) -> Document:
        chance = self.chance
        inputs = [one for one in kind.of("choice", "yes_no") if one["id"] != "priority"][:2]
        fallback: list[Document] = [{"id": "channel", "type": "text"}]
        rows: list[Document] = []
        first = (inputs or fallback)[0]
        cells: dict[str, list[Any]] = {
            "choice": [one["id"] for one in first.get("options", [])],
            "yes_no": [True, False],
            "text": ["mail", "phone"],
        }
        for cell in cells[first["type"]]:
            rows.append({"when": {first["id"]: cell}, "then": {"priority": chance.one(PRIORITIES)}})
        names = [one["id"] for one in inputs or fallback]
        for row in rows:
            row["when"] |= dict.fromkeys(names[1:], "-")
        return {"kind": "table", "id": f"{kind.id}-table", "record_type": kind.id, "title": label("Table"),
                "inputs": names, "outputs": ["priority"], "hit": chance.one(["first", "unique", "last"]),
                "rows": rows, "default": {"priority": "P3"}}  # fmt: skip

    # --- rules ------------------------------------------------------------------------------------

    def rule(self, number: int) -> Document:
        chance = self.chance
        kind = chance.one(self.kinds)
        everybody = chance.often(0.15)
        made: Document = {"kind": "rule", "id": f"rule-{number}", "title": label(f"Rule {number}"),
                          "record_type": "any" if everybody else kind.id, "order": chance.whole(0, 100)}  # fmt: skip
        known = [] if everybody else kind.fields
        dates = [] if everybody else [one["id"] for one in kind.of("date", "date_time")]
        form = chance.one(["on", "on", "on", "on", "after", "every", *(["at"] if dates else [])])
        if form == "on":
            fields = [f"changed:{one['id']}" for one in known]
            states = [f"{word}:{name}" for word in ("entered", "left") for name in kind.states]
            pool = [*_EVENTS, *chance.some(fields, 0, 4), *chance.some(states, 0, 4)]
            made["on"] = chance.some(pool, 1, 3)
        elif form == "after":
            made["after"] = {"duration": chance.time(), "in": chance.one(kind.states)}
        elif form == "every":
            made["every"] = chance.one([
                {"duration": "3h"}, {"duration": "12h"}, {"duration": "1d", "time": "09:00"},
                {"duration": "1d", "time": "10:30", "calendar": chance.one(self.calendars)},
            ])  # fmt: skip
        else:
            name = chance.one(dates)
            made["at"] = {"field": name, "offset": chance.time(), "before": chance.often(0.5)}
        if chance.often(0.6):
            made["when"] = condition(chance, known, event=form == "on")
        actions = [self.action(kind, everybody, form) for _ in range(chance.whole(1, 3))]
        if any("create" in one for one in actions) and made.get("on") != ["created"]:
            fresh = 'channel != "automation"'  # else records may breed as time goes by, which is no error
            made["when"] = f"{fresh} and ({made['when']})" if "when" in made else fresh
        if form == "on" and chance.often(0.15):
            made["recent"] = {"of": kind.id, "within": "24h", "at_least": chance.whole(1, 3)}
        if chance.often(0.25):
            made["once"] = True
        if chance.often(0.05):
            made["enabled"] = False
        return made | {"then": actions}

    def action(self, kind: Kind, everybody: bool, form: str) -> Document:
        chance = self.chance
        team = chance.one(self.teams)
        who = [
            "owner",
            "lead",
            "team",
            "customer",
            "followers",
            "approvers",
            "role:manager",
            f"team:{team}",
        ]
        pool: list[Document] = [
            {"notify": {"to": chance.some(who, 1, 3), "template": "told", "channel": chance.one(["notice", "mail", "both"])}},
            {"page": {"team": team, "template": "asked"}},
            {"comment": {"text": label("It goes on."), "public": chance.often(0.5)}},
            {"comment": {"template": "told", "public": True}},
            {"tag": chance.some(["red", "green", "blue"], 1, 2)},
            {"untag": ["red"]},
            {"assign": chance.one([{"team": team}, {"user": "p1"}, {"user": "nobody"}, {"lead_of": team}])},
            {"escalate": {"kind": "hierarchical"}},
            {"escalate": {"kind": "functional", "to": chance.one([{"team": team}, {"role": "manager"}])}},
            {"survey": {"survey": chance.one(["csat", "nps"]), "delay": chance.time()}},
            {"survey": {"survey": "csat"}},
            {"webhook": {"url": "https://hooks.example/x", "event": "ticket.changed"}},
            {"follow": chance.some(["owner", "lead"], 1, 2)},
            {"start": {"id": "extra", "title": label("Extra"), "owner": {"team": team}, "limit": chance.time()}},
        ]  # fmt: skip
        if not everybody:
            pool += self.own_actions(kind, form)
        return dict(chance.one(pool))

    def own_actions(self, kind: Kind, form: str) -> list[Document]:
        """Return actions that need to know the record type."""
        chance = self.chance
        pool: list[Document] = [
            {"set": {"priority": chance.one(PRIORITIES)}},
            {"raise": {"field": "priority", "by": chance.one([1, -1, 2])}},
            {"table": f"{kind.id}-table"},
            {"route": f"{kind.id}-routing"},
            {"transition": {"to": chance.one([*kind.states, "done"])}},
            {
                "start": {
                    "id": "check",
                    "title": label("Check"),
                    "owner": {"role": "lead"},
                    "form": kind.forms[0],
                }
            },
        ]
        for one in kind.of("yes_no", "number", "text"):
            value = {"yes_no": True, "number": 7, "text": "some"}[one["type"]]
            pool.append({"set": {one["id"]: value}})
        for one in kind.of("number"):
            pool.append({"set": {one["id"]: {"value": "escalation + 1"}}})
        if form != "every":
            create: Document = {
                "type": self.kinds[-1].id,
                "link": chance.one(["callback_of", "child_of", "related"]),
            }
            create |= chance.one(
                [{}, {"delay": "1h"}, {"delay": "2bh", "calendar": chance.one(self.calendars)}]
            )
            create |= chance.one(
                [{}, {"values": {"title": {"value": "title"}}}, {"owner": {"not_owner": True}}]
            )
            pool.append({"create": create})
        return pool

    def view(self) -> Document:
        return {"kind": "view", "id": "all-open", "title": label("Open"), "record_type": "any",
                "when": 'category == "open"', "columns": ["number", "title", "state"], "sort": ["-created_at"]}  # fmt: skip
