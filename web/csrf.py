"""The token that every change by a page must carry. A blueprint whose callers sign in by token is exempt."""

from __future__ import annotations

from flask_wtf import CSRFProtect

csrf = CSRFProtect()
