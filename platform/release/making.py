"""New definitions: the smallest of each kind that checks clean, with what it cannot be without."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..access.model import Act
from ..core.ids import fresh_id
from ..core.roles import AGENT, CUSTOMER
from ..core.text import Text
from ..definitions.writing import Style, lines_of
from ..formbuilder.model import Field
from .beginnings import PRIORITY, Value, example_of, first_choice, opening_form, short_workflow
from .model import RecordType, Release

FOLDERS: Mapping[str, str] = {
    "record_type": "record_types",
    "form": "forms",
    "workflow": "workflows",
    "sla": "slas",
    "rule": "rules",
    "table": "tables",
    "routing": "routings",
    "team": "teams",
    "message_template": "messages",
    "survey": "surveys",
    "playbook": "playbooks",
    "calendar": "calendars",
    "taxonomy": "taxonomies",
    "view": "views",
    "segment": "segments",
    "block": "blocks",
    "scenario": "scenarios",
}
"""The kinds that can be made, in the order in which they are offered, with the folder of each in a pack."""

_WORDS: Mapping[str, Text] = {
    "record_type": Text("Request", "请求"),
    "form": Text("Form", "表单"),
    "workflow": Text("Process", "流程"),
    "team": Text("First line", "一线"),
    "calendar": Text("Working time", "工作时间"),
    "message_template": Text("Invitation", "邀请"),
}
Taken = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """One definition that is to be written. value: as its document states it."""

    kind: str
    id: str
    value: Value = field(repr=False)

    @property
    def text(self) -> str:
        """Return the document as YAML."""
        return "\n".join(lines_of(self.value, Style())) + "\n"


def proposed_id(words: str, taken: Collection[str], other: str) -> str:
    """Return an id for a definition made of *words* that is not *taken*; of *other* where they hold no Latin letter."""
    return fresh_id(words, taken, other, "-")


def label(title: Text) -> Any:
    """Return a title as a document states it: only the languages that it has."""
    told = {"en": title.en, "zh-CN": title.zh}
    return {language: words for language, words in told.items() if words}


def make(
    kind: str, name: str, title: Text, release: Release, taken: Taken, record_type: str = ""
) -> tuple[New, ...]:
    """Return a new definition and what it needs besides, it first.

    name: its id. release: what there is, as far as it can be read. taken: the ids of each kind, of broken definitions
    too. record_type: the one that it is for; the first there is unless given. Raises KeyError for a kind that cannot be made.
    """
    work = _Maker(release, taken, record_type)
    work.add(kind, name, title)
    return tuple(work.made)


def file_of(pack: str, new: New, files: Collection[str]) -> str:
    """Return the name of a new file of *pack* for a definition, none of *files*."""
    stem = f"{pack}/{FOLDERS[new.kind]}/{new.id}"
    name, number = f"{stem}.yaml", 2
    while name in files:
        name, number = f"{stem}-{number}.yaml", number + 1
    return name


def new_pack(name: str, title: Text) -> dict[str, str]:
    """Return the files of a pack without definitions, by their names."""
    text = {key: words or title.zh or title.en for key, words in (("en", title.en), ("zh", title.zh))}  # fmt: skip
    value = {
        "kind": "pack",
        "id": name,
        "version": "1.0.0",
        "title": {"en": text["en"], "zh-CN": text["zh"]},
        "description": {"en": f"{text['en']}: what it is for, in a sentence.", "zh-CN": f"{text['zh']}：用一句话说明用途。"},
    }  # fmt: skip
    return {
        f"{name}/pack.yaml": New(kind="pack", id=name, value=value).text,
        f"{name}/README.md": f"# {text['en']}\n\nWhat this process is for, and for whom.\n",
        f"{name}/README.zh-CN.md": f"# {text['zh']}\n\n这个流程的用途和适用范围。\n",
    }


class _Maker:
    """Makes one definition after another, until nothing is missing."""

    def __init__(self, release: Release, taken: Taken, record_type: str) -> None:
        self.release = release
        self.taken = {kind: set(ids) for kind, ids in taken.items()}
        self.made: list[New] = []
        self.type = self._type(record_type)

    def _type(self, wanted: str) -> RecordType | None:
        known = self.release.record_types
        return known.get(wanted) or next(iter(known.values()), None)

    def add(self, kind: str, name: str, title: Text) -> None:
        """Make the definition *name*, then what it names and nobody has made."""
        self.taken.setdefault(kind, set()).add(name)
        place = len(self.made)
        value = _KINDS[kind](self, name, title)
        head = {"kind": kind, "id": name, "title": label(title)}
        self.made.insert(place, New(kind=kind, id=name, value={**head, **value}))

    def companion(self, kind: str) -> str:
        """Return the id of a new definition that another one needs."""
        title = _WORDS[kind]
        name = proposed_id(title.en, self.taken.get(kind, ()), kind)
        self.add(kind, name, title)
        return name

    def any_of(self, kind: str, known: Mapping[str, Any]) -> str:
        """Return the id of the first definition of *kind* there is, else of a new one."""
        made = next((one.id for one in self.made if one.kind == kind), "")
        return next(iter(known), "") or made or self.companion(kind)

    def record_type(self) -> str:
        """Return the record type that definitions are made for."""
        if self.type is not None:
            return self.type.id
        made = next((one.id for one in self.made if one.kind == "record_type"), "")
        return made or self.companion("record_type")

    # --- the kinds --------------------------------------------------------------------------------

    def of_record_type(self, name: str, title: Text) -> Value:
        self.type = None
        letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", title.en)).upper()[:3]
        form = proposed_id(f"{name}-form", self.taken.get("form", ()), "form")
        workflow = proposed_id(f"{name}-flow", self.taken.get("workflow", ()), "flow")
        self.taken.setdefault("form", set()).add(form)
        self.taken.setdefault("workflow", set()).add(workflow)
        for kind, own, value in (
            ("form", form, opening_form(name, "title")),
            ("workflow", workflow, short_workflow(name)),
        ):
            head = {"kind": kind, "id": own, "title": label(title)}
            self.made.append(New(kind=kind, id=own, value={**head, **value}))
        return {
            "plural": label(title),
            "number": f"{letters or 'R'}-{{yyyy}}-{{seq:6}}",
            "workflow": workflow,
            "intake": form,
            "fields": [PRIORITY],
        }

    def of_form(self, _name: str, _title: Text) -> Value:
        known = self.type.all_fields if self.type else {}
        taken = {*known, "title", "description"}
        return opening_form(self.record_type(), fresh_id("details", taken, "details"))

    def of_workflow(self, _name: str, _title: Text) -> Value:
        return short_workflow(self.record_type())

    def of_sla(self, _name: str, _title: Text) -> Value:
        everybody = {
            "id": "everybody",
            "title": {"en": "Everybody", "zh-CN": "所有人"},
            "calendar": self.any_of("calendar", self.release.calendars),
            "targets": {"first_response": "4h", "resolution": "3d"},
        }
        fields: Mapping[str, Field] = self.type.all_fields if self.type else {}
        kind = self.record_type()
        if self.type is None or "priority" in fields:
            return {"record_type": kind, "policies": [everybody]}
        by = (first_choice(fields, "") or ("category",))[0]
        return {"record_type": kind, "by": by, "policies": [everybody]}

    def of_rule(self, _name: str, _title: Text) -> Value:
        record_type = self.record_type()
        others = [
            one.order
            for one in self.release.rules.values()
            if one.record_type in (record_type, "any")
        ]
        order = min(max(others, default=0) + 10, 10000)  # last: what it sets stays
        return {"record_type": record_type, "on": "created", "order": order, "then": []}

    def of_table(self, _name: str, _title: Text) -> Value:
        fields = dict(self.type.all_fields) if self.type else {}
        given = first_choice(fields, "")
        result = first_choice(fields, given[0] if given else "")
        column, cell = given or ("channel", "mail")
        output, value = result or ("title", "Written by mail")
        return {
            "record_type": self.record_type(),
            "inputs": [column],
            "outputs": [output],
            "hit": "first",
            "rows": [{"when": {column: cell}, "then": {output: value}}],
            "default": {output: value},
        }

    def of_routing(self, _name: str, _title: Text) -> Value:
        team = self.any_of("team", self.release.teams)
        return {"record_type": self.record_type(), "chain": [{"by": "least_loaded", "team": team}, {"by": "queue", "team": team}]}  # fmt: skip

    def of_team(self, _name: str, _title: Text) -> Value:
        return {"level": 1}

    def of_message_template(self, _name: str, title: Text) -> Value:
        return {
            "record_type": self.type.id if self.type else "any",
            "audience": "customer",
            "subject": {tongue: f"[{{{{ number }}}}] {words}" for tongue, words in label(title).items()},
            "body": {"en": "Hello {{ recipient.name }},\n\nthis is about {{ title }}:\n{{ link }}\n", "zh-CN": "{{ recipient.name }}，您好：\n\n关于 {{ title }}：\n{{ link }}\n"},
        }  # fmt: skip

    def of_survey(self, _name: str, _title: Text) -> Value:
        found = {
            "type": "csat",
            "scale": 5,
            "question": {"en": "How satisfied are you?", "zh-CN": "您对本次服务满意吗？"},
            "low": {"en": "Not at all", "zh-CN": "非常不满意"},
            "high": {"en": "Very", "zh-CN": "非常满意"},
        }
        return {**found, "template": self._invitation()}

    def _invitation(self) -> str:
        """Return the id of a message that invites to a survey."""
        known = {one.template for one in self.release.surveys.values() if one.template}
        here = next((name for name in self.release.templates if name in known), "")
        if here:
            return here
        name = self.companion("message_template")
        new = next(one for one in self.made if (one.kind, one.id) == ("message_template", name))
        new.value["record_type"] = "any"
        new.value["body"] = {
            "en": "Hello {{ recipient.name }},\n\nhow did we do? One click is enough:\n{{ survey.link }}\n",
            "zh-CN": "{{ recipient.name }}，您好：\n\n本次服务如何？点一下即可评价：\n{{ survey.link }}\n",
        }
        return name

    def of_playbook(self, _name: str, _title: Text) -> Value:
        return {
            "record_type": self.type.id if self.type else "any",
            "steps": [{"id": "first", "title": {"en": "Read the request", "zh-CN": "阅读请求内容"}}],
            "replies": [
                {
                    "id": "received",
                    "title": {"en": "We are on it", "zh-CN": "正在处理"},
                    "text": {"en": "Hello {{ recipient.name }},\n\nwe are working on {{ number }}.\n", "zh-CN": "{{ recipient.name }}，您好：\n\n{{ number }} 正在处理中。\n"},
                }
            ],
        }  # fmt: skip

    def of_calendar(self, _name: str, _title: Text) -> Value:
        return {"zone": "Asia/Shanghai", "week": {"mon-fri": ["09:00-18:00"]}}

    def of_taxonomy(self, _name: str, _title: Text) -> Value:
        return {"items": [{"id": "first", "title": {"en": "First", "zh-CN": "第一项"}}, {"id": "second", "title": {"en": "Second", "zh-CN": "第二项"}}]}  # fmt: skip

    def of_view(self, _name: str, _title: Text) -> Value:
        return {
            "record_type": self.type.id if self.type else "any",
            "when": 'category in ["open", "waiting"]',
            "columns": ["number", "title", "state", "owner", "updated_at"],
            "sort": ["-updated_at"],
            "roles": ["agent", "lead", "admin"],
        }

    def of_segment(self, _name: str, _title: Text) -> Value:
        return {"when": 'customer.tier == "vip"'}

    def of_block(self, _name: str, _title: Text) -> Value:
        contact = {
            "id": "contact_phone",
            "type": "phone",
            "title": {"en": "Phone", "zh-CN": "电话"},
        }
        return {"items": [contact]}

    def of_scenario(self, _name: str, _title: Text) -> Value:
        kind = self.record_type()
        form, values, role = self._opening(kind)
        who = {"customer": "ann"} if role == CUSTOMER else {"by": "wang"}
        return {
            "record_type": kind,
            "given": {
                "now": "2026-11-16 09:00",
                "zone": "Asia/Shanghai",
                "people": [
                    {
                        "id": "wang",
                        "name": "Wang Fang",
                        "roles": [AGENT if role == CUSTOMER else role],
                    }
                ],
                "customers": [{"id": "ann", "name": "Ann Miller"}],
            },
            "steps": [{"create": {"as": "R1", **who, "form": form, "values": values}}],
        }

    def _opening(self, kind: str) -> tuple[str, Value, str]:
        """Return the form that opens a record, values for it, and a role that may open one."""
        if self.type is None:
            new = next(
                one.value for one in self.made if (one.kind, one.id) == ("record_type", kind)
            )
            return new["intake"], {"title": "An example"}, CUSTOMER
        form = self.release.forms.get(self.type.intake)
        values = {
            one.id: example
            for one in (form.fields if form else ())
            if (one.required or one.require) and (example := example_of(one)) is not None
        }
        may = self.type.access.acts.get(Act.CREATE, frozenset())
        role = next((one for one in (CUSTOMER, AGENT, *sorted(may)) if one in may), CUSTOMER)
        return self.type.intake, values, role


_KINDS: Mapping[str, Callable[[_Maker, str, Text], Value]] = {
    kind: getattr(_Maker, f"of_{kind}") for kind in FOLDERS
}
