"""Calendars: arithmetic, known answers, reading, diagnostics."""
