"""Answers of a type that browsers show as text, or keep, and never as a page. Used by `speaking`.

The type is one that is written there: in the call that makes the answer, or as its header afterwards, not on a branch.
Browsers make no page of plain text or JSON, whatever is in it (MIME Sniffing Standard, section 7.1).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from setpoint.scan.against.reading import Reading
from setpoint.scan.functions import Statement, parts_of

NO_PAGE: Final = frozenset(
    {"text/plain", "text/csv", "application/json", "application/pdf", "application/octet-stream"}
)
ARGUMENTS: Final = frozenset({"content_type", "mimetype", "media_type"})
"""What frameworks call the type: Django and aiohttp, Flask, Starlette. Attributes are called the same."""
HEADER: Final = "content-type"


def is_no_page(code: Reading, statement: Statement) -> bool:
    later = (each.node for each in code.users(statement) if _is_sure(each.node, statement.node))
    types = [each for node in (statement.node, *later) for each in _types(node)]
    return bool(types) and all(each.partition(";")[0].strip().lower() in NO_PAGE for each in types)


def _is_sure(node: ast.AST, before: ast.AST) -> bool:
    """Whether it is executed whenever what is before it is: it stands on no branch of its own."""
    return isinstance(node, ast.stmt) and isinstance(before, ast.stmt) and node.col_offset <= before.col_offset


def _types(node: ast.AST) -> Iterator[str]:
    """Empty text stands for one that is not written there."""
    for each in (node, *parts_of(node)):
        match each:
            case ast.keyword(arg=str(name), value=value) if name in ARGUMENTS:
                yield _text(value)
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if name in ARGUMENTS:
                yield _text(value)
            case ast.Assign(targets=[ast.Subscript(slice=key)], value=value) if _text(key).lower() == HEADER:
                yield _text(value)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
