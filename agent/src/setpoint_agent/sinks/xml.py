"""XML parsers that follow external entities, where the application parses with one.

Whether a parser of lxml does depends on its version, on `resolve_entities` and on what loads a DTD, and none can be
asked: so it is tried. Just before the application's own call its parser is given two documents of the agent's, with an
entity that is the file beside this module. Parsers of the standard library follow none unless they are told to, and can
be asked; those of defusedxml are never the application's own call.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import EXTERNAL_ENTITIES
from setpoint_agent.examination import note_in_vain, report
from setpoint_agent.patching.fixed_types import replace_method
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.replace import put
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.patching.subclasses import watch_construction
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.sinks.own_calls import is_new_and_own, look
from setpoint_agent.sinks.wrapping import argument

_ENTITY: Final = Path(__file__).with_name("entity.txt")
_DEFINITION: Final = Path(__file__).with_name("entity.dtd")
DOCUMENTS: Final = (
    f'<!DOCTYPE r [<!ELEMENT r ANY><!ENTITY e SYSTEM "{_ENTITY.as_uri()}">]><r>&e;</r>',
    f'<!DOCTYPE r SYSTEM "{_DEFINITION.as_uri()}"><r>&e;</r>',
)
"""An entity that is a file, and one that a file defines; valid, for parsers that want documents to be."""
FOUND: Final = "setpoint"
"""What either of them holds."""
FIRST_CAREFUL: Final = (5,)
"""The version of lxml since which only internal entities are followed by default (its changelog, 5.0)."""

_PACKAGES: Final = frozenset({"xml"})
"""`xml.dom.minidom` hands its parser the document."""


class _Lxml:
    """One module of lxml that parses."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._default: tuple[Any, bool] = (None, False)
        """The default parser, and whether it follows external entities."""

    def watch(self) -> None:
        for name in ("XML", "fromstring", "fromstringlist", "parse"):
            if hasattr(self._module, name):
                put(self._module, name, self._parsing)
        if hasattr(self._module, "iterparse"):
            watch_construction(self._module, "iterparse", self._look_at_iteration)
        if hasattr(self._module, "_FeedParser"):
            replace_method(self._module._FeedParser, "feed", self._feeding)
            replace_method(self._module._ElementTree, "parse", self._parsing_into_tree)

    def _parsing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def parse(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None:
                self._look(argument(arguments, keywords, 1, "parser"), original.__name__)
            return original(*arguments, **keywords)

        return in_place_of(original, parse)

    def _parsing_into_tree(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """`ElementTree().parse(source, parser)`."""

        def parse(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None:
                self._look(argument(arguments, keywords, 2, "parser"), "ElementTree.parse")
            return original(*arguments, **keywords)

        return functools.update_wrapper(parse, original)

    def _feeding(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """`parser.feed(data)`, of pull parsers too; whole documents are read apart from what a parser is fed with."""

        def feed(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None and arguments:
                self._look_at_fed(arguments[0])
            return original(*arguments, **keywords)

        return functools.update_wrapper(feed, original)

    @quietly
    def _look_at_fed(self, parser: Any) -> None:
        if is_new_and_own(sys._getframe(1)) and self._follows(parser):
            report(EXTERNAL_ENTITIES, f"{self._module.__name__}.{type(parser).__name__}.feed")

    @quietly
    def _look(self, parser: Any, name: str) -> None:
        if not is_new_and_own(sys._getframe(1)):
            return
        if self._follows(parser) if parser else self._follows_by_default():
            report(EXTERNAL_ENTITIES, f"{self._module.__name__}.{name}")
        else:
            note_in_vain(EXTERNAL_ENTITIES)

    def _look_at_iteration(self, _: Any, __: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        careful = _etree(self._module).LXML_VERSION >= FIRST_CAREFUL
        if keywords.get("resolve_entities", "internal" if careful else True) is True or keywords.get("load_dtd"):
            look(sys._getframe(1), EXTERNAL_ENTITIES, f"{self._module.__name__}.iterparse")

    def _follows_by_default(self) -> bool:
        get = getattr(self._module, "get_default_parser", None)
        if get is None:  # lxml.objectify: its own, as careful as all others
            return bool(_etree(self._module).LXML_VERSION < FIRST_CAREFUL)
        parser = get()
        if self._default[0] is not parser:
            self._default = (parser, self._follows(parser))
        return self._default[1]

    def _follows(self, parser: Any) -> bool:
        """Try it, unless that would run code of the application."""
        etree = _etree(self._module)
        if not isinstance(parser, etree.XMLParser) or parser.target is not None or etree.Resolver.__subclasses__():
            return False
        return any(_reads(etree, parser, each) for each in DOCUMENTS)


def _reads(etree: Any, parser: Any, document: str) -> bool:
    parse = getattr(etree.fromstring, "__wrapped__", etree.fromstring)
    try:
        root = parse(document.encode(), parser)
    except etree.XMLSyntaxError:
        return False
    return root is not None and root.text == FOUND


def _etree(module: ModuleType) -> Any:
    return sys.modules["lxml.etree"] if module.__name__ != "lxml.etree" else module


def _watch_lxml(module: ModuleType) -> None:
    _Lxml(module).watch()


def _reading(original: Callable[..., Any]) -> Callable[..., Any]:
    """`xml.sax`: `parser.parse(source)`, `parser.feed(data)`."""

    def read(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if current.get() is not None and getattr(self, "_external_ges", False):
            look(sys._getframe(1), EXTERNAL_ENTITIES, "xml.sax", through=_PACKAGES)
        return original(self, *arguments, **keywords)

    return read


PATCHES: Final = (
    Preparation("lxml.etree", _watch_lxml),
    Preparation("lxml.objectify", _watch_lxml),
    Patch("xml.sax.expatreader", "ExpatParser.parse", _reading),
    Patch("xml.sax.expatreader", "ExpatParser.feed", _reading),
)
