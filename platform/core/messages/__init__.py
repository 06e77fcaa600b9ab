"""The words of every code, in both languages; one module for each prefix."""

from __future__ import annotations

from .access import ACCESS
from .definitions import DEFINITIONS
from .doctor import DOCTOR
from .engine import ENGINE
from .expressions import EXPRESSIONS
from .forms import FORMS
from .message import Message
from .messages import MESSAGE_TEMPLATES
from .playbooks import PLAYBOOKS
from .release import RELEASE
from .rules import RULES
from .scenarios import SCENARIOS
from .settings import SETTINGS
from .sla import SLA
from .workflows import WORKFLOWS

MESSAGES: dict[str, Message] = {
    **DEFINITIONS,
    **EXPRESSIONS,
    **FORMS,
    **WORKFLOWS,
    **ACCESS,
    **SLA,
    **RULES,
    **MESSAGE_TEMPLATES,
    **PLAYBOOKS,
    **RELEASE,
    **ENGINE,
    **SCENARIOS,
    **DOCTOR,
    **SETTINGS,
}

__all__ = ["MESSAGES", "Message"]
