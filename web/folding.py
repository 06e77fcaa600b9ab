"""Templates are compiled once for each language: words, icons and addresses that are the same on every page become plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from types import BuiltinMethodType, CodeType, FunctionType, MethodType
from typing import Any, cast

import flask_babel
from flask import g, has_request_context, request
from flask.templating import Environment as FlaskEnvironment
from jinja2 import BytecodeCache, Template, nodes, pass_context
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from werkzeug.routing import BuildError

from .languages import lang
from .visitor import visitor
from .wording import catalogue

MOST_KEPT = 8
"""Languages times roots of the site; more are not expected, and would be spoken without folding."""
UI = "macros/ui.html"
"""Every block of every page imports it: a page has one, which all share."""
PARTS = frozenset(
    {
        "desk/panels.html",
        "desk/parts.html",
        "desk/playbooks.html",
        "desk/tabs.html",
        "macros/fields.html",
    }
)
"""Imported by several blocks of a page, and read nothing but what the page was given: one for each page too."""
_RUNTIME = "from jinja2.runtime import "
_CALLED = frozenset({BuiltinMethodType, FunctionType, MethodType})
_SPECIAL = re.compile("[&<>'\"]").search
_NAMED = re.compile(r"%\((\w+)\)s")
_Key = tuple[str, str]
_COMPILED: dict[tuple[_Key, str, str], CodeType] = {}
"""By language and root, file and content: the applications of one process share what was compiled."""


class PageContext(Context):
    """What a template sees; macros are called without Jinja's search for what they want to be given."""

    page: Context

    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja has it
        """Call a macro or anything else: as Jinja does, which looks each time for what nearly nothing asks for."""
        kind = type(__obj)
        if kind is Macro:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return _call_macro(__self.eval_ctx, cast(Macro, __obj), args, kwargs)
        if kind in _CALLED and not hasattr(__obj, "jinja_pass_arg"):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(*args, **kwargs)
        return super().call(__obj, *args, **kwargs)


def _call_macro(
    within: EvalContext, macro: Macro, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Return what a macro says; one that gets its values in order needs none of what Jinja sorts out first."""
    left = macro._argument_count - len(args)
    if kwargs or left < 0 or macro.caller or macro.catch_kwargs or macro.catch_varargs:
        return macro(within, *args, **kwargs)
    found = macro._func(*args, *(missing,) * left)
    return Markup(found) if within.autoescape else found  # noqa: S704 - as Jinja does


class Environment(FlaskEnvironment):
    """Gives each template in the page's language; what has no page is given as it was written."""

    context_class = PageContext
    words: Callable[[str], str] | None = None
    """Of an environment of one language: its catalogue."""

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        """Return a template, in the page's language."""
        spoken = self._spoken()
        if spoken is not None:
            return spoken.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)

    def _spoken(self) -> Environment | None:
        """Return the environment of the page's language; of that one itself, and without a page, nothing."""
        if self.words is not None or not has_request_context():
            return None
        kept: dict[_Key, Environment] = self.__dict__.setdefault("kept", {})
        key = (str(flask_babel.get_locale()), request.script_root)
        found = kept.get(key)
        if found is None and len(kept) < MOST_KEPT:
            found = self.overlay(bytecode_cache=_Compiled(key))
            found.words = catalogue().ugettext
            found = kept.setdefault(key, found)
        return found

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        """Return the code of a template: Jinja's hook for changing its tree before."""
        if self.words is not None:
            source = _Folding(self, self.words).visit(source)
        code = super()._generate(source, name, filename, defer_init=defer_init)
        head, begin, rest = code.partition(_RUNTIME)
        names, end, more = rest.partition("\n")  # on the same line: those of errors are counted
        return f"{head}{begin}{names}; from {__name__} import outgoing as escape{end}{more}"


class _Compiled(BytecodeCache):
    """What was compiled for one language, in memory."""

    def __init__(self, key: _Key) -> None:
        self._key = key

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = _COMPILED.get((self._key, bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            _COMPILED[self._key, bucket.key, bucket.checksum] = bucket.code


class _Folding(NodeTransformer):
    """Puts the outcome of a call in its place where that depends on the language and the site's root only."""

    def __init__(self, environment: Environment, words: Callable[[str], str]) -> None:
        known: Mapping[str, Any] = environment.globals
        self._words = words
        self._calls: Mapping[str, Callable[..., Any]] = {
            name: known[name] for name in ("asset", "url_for")
        }
        self._pieces: Mapping[str, Callable[..., Any]] = known["piece"]

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        """Return what stands for a call."""
        self.generic_visit(node, *args, **kwargs)
        name = _called(node.node)
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return node
        if name == "_":
            return self._said(node)
        if name.startswith(("ui.", "piece.")) and node.args:
            return self._piece(node, name.partition(".")[2])
        make = self._calls.get(name)
        given = [*node.args, *(one.value for one in node.kwargs)]
        if make is None or not all(isinstance(one, nodes.Const) for one in given):
            return node
        if name == "url_for" and not _is_fixed(node):
            return node
        values = {one.key: _constant(one.value) for one in node.kwargs}
        try:
            found = make(*map(_constant, node.args), **values)
        except BuildError:
            return node
        return _constant_of(found, node.lineno)

    def visit_Concat(self, node: nodes.Concat, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        """Return fixed texts joined: Jinja would forget which of them is escaped already."""
        self.generic_visit(node, *args, **kwargs)
        known = [text for one in node.nodes if (text := _fixed(one)) is not None]
        if len(known) < len(node.nodes):
            return node
        is_markup = any(isinstance(one, Markup) for one in known)
        joined = Markup("").join(known) if is_markup else "".join(known)
        return _constant_of(joined, node.lineno)

    def visit_Import(self, node: nodes.Import, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        """Return what takes the page's own one of the parts that are imported everywhere."""
        self.generic_visit(node, *args, **kwargs)
        name = node.template.value if isinstance(node.template, nodes.Const) else ""
        if not node.with_context or (name != UI and name not in PARTS):
            return node
        maker, given = ("shared_ui", []) if name == UI else ("shared_parts", [node.template])
        shared = nodes.Name(maker, "load", lineno=node.lineno)
        call = nodes.Call(shared, given, [], None, None, lineno=node.lineno)
        return nodes.Assign(nodes.Name(node.target, "store"), call, lineno=node.lineno)

    def visit_Output(self, node: nodes.Output, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        """Return an output with joined texts taken apart, so that the fixed ones among them become one."""
        self.generic_visit(node, *args, **kwargs)
        node.nodes = [part for one in node.nodes for part in _parts(one)]
        return node

    def _piece(self, node: nodes.Call, name: str) -> nodes.Node:
        """Return a part that Python makes: as a filter, which Jinja calls without ceremony, or made already."""
        if name not in self._pieces:
            return node
        if all(
            isinstance(one, nodes.Const) for one in (*node.args, *(k.value for k in node.kwargs))
        ):
            values = {one.key: _constant(one.value) for one in node.kwargs}
            return _constant_of(
                self._pieces[name](*map(_constant, node.args), **values), node.lineno
            )
        first, *rest = node.args
        made = nodes.Filter(first, f"piece.{name}", rest, node.kwargs, None, None)
        return made.set_lineno(node.lineno)

    def _said(self, node: nodes.Call) -> nodes.Expr:
        """Return a text in the language, with what is filled in between."""
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            return node
        text = self._words(node.args[0].value)
        if not node.kwargs:
            return _constant_of(Markup(text) % {}, node.lineno)  # noqa: S704 - as the i18n extension does
        values = {one.key: one.value for one in node.kwargs}
        pieces = _NAMED.split(text)
        if any("%" in one for one in pieces[::2]) or not set(pieces[1::2]) <= set(values):
            return node
        found: list[nodes.Expr] = []
        for at, piece in enumerate(pieces):
            found.append(values[piece] if at % 2 else _constant_of(Markup(piece), node.lineno))  # noqa: S704
        return nodes.Concat(found, lineno=node.lineno)


@pass_context
def shared_ui(context: Context) -> TemplateModule:
    """Return the parts of ``UI`` for whoever looks at this page; they read nothing of a page but that."""
    key = (context.environment, visitor(), lang())
    kept = g.get("shared_ui")
    if kept is None or any(old is not new for old, new in zip(kept[0], key, strict=True)):
        template = context.environment.get_template(UI)
        kept = g.shared_ui = key, template.make_module(context.get_all(), True)
    module: TemplateModule = kept[1]
    return module


@pass_context
def shared_parts(context: Context, name: str) -> TemplateModule:
    """Return the parts *name* for this page: another context, as of a page that is drawn beside it, has its own."""
    kept: dict[tuple[int, str], tuple[Context, TemplateModule]] = g.setdefault("shared_parts", {})
    whose: Context = getattr(context, "page", context)
    found = kept.get((id(whose), name))
    if found is None:
        template = context.environment.get_template(name)
        inner = cast(PageContext, template.new_context(whose.get_all(), True))
        inner.page = whose  # what a part imports is the page's own too
        found = kept[id(whose), name] = whose, TemplateModule(template, inner)
    return found[1]


def outgoing(value: Any) -> str:
    """Return *value* as it stands in a page: as ``escape`` does, which makes a second Markup of each.

    What comes of it is joined and never escaped again.
    """
    kind = type(value)
    if kind is Markup or (kind is str and not _SPECIAL(value)):
        found: str = value
        return found
    return escape(value)


def _called(node: nodes.Expr) -> str:
    """Return the name that is called, empty for what is none."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return ""


def _is_fixed(node: nodes.Call) -> bool:
    """Return whether an address is the same whichever page asks for it."""
    if len(node.args) != 1 or any(one.key.startswith("_") for one in node.kwargs):
        return False
    return not str(_constant(node.args[0])).startswith(".")


def _constant(node: nodes.Expr) -> Any:
    return node.value if isinstance(node, nodes.Const) else None


def _fixed(node: nodes.Expr) -> str | None:
    """Return the text that a node always is, None for any other node."""
    if isinstance(node, nodes.MarkSafeIfAutoescape) and isinstance(node.expr, nodes.Const):
        return Markup(node.expr.value)  # noqa: S704 - it was Markup before
    return str(node.value) if isinstance(node, nodes.Const) else None


def _constant_of(value: Any, lineno: int) -> nodes.Expr:
    """Return the node of a text; of Markup one that is not escaped again."""
    if isinstance(value, Markup):
        inner = nodes.Const(str(value), lineno=lineno)
        return nodes.MarkSafeIfAutoescape(inner, lineno=lineno)
    return nodes.Const(value, lineno=lineno)


def _parts(node: nodes.Expr) -> Iterator[nodes.Expr]:
    if isinstance(node, nodes.Concat):
        for one in node.nodes:
            yield from _parts(one)
    else:
        yield node
