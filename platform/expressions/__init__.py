"""The condition language: parsed once to a typed tree, run as Python or SQL, told in words."""

from __future__ import annotations

from .blocks import from_blocks, to_blocks
from .compilation import compile_expression
from .context import EMPTY, Context
from .durations import Duration, parse_duration
from .expression import Expression
from .functions import FUNCTIONS, Function
from .index import Required, Test, index_tests, required_tests
from .trace import Trace
from .types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    ChoiceType,
    ListType,
    RecordType,
    Schema,
    Type,
)
from .words import Labels

__all__ = [
    "ANY",
    "BOOL",
    "DATE",
    "DATETIME",
    "DURATION",
    "EMPTY",
    "FUNCTIONS",
    "NUMBER",
    "TEXT",
    "ChoiceType",
    "Context",
    "Duration",
    "Expression",
    "Function",
    "Labels",
    "ListType",
    "RecordType",
    "Required",
    "Schema",
    "Test",
    "Trace",
    "Type",
    "compile_expression",
    "from_blocks",
    "index_tests",
    "parse_duration",
    "required_tests",
    "to_blocks",
]
