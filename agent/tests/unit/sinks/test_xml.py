"""Parsers that follow external entities, by what they really do; and those that do not."""

from __future__ import annotations

import io
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
import xml.sax.handler
from pathlib import Path
from typing import Any

import defusedxml.ElementTree
import defusedxml.minidom
import defusedxml.sax
import pytest
from lxml import etree, objectify
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

TEXT = "<order><colour>blue</colour></order>"
FOLLOWING: list[dict[str, Any]] = [
    {"resolve_entities": True},
    {"resolve_entities": True, "recover": True, "huge_tree": True},
    {"load_dtd": True},
    {"attribute_defaults": True},
]
CAREFUL: list[dict[str, Any]] = [
    {},
    {"resolve_entities": False},
    {"resolve_entities": "internal"},
    {"resolve_entities": False, "load_dtd": True},
    {"recover": True},
    {"no_network": False},
]
MODULE_PARSER = etree.XMLParser(resolve_entities=True)


def follows(options: dict[str, Any], folder: Path) -> bool:
    """The truth: whether a file of the disk ends up in the document."""
    (folder / "secret.txt").write_text("secret")
    (folder / "names.dtd").write_text('<!ENTITY e "secret">')
    documents = (
        f'<!DOCTYPE r [<!ENTITY e SYSTEM "{folder.as_uri()}/secret.txt">]><r>&e;</r>',
        f'<!DOCTYPE r SYSTEM "{folder.as_uri()}/names.dtd"><r>&e;</r>',
    )
    texts = []
    for each in documents:
        try:
            texts.append(etree.fromstring(each, etree.XMLParser(**options)).text)
        except etree.XMLSyntaxError:
            texts.append(None)
    return "secret" in texts


@pytest.mark.parametrize("options", FOLLOWING + CAREFUL, ids=str)
def test_parsers_of_lxml(watching: Watch, tmp_path: Path, options: dict[str, Any]) -> None:
    evidence = watching("sinks.xml", sources=False)
    assert follows(options, tmp_path) is (options in FOLLOWING)
    evidence.clear()
    with request_of("blue"):
        root = etree.fromstring(TEXT, etree.XMLParser(**options))
    assert root.findtext("colour") == "blue"
    assert [(each.kind.cwe, each.sink) for each in evidence] == (
        [(611, "lxml.etree.fromstring")] if options in FOLLOWING else []
    )


def test_other_ways_into_lxml(watching: Watch) -> None:
    evidence = watching("sinks.xml", sources=False)
    with request_of("blue"):
        etree.XML(TEXT, MODULE_PARSER)
        etree.parse(io.StringIO(TEXT), parser=MODULE_PARSER)
        objectify.fromstring(TEXT, objectify.makeparser(resolve_entities=True))
        assert [event for event, _ in etree.iterparse(io.BytesIO(TEXT.encode()), resolve_entities=True)] == ["end"] * 2
    assert [each.sink for each in evidence] == [
        "lxml.etree.XML",
        "lxml.etree.parse",
        "lxml.objectify.fromstring",
        "lxml.etree.iterparse",
    ]


@pytest.mark.parametrize("options", FOLLOWING[:1] + FOLLOWING[2:3] + CAREFUL[:3], ids=str)
def test_parsers_that_are_fed(watching: Watch, options: dict[str, Any]) -> None:
    """A parser in the middle of a document is not disturbed by the agent's own."""
    evidence = watching("sinks.xml", sources=False)
    with request_of("blue"):
        parser = etree.XMLParser(**options)
        pulled = etree.XMLPullParser(events=("start", "end"), **options)
        for part in (TEXT[:10], TEXT[10:]):
            parser.feed(part)
            pulled.feed(part)
        assert parser.close().findtext("colour") == "blue"
        assert [f"{event} {each.tag}" for event, each in pulled.read_events()] == [
            "start order",
            "start colour",
            "end colour",
            "end order",
        ]
        etree.ElementTree().parse(io.StringIO(TEXT), etree.XMLParser(**options))
    told = ["lxml.etree.XMLParser.feed", "lxml.etree.XMLPullParser.feed", "lxml.etree.ElementTree.parse"]
    assert [each.sink for each in evidence] == (told if options in FOLLOWING else [])


def test_a_default_parser_of_the_application(watching: Watch) -> None:
    evidence = watching("sinks.xml", sources=False)
    with request_of("blue"):
        etree.fromstring(TEXT)
    assert evidence == []
    etree.set_default_parser(MODULE_PARSER)
    try:
        with request_of("blue"):
            etree.fromstring(TEXT)
    finally:
        etree.set_default_parser(None)
    assert len(evidence) == 1


def test_a_target_of_the_application_is_left_alone(watching: Watch) -> None:
    class Target:
        def __init__(self) -> None:
            self.seen: list[str] = []

        def start(self, tag: str, attributes: Any) -> None:
            self.seen.append(tag)

        def close(self) -> list[str]:
            return self.seen

    watching("sinks.xml", sources=False)
    with request_of("blue"):
        seen = etree.fromstring(TEXT, etree.XMLParser(target=Target(), resolve_entities=True))
    assert seen == ["order", "colour"]


def test_errors_are_the_parsers_own(watching: Watch) -> None:
    watching("sinks.xml", sources=False)
    parser = etree.XMLParser(resolve_entities=True)
    with request_of("blue"), pytest.raises(etree.XMLSyntaxError, match="order"):
        etree.fromstring("<order>", parser)
    assert "order" in str(parser.error_log)


def test_the_standard_library(watching: Watch) -> None:
    evidence = watching("sinks.xml", sources=False)
    careful, following = xml.sax.make_parser(), xml.sax.make_parser()
    following.setFeature(xml.sax.handler.feature_external_ges, True)
    again = xml.sax.make_parser()
    again.setFeature(xml.sax.handler.feature_external_ges, True)
    with request_of("blue"):
        careful.parse(io.StringIO(TEXT))
        xml.sax.parseString(TEXT, xml.sax.handler.ContentHandler())
        xml.dom.minidom.parseString(TEXT)
        ET.fromstring(TEXT)
        assert evidence == []
        following.parse(io.StringIO(TEXT))
        xml.dom.minidom.parse(io.StringIO(TEXT), again)
    assert [(each.kind.cwe, each.sink) for each in evidence] == [(611, "xml.sax")] * 2


def test_defusedxml(watching: Watch) -> None:
    evidence = watching("sinks.xml", sources=False)
    with request_of("blue"):
        defusedxml.ElementTree.fromstring(TEXT)
        defusedxml.minidom.parseString(TEXT)
        defusedxml.sax.parseString(TEXT.encode(), xml.sax.handler.ContentHandler())
    assert evidence == []
