"""XPath: expressions that are put together from input, in lxml, elementpath and the standard library's ElementTree.

Variables of an expression (`tree.xpath("//user[@name=$name]", name=value)`) are parameters: they are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import XPATH_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.patching.fixed_types import replace_method
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.subclasses import watch_construction
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import argument, examining


def _sink(name: str) -> Sink:
    return Sink(XPATH_INJECTION, name, "xpath", safe_after=frozenset({"xpath"}))


def _prepare_lxml(module: ModuleType) -> None:
    """Expressions are given to methods of elements and trees, or made objects of their own to be used again."""
    for owner in ("_Element", "_ElementTree"):
        replace_method(getattr(module, owner), "xpath", examining(_sink(f"lxml.etree.{owner}.xpath"), 1, "_path"))
    for name in ("XPath", "ETXPath"):
        watch_construction(module, name, _compiling(_sink(f"lxml.etree.{name}")))


def _compiling(sink: Sink) -> Any:
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
