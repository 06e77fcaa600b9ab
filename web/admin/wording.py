"""What the administration calls things: kinds of definitions, of jobs, of uses."""

from __future__ import annotations

from ..wording import gettext as _

KIND_ICONS = {
    "record_type": "ticket",
    "form": "clipboard-list",
    "workflow": "route",
    "sla": "clock-check",
    "rule": "bolt",
    "table": "table",
    "routing": "arrows-exchange",
    "team": "users",
    "message_template": "mail",
    "survey": "mood-smile",
    "playbook": "book",
    "calendar": "calendar",
    "taxonomy": "sitemap",
    "view": "list",
    "segment": "users-group",
    "block": "package",
}
KINDS = tuple(KIND_ICONS)


def kind_word(kind: str, many: bool = False) -> str:
    """Return the word for a kind of definitions, for one or for many of them."""
    known = {
        "record_type": (_("Record type"), _("Record types")),
        "form": (_("Form"), _("Forms")),
        "workflow": (_("Workflow"), _("Workflows")),
        "sla": (_("SLA policy"), _("SLA policies")),
        "rule": (_("Rule"), _("Rules")),
        "table": (_("Decision table"), _("Decision tables")),
        "routing": (_("Routing chain"), _("Routing chains")),
        "team": (_("Team"), _("Teams")),
        "message_template": (_("Message template"), _("Message templates")),
        "survey": (_("Survey"), _("Surveys")),
        "playbook": (_("Playbook"), _("Playbooks")),
        "calendar": (_("Calendar"), _("Calendars")),
        "taxonomy": (_("Taxonomy"), _("Taxonomies")),
        "view": (_("View"), _("Views")),
        "segment": (_("Segment"), _("Segments")),
        "block": (_("Shared block"), _("Shared blocks")),
        "pack": (_("Pack"), _("Packs")),
        "scenario": (_("Scenario"), _("Scenarios")),
        "field": (_("Field"), _("Fields")),
        "state": (_("State"), _("States")),
        "role": (_("Role"), _("Roles")),
    }
    return known[kind][many] if kind in known else kind


def use_word(how: str) -> str:
    """Return for what one definition uses another."""
    known = {
        "workflow": _("its workflow"),
        "shifts": _("clock of its shifts"),
        "intake": _("form of intake"),
        "form": _("form of a state"),
        "task": _("form of a task"),
        "promise": _("its SLA policy"),
        "route": _("routing"),
        "acknowledge": _("confirmation of receipt"),
        "without": _("leaves its records alone"),
        "record_type": _("is made for it"),
        "field": _("has this field"),
        "choices": _("choices of a field"),
        "people": _("people of a field"),
        "show": _("decides what is shown"),
        "require": _("decides what is required"),
        "enable": _("decides what can be changed"),
        "formula": _("formula"),
        "rights": _("rights of a field"),
        "condition": _("condition"),
        "checklist": _("condition of a checklist"),
        "owner": _("owner"),
        "limit": _("time limit"),
        "approver": _("approver"),
        "ask": _("is asked for on the way"),
        "way": _("way of the process"),
        "start": _("start of the process"),
        "solved": _("after the customer's yes"),
        "reopen": _("when reopened"),
        "cancelled": _("when cancelled"),
        "merged": _("when merged"),
        "reply": _("when the customer replies"),
        "cancel": _("may cancel"),
        "playbook_reply": _("reply of a playbook"),
        "tiers": _("tiers of the promise"),
        "calendar": _("working time"),
        "target": _("target"),
        "trigger": _("sets the rule off"),
        "set": _("is set"),
        "moves": _("moves records there"),
        "creates": _("creates records"),
        "action": _("action"),
        "input": _("column of conditions"),
        "output": _("column of results"),
        "text": _("words of the text"),
        "invitation": _("invitation"),
        "column": _("column"),
        "sort": _("order"),
        "access": _("access"),
        "block": _("part of it"),
    }
    return known.get(how, how)


def job_word(kind: str) -> str:
    """Return what a kind of jobs does."""
    known = {
        "mail": _("Mail"),
        "digest": _("Mail of many messages"),
        "webhook": _("Webhook"),
        "notice": _("Notice"),
        "timer": _("Timer"),
        "command": _("Change of a record"),
        "create_record": _("New record"),
        "sweep": _("Timed rule"),
        "housekeeping": _("Housekeeping"),
        "search": _("Upkeep of the search index"),
        "erase": _("Erasing of personal data"),
        "retention": _("Erasing after the time to keep"),
        "seal": _("Sealing of the history"),
        "remark": _("Marking for lists"),
        "move": _("Move of records to another release"),
        "move_one": _("Move of a record to another release"),
    }
    return known.get(kind, kind)


def job_state_word(state: str) -> str:
    """Return the word for where a job stands."""
    return {"ready": _("Waiting"), "leased": _("Running"), "dead": _("Given up")}.get(state, state)


def outcome_word(outcome: str) -> str:
    """Return the word for how a delivery went."""
    known = {
        "sent": _("Sent"),
        "gathered": _("Sent with others"),
        "failed": _("Failed"),
        "dead": _("Given up"),
        "dropped": _("Dropped"),
    }
    return known.get(outcome, outcome)


def destination_word(state: str) -> str:
    """Return the word for how a destination is doing."""
    known = {
        "closed": _("Works"),
        "open": _("Does not work, waiting"),
        "probing": _("Does not work, being tried"),
        "off": _("Switched off"),
    }
    return known.get(state, state)


def inbound_word(state: str) -> str:
    """Return the word for what became of what came in."""
    return {"new": _("Not read yet"), "done": _("Done"), "failed": _("Failed")}.get(state, state)


def act_word(act: str) -> str:
    """Return the word for what a role may do with a record."""
    known = {
        "create": _("Create"),
        "read": _("Read"),
        "work": _("Work"),
        "reply": _("Reply"),
        "note": _("Internal notes"),
        "assign": _("Assign"),
        "take": _("Take over"),
        "merge": _("Merge"),
        "cancel": _("Cancel"),
        "reopen": _("Reopen"),
        "set_due": _("Set due times"),
        "history": _("History"),
    }
    return known.get(act, act)


def field_type_word(kind: str) -> str:
    """Return the word for the type of a field."""
    known = {
        "text": _("Text"),
        "long_text": _("Long text"),
        "number": _("A number"),
        "money": _("Amount of money"),
        "choice": _("Choice"),
        "multi_choice": _("Several choices"),
        "tree_choice": _("Choice from a tree"),
        "yes_no": _("Yes or no"),
        "date": _("Date"),
        "date_time": _("Date and time"),
        "duration": _("Length of time"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "url": _("Web address"),
        "files": _("Files"),
        "user": _("Colleague"),
        "team": _("Team"),
        "customer": _("Customer"),
        "table": _("Table"),
        "computed": _("Computed"),
        "heading": _("Heading"),
    }
    return known.get(kind, kind)


def metric_word(metric: str) -> str:
    """Return the word for what a clock measures."""
    known = {
        "first_response": _("First response"),
        "next_reply": _("Next reply"),
        "next_update": _("Next update"),
        "engagement": _("Engagement"),
        "resolution": _("Resolution"),
        "state_limit": _("Time in a state"),
        "task": _("Task"),
        "promise": _("Promised date"),
    }
    return known.get(metric, metric)


def audit_word(action: str) -> str:
    """Return what somebody did, for the audit log."""
    known = {
        "job.retry": _("tried a job again:"),
        "job.redirect": _("sent a job elsewhere:"),
        "job.retry_all": _("tried all jobs of a kind again:"),
        "job.change": _("changed a job:"),
        "job.drop": _("dropped a job:"),
        "destination.opened": _("found a destination not working:"),
        "destination.closed": _("found a destination working again:"),
        "destination.try": _("had a destination tried:"),
        "destination.on": _("switched a destination on:"),
        "destination.off": _("switched a destination off:"),
        "destination.budget": _("set the budget of a destination:"),
        "inbound.retry": _("had inbound read again:"),
        "user.add": _("added the user"),
        "user.change": _("changed the user"),
        "user.enable": _("let in again:"),
        "user.disable": _("disabled the user"),
        "user.reset": _("reset the password of"),
        "user.password": _("set a new password:"),
        "user.session_end": _("ended a session of"),
        "team.change": _("changed the team"),
        "customer.change": _("changed the customer"),
        "customer.export": _("gave out what is kept about the customer"),
        "customer.erase": _("erased the customer"),
        "customer.erased": _("erased the words of the records of the customer"),
        "record.erase": _("erased the words of the record"),
        "retention.erase": _("erased what was kept long enough:"),
        "hold.put": _("put on hold:"),
        "hold.lift": _("lifted the hold:"),
        "backup.make": _("made the backup"),
        "backup.restore": _("brought back the backup"),
        "organisation.add": _("added the organisation"),
        "organisation.change": _("changed the organisation"),
        "release.publish": _("published the release"),
        "setup.written": _("chose the languages that definitions are written in:"),
        "setup.language": _("named the installation; language"),
        "setup.people": _("invited colleagues:"),
        "setup.mail": _("set the mail server"),
        "setup.samples": _("opened sample tickets:"),
        "setup.samples_end": _("took sample tickets off the desk:"),
        "records.move": _("moved open records to the release"),
        "release.rollback": _("rolled back to the release"),
        "token.add": _("made the token"),
        "token.revoke": _("revoked the token"),
        "audit.verify": _("checked the history:"),
        "webhook.disabled": _("switched the webhook off:"),
    }
    return known.get(action, action)
