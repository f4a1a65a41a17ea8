"""Parsers of XML in the standard library that follow no external entities. Used by `speaking`.

Those that `xml.etree` and `xml.dom.minidom` make by themselves never do, says "XML vulnerabilities" in Python's
documentation; that an old expat lets entities grow is what keeps some of the weight. One that is handed to them may be
told to, and so may those of `xml.sax` and `xml.dom.pulldom`, of which nothing is said here.
"""

from __future__ import annotations

import ast
from typing import Final

from setpoint.scan.against.reading import named
from setpoint.scan.functions import Statement, parts_of

PARSING: Final = frozenset({"parse", "fromstring", "fromstringlist", "iterparse", "parseString", "XML", "XMLID"})
ALONE: Final = frozenset({"events"})
"""Arguments beside the document that say nothing of how it is parsed."""


def follows_nothing(statement: Statement) -> bool:
    """Whether whatever it parses is parsed without a parser that somebody else made."""
    calls = [each for each in parts_of(statement.node) if isinstance(each, ast.Call) and _parses(each)]
    return bool(calls) and all(len(each.args) <= 1 and all(one.arg in ALONE for one in each.keywords) for each in calls)


def _parses(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name | ast.Attribute) and not PARSING.isdisjoint(named(call.func))
