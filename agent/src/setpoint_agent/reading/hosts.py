"""Judges tests of addresses: does an outcome leave only hosts that the code names? `checks` asks.

An address whose host is empty stays with its own host; one whose host is a public one reaches nothing inside.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Final

from setpoint_agent.reading.answer import UNSAFE, Answer, Safety
from setpoint_agent.reading.scene import Scene, assignments, called_name

HOST_PARTS: Final = frozenset({"netloc", "hostname", "host"})
INWARD: Final = frozenset({"is_private", "is_loopback", "is_link_local", "is_reserved", "is_unspecified"})
"""Predicates of `ipaddress` for addresses that no stranger may choose; the first one covers most of the others."""

_WITH_HOST: Final = re.compile(r"https?://[^/?#@]+/")


def defined(expression: ast.expr, scene: Scene) -> ast.expr:
    """What a name was given as its only value (`host = urlparse(address).hostname or ""`); any other as it is."""
    if isinstance(expression, ast.Name):
        given = assignments(scene.function, expression.id)
        if len(given) == 1:
            expression = given[0].value
    while isinstance(expression, ast.BoolOp) and isinstance(expression.values[-1], ast.Constant):
        expression = expression.values[0]
    if isinstance(expression, ast.Call) and called_name(expression) in {"lower", "casefold", "rstrip", "strip"}:
        return expression.func.value if isinstance(expression.func, ast.Attribute) else expression
    return expression


def is_host(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Attribute) and expression.attr in HOST_PARTS


def attribute_known(attribute: ast.Attribute, language: str, *, outcome: bool) -> Answer:
    """`ip.is_private` is false, `parts.netloc` is empty."""
    name, line = attribute.attr, attribute.lineno
    if language != "url":
        return UNSAFE
    if name in HOST_PARTS and not outcome:
        return Answer(Safety.SAFE, "no host", line)
    if (name == "is_global" and outcome) or (name == "is_private" and not outcome):
        return Answer(Safety.SAFE, "a public host", line)
    return Answer(Safety.UNSURE, name, line) if name in INWARD and not outcome else UNSAFE


def beginning_known(prefixes: Sequence[str], line: int, *, outcome: bool) -> Answer:
    """Whether an address begins with one of these."""
    if outcome and prefixes and all(_WITH_HOST.match(each) for each in prefixes):
        return Answer(Safety.SAFE, "a fixed host", line)
    if not outcome and any(each.startswith("//") for each in prefixes):
        return Answer(Safety.SAFE, 'rejects "//"', line)
    return Answer(Safety.UNSURE, "startswith()", line)


def ending_known(prefixes: Sequence[str], line: int, *, outcome: bool) -> Answer:
    """Whether a host ends with one of these: only a whole label is a domain of the code's choice."""
    whole = outcome and bool(prefixes) and all(each.startswith(".") and len(each) > 1 for each in prefixes)
    return Answer(Safety.SAFE if whole else Safety.UNSURE, "endswith()", line)


def is_below_own_root(expression: ast.expr) -> bool:
    """`"/" + path.lstrip("/")`: an address without a host, since it cannot begin with two slashes."""
    match expression:
        case ast.BinOp(op=ast.Add(), left=ast.Constant(value=str(root)), right=rest):
            pass
        case ast.JoinedStr(values=[ast.Constant(value=str(root)), ast.FormattedValue(value=rest), *_]):
            pass
        case _:
            return False
    stripped = isinstance(rest, ast.Call) and called_name(rest) == "lstrip" and len(rest.args) == 1
    marks = rest.args[0] if isinstance(rest, ast.Call) and stripped else None
    return root.startswith("/") and isinstance(marks, ast.Constant) and "/" in str(marks.value)
