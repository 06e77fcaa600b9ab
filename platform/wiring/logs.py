"""Log lines: one JSON object a line for machines, or one plain line for people. No line can be forged, no secret shown."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from ..runtime.job_queue import mask
from ..runtime.watching import known
from .settings import Settings

LINES_OF_A_TRACE = 60
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[G-Zg-z_-])[A-Za-z0-9_-]{40,}(?![\w-])")
_SAFE = re.compile(r"(?!whsec_)[A-Za-z0-9_./<>-]{0,39}|[0-9a-f]{40,64}")
"""What needs no second look: short words without blanks, and our own ids and hashes."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_PARAMETERS = re.compile(r"\[parameters: .*")
_DETAIL = re.compile(r"\s*DETAIL:.*")
"""What the database says of values: they may be somebody's name."""
_QUIET = {
    "alembic": "WARNING",
    "celery": "WARNING",
    "amqp": "WARNING",
    "urllib3": "WARNING",
    "opentelemetry": "ERROR",
}


def clean(text: str) -> str:
    """Return *text* on one line, at most 500 characters, without secrets, mail addresses and control characters."""
    short = mask(text)
    if "@" in short:
        short = _ADDRESS.sub("<address>", short)
    return _CONTROL.sub("?", _TOKEN.sub("***", short))


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Let the root logger of this process write as the settings say, to *stream* or standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = (
        False  # nobody reads them
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, JsonLines | TextLines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def server_logs(settings: Settings) -> dict[str, Any]:
    """Return the same for the web server, as ``logging.config.dictConfig`` takes it."""
    form = JsonLines if settings.log_format == "json" else TextLines
    level = settings.log_level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{form.__module__}.{form.__name__}"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "loggers": {
            name: {"handlers": ["lines"], "level": level, "propagate": False}
            for name in ("_granian", "granian.access")
        },
    }


def content(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a line says: time, level, logger and message, then the facts that are known, then the error."""
    at = datetime.fromtimestamp(record.created, UTC)
    line: dict[str, Any] = {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": clean(_message(record)),
    }
    own = getattr(record, "facts", None)
    for facts in (known(), own if isinstance(own, Mapping) else {}):
        for name, value in facts.items():
            line[name] = _plain(value)
    if record.exc_info and record.exc_info[0] is not None:
        line["error"] = record.exc_info[0].__name__
        line["trace"] = list(_trace(record))
    return line


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value if _SAFE.fullmatch(value) else clean(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool | int | float) or value is None else clean(str(value))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a wrong call of the logger must not lose the line
        return str(record.msg)


def _trace(record: logging.LogRecord) -> Iterator[str]:
    assert record.exc_info
    text = logging.Formatter().formatException(record.exc_info)
    lines = [line for line in text.splitlines() if line.strip(" ^~")]
    for line in lines[-LINES_OF_A_TRACE:]:
        shown = _PARAMETERS.sub("[parameters]", _DETAIL.sub("", line))
        if shown.strip():
            depth = len(shown) - len(shown.lstrip())
            yield " " * min(depth, 12) + clean(shown)


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII: nothing in it can begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(content(record), default=str, separators=(",", ":"))


class TextLines(logging.Formatter):
    """One line for people; a trace of an error follows it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the lines of the error."""
        line = content(record)
        head = (
            line.pop("time"),
            line.pop("level").upper(),
            line.pop("logger"),
            line.pop("message"),
        )
        trace = line.pop("trace", [])
        facts = [f"{name}={_shown(value)}" for name, value in line.items()]
        return "\n".join([" ".join([*head, *facts]), *("    " + one for one in trace)])


def _shown(value: Any) -> str:
    if isinstance(value, str) and value and " " not in value and '"' not in value:
        return value
    return json.dumps(value, ensure_ascii=False)
