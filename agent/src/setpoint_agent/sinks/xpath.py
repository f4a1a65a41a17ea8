"""XPath: expressions that are put together from input, in lxml, elementpath and the standard library's ElementTree.

Variables of an expression (`tree.xpath("//user[@name=$name]", name=value)`) are parameters: they are not looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import XPATH_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.patching.fixed_types import replace_method
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.replace import put
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.patching.subclasses import Look, watch_construction, watch_method
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, examining

EVALUATORS: Final = ("XPathDocumentEvaluator", "XPathElementEvaluator")
"""What evaluates expressions for a tree, and for an element."""


def _sink(name: str) -> Sink:
    return Sink(XPATH_INJECTION, name, "xpath", safe_after=frozenset({"xpath"}))


def _prepare_lxml(module: ModuleType) -> None:
    """Expressions are given to methods of elements and trees, or made objects of their own to be used again."""
    for owner in ("_Element", "_ElementTree"):
        replace_method(getattr(module, owner), "xpath", examining(_sink(f"lxml.etree.{owner}.xpath"), 1, "_path"))
    for name in ("XPath", "ETXPath"):
        watch_construction(module, name, _reading(_sink(f"lxml.etree.{name}")))
    for name in EVALUATORS:
        watch_method(module, name, "__call__", _reading(_sink(f"lxml.etree.{name}")))
    put(module, "XPathEvaluator", _evaluating)


def _evaluating(original: Callable[..., Any]) -> Callable[..., Any]:
    """`XPathEvaluator(tree)(expression)`: it makes one of two classes, of which only the module's names are watched."""

    def evaluator(etree_or_element: Any, **keywords: Any) -> Any:
        module = sys.modules["lxml.etree"]
        for kind, made in zip((module._ElementTree, module._Element), EVALUATORS, strict=True):
            if isinstance(etree_or_element, kind):
                return getattr(module, made)(etree_or_element, **keywords)
        return original(etree_or_element, **keywords)

    return in_place_of(original, evaluator)


def _reading(sink: Sink) -> Look:
    """What is given the expression first, when it is made or when it is called."""

    def look(_: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        examine(sink, argument(arguments, keywords, 0, "path"))

    return look


_FINDERS: Final = ("find", "findall", "findtext", "iterfind")

PATCHES: Final = (
    Preparation("lxml.etree", _prepare_lxml),
    *(
        Patch("lxml._elementpath", each, examining(_sink(f"lxml.etree._Element.{each}"), 1, "path"))
        for each in _FINDERS
    ),
    *(
        Patch("xml.etree.ElementPath", each, examining(_sink(f"xml.etree.ElementTree.{each}"), 1, "path"))
        for each in _FINDERS
    ),
    Patch("elementpath.xpath_selectors", "select", examining(_sink("elementpath.select"), 1, "path")),
    Patch("elementpath.xpath_selectors", "iter_select", examining(_sink("elementpath.iter_select"), 1, "path")),
    Patch("elementpath.xpath_selectors", "Selector.__init__", examining(_sink("elementpath.Selector"), 1, "path")),
)
