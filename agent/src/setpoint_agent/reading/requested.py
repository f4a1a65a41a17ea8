"""Which expressions ask the request for a value by its name: `request.args["page"]`, `data.get("page")`.

A check may stand in another function than the use (a decorator's, a middleware's), or beside it without a name: what
both have in common is the name that they ask for.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from setpoint_agent.reading.answer import Question
from setpoint_agent.reading.paths import way_to
from setpoint_agent.reading.scene import Scene, called_name, names_in
from setpoint_agent.reading.source import own_nodes

GIVING_BACK: Final = frozenset(
    [
        "adapt",
        "as_string",
        "basename",
        "dumps",
        "escape",
        "escape_dn_chars",
        "escape_filter_chars",
        "escape_rdn",
        "escape_string",
        "get_valid_filename",
        "is_safe_url",
        "list2cmdline",
        "print",
        "quote",
        "quote_ident",
        "quote_plus",
        "quoteattr",
        "safe_join",
        "secure_filename",
        "url_has_allowed_host_and_scheme",
        "urlencode",
    ]
)
"""Functions that refuse nothing, by their last name: who drops what they give back has done nothing."""
GETTERS: Final = frozenset({"get", "getlist", "get_argument", "get_query_argument", "get_param", "getone", "pop"})
"""Methods of frameworks' requests, and of plain dicts, that are given a name."""


def key_of(name: str) -> str:
    """The name by which code asks for a value: of `order.items[0].colour` the last one, whatever it is in."""
    return name.rpartition(".")[2].partition("[")[0] or name


def asks_for(key: str, scene: Scene) -> Callable[[ast.AST], bool]:
    """Whether an expression holds what the request has under `key`, or a name that was given it."""
    names: set[str] = set()

    def asks(node: ast.AST) -> bool:
        return any(
            _is_asking(each, key, scene) or (isinstance(each, ast.Name) and each.id in names) for each in ast.walk(node)
        )

    given = [each for each in own_nodes(scene.function) if isinstance(each, ast.Assign | ast.NamedExpr)]
    for each in sorted(given, key=lambda each: each.lineno):
        if asks(each.value):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return asks


def may_have_refused(scene: Scene | None, line: int, question: Question) -> bool:
    """Whether, on the way to `line`, a function that may raise was given the value: `validate_slug(name)`."""
    if scene is None:
        return False
    asks = asks_for(question.key, scene)
    calls = (each.value for each in way_to(scene.function, line).before if isinstance(each, ast.Expr))
    return any(
        asks(given) or any(holds_text(scene.value(name), question.found) for name in names_in(given))
        for call in calls
        if isinstance(call, ast.Call) and called_name(call) not in GIVING_BACK
        for given in call.args
        if is_whole(given, scene)
    )


def holds_text(value: object, found: str) -> bool:
    return isinstance(value, str) and found.casefold() in value.casefold()


def is_whole(expression: ast.expr, scene: Scene) -> bool:
    """Whether it is all of a value that it names or asks for, at most without the spaces around."""
    match expression:
        case ast.Name():
            return True
        case ast.Subscript():
            return isinstance(scene.resolve(expression.slice), str)
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in GETTERS or name in {"strip", "lower", "upper"}
    return False


def _is_asking(node: ast.AST, key: str, scene: Scene) -> bool:
    if isinstance(node, ast.Attribute):  # of a model that checks itself
        return node.attr == key and isinstance(node.value, ast.Name) and node.value.id == "self"
    if isinstance(node, ast.Subscript):
        asked: ast.expr | None = node.slice
    elif isinstance(node, ast.Call) and called_name(node) in GETTERS and node.args:
        asked = node.args[0]
    else:
        return False
    held = scene.resolve(asked) if isinstance(asked, ast.Constant | ast.Name) else None
    return type(held) is str and _plain(held) == _plain(key)


def _plain(name: str) -> str:
    """Headers are written in any case, and by Django as `HTTP_X_NAME`."""
    return name.casefold().replace("_", "-").removeprefix("http-")
