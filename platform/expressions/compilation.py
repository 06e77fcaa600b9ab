"""Text to a checked expression, or to the findings that say what is wrong with it."""

from __future__ import annotations

from ..core.diagnostics import Diagnostic, has_errors
from ..core.span import Span
from .check import Checker, words
from .expression import Expression
from .names import names_read
from .parser import parse
from .tree import Call, Node, walk
from .types import ANY, BOOL, NOTHING, Schema, Type, family


def compile_expression(
    text: str, schema: Schema, span: Span, *, want: Type | None = BOOL
) -> tuple[Expression | None, tuple[Diagnostic, ...]]:
    """Return the expression, or None if there are errors, and all findings in text order.

    span: where the text starts. want: the type that the result must have, None for any.
    Never raises, whatever the text.
    """
    tree, found = parse(text, span)
    if tree is None:
        return None, in_order(found)
    return compile_tree(tree, text, schema, span, want=want, found=found)


def compile_tree(
    tree: Node,
    text: str,
    schema: Schema,
    span: Span,
    *,
    want: Type | None,
    found: list[Diagnostic],
) -> tuple[Expression | None, tuple[Diagnostic, ...]]:
    """Return the checked expression of an untyped *tree*, and *found* with what was added."""
    checker = Checker(schema, text, span)
    typed = checker.check(tree)
    if want is not None:
        typed = checker.fit(typed, want)
        _check_result(checker, typed, want)
    found = [*found, *checker.found]
    if has_errors(found):
        return None, in_order(found)
    names, columns = names_read(typed)
    functions = frozenset(node.name for node in walk(typed) if isinstance(node, Call))
    expression = Expression(
        text=text,
        span=span,
        type=typed.type,
        tree=typed,
        names=names,
        columns=columns,
        functions=functions,
    )
    return expression, in_order(found)


def in_order(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return findings in the order of the text."""
    return tuple(sorted(found, key=lambda item: item.span))


def _check_result(checker: Checker, node: Node, want: Type) -> None:
    if node.type in (ANY, NOTHING, want) and not (node.type == NOTHING and want == BOOL):
        return
    if want == BOOL:
        checker.report("EXP027", node, words("found", node.type))
    elif family(node.type) != family(want):
        values = {**words("expected", want), **words("found", node.type)}
        checker.report("EXP028", node, values)
