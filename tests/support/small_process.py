"""A small process for tests of runtime: every kind of job comes out of it."""

from __future__ import annotations

from collections.abc import Mapping

TITLE = "{en: X, zh-CN: X}"


def files(webhook: str = "https://hooks.example.test/in", nag: str = "2s") -> Mapping[str, str]:
    """Return the files of the release. webhook: whom to call for each record. nag: after how long to tag it."""
    return {
        "small/pack.yaml": f"kind: pack\nid: small\nversion: 1.0.0\ntitle: {TITLE}\ndescription: {TITLE}\n",
        "small/all.yaml": "---\n".join(
            (RECORD, FORM, WORKFLOW, TEAM, ROUTING, CALENDAR, TEMPLATES, _rules(webhook, nag))
        ),
    }


RECORD = f"""kind: record_type
id: ticket
title: {TITLE}
plural: {TITLE}
description: {TITLE}
icon: tool
number: "T-{{yyyy}}-{{seq:6}}"
workflow: flow
intake: intake
routing: route
acknowledge: received
access:
  create: [customer, agent]
  read: [agent]
  work: [agent]
"""
FORM = f"""kind: form
id: intake
record_type: ticket
title: {TITLE}
audience: customer
sections:
  - id: what
    title: {TITLE}
    fields:
      - {{id: title, type: text, required: true, title: {TITLE}}}
      - {{id: kind, type: text, title: {TITLE}}}
"""
WORKFLOW = f"""kind: workflow
id: flow
record_type: ticket
title: {TITLE}
goal: {TITLE}
scope: {TITLE}
start: received
states:
  received:
    title: {TITLE}
    category: open
    customer_title: {TITLE}
    owner: {{routing: route}}
    limit: 1d
    go:
      - {{to: done, id: finish, title: {TITLE}}}
  done:
    title: {TITLE}
    category: closed
    customer_title: {TITLE}
"""
TEAM = f"""kind: team
id: desk
title: {TITLE}
"""
ROUTING = f"""kind: routing
id: route
record_type: ticket
title: {TITLE}
chain:
  - {{by: least_loaded, team: desk}}
  - {{by: queue, team: desk}}
"""
CALENDAR = f"""kind: calendar
id: always
title: {TITLE}
zone: Asia/Shanghai
always: true
"""
TEMPLATES = """kind: message_template
id: received
record_type: ticket
audience: customer
subject: {en: "[{{ number }}] received", zh-CN: "[{{ number }}] 已受理"}
body: {en: "We have it.", zh-CN: 我们已受理。}
---
kind: message_template
id: given
record_type: ticket
audience: agent
subject: {en: "[{{ number }}] is yours", zh-CN: "[{{ number }}] 归您处理"}
body: {en: "Have a look.", zh-CN: 请查看。}
"""


def _rules(webhook: str, nag: str) -> str:
    return f"""kind: rule
id: tell-owner
title: {TITLE}
record_type: ticket
on: assigned
then:
  - notify: {{to: [owner], template: given, channel: notice}}
---
kind: rule
id: call-out
title: {TITLE}
record_type: ticket
on: created
then:
  - webhook: {{url: "{webhook}", secret: "env:SMALL_SECRET", event: ticket.created}}
---
kind: rule
id: follow-up
title: {TITLE}
record_type: ticket
on: tagged:parent
then:
  - create: {{type: ticket, link: follow_up_of, values: {{title: Child}}}}
---
kind: rule
id: nag
title: {TITLE}
record_type: ticket
after: {{duration: {nag}, in: received}}
then:
  - tag: [nagged]
---
kind: rule
id: daily
title: {TITLE}
record_type: ticket
every: {{duration: 1d, time: "09:00"}}
then:
  - tag: [swept]
"""
