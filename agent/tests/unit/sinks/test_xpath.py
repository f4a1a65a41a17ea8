"""Expressions built from input are found in every library; variables are not."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import elementpath
import pytest
from lxml import etree
from lxml import html as lxml_html
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

DOCUMENT = "<users><user name='blue'><mail>a</mail></user></users>"


def expression(name: str) -> str:
    return f".//user[@name='{name}']"


def lxml_element(name: str) -> Any:
    return etree.fromstring(DOCUMENT).xpath(expression(name))


def lxml_tree(name: str) -> Any:
    return etree.parse(io.StringIO(DOCUMENT)).xpath(expression(name))


def lxml_of_html(name: str) -> Any:
    return lxml_html.fromstring(DOCUMENT).xpath(expression(name))


def lxml_compiled(name: str) -> Any:
    return etree.XPath(expression(name))(etree.fromstring(DOCUMENT))


def lxml_evaluator(name: str) -> Any:
    return etree.XPathEvaluator(etree.fromstring(DOCUMENT))(expression(name))


def lxml_evaluator_of_tree(name: str) -> Any:
    return etree.XPathEvaluator(etree.parse(io.StringIO(DOCUMENT)), smart_strings=False)(expression(name))


def lxml_class_of_evaluator(name: str) -> Any:
    return etree.XPathElementEvaluator(etree.fromstring(DOCUMENT))(expression(name))


def lxml_find(name: str) -> Any:
    return [etree.fromstring(DOCUMENT).find(expression(name))]


def lxml_tree_findall(name: str) -> Any:
    return etree.parse(io.StringIO(DOCUMENT)).findall(expression(name))


def standard_element(name: str) -> Any:
    return ET.fromstring(DOCUMENT).findall(expression(name))


def standard_tree(name: str) -> Any:
    return list(ET.parse(io.StringIO(DOCUMENT)).iterfind(expression(name)))


def elementpath_select(name: str) -> Any:
    return elementpath.select(ET.fromstring(DOCUMENT), expression(name))


def elementpath_selector(name: str) -> Any:
    return elementpath.Selector(expression(name)).select(ET.fromstring(DOCUMENT))


BUILT = [
    lxml_element,
    lxml_tree,
    lxml_of_html,
    lxml_compiled,
    lxml_evaluator,
    lxml_evaluator_of_tree,
    lxml_class_of_evaluator,
    lxml_find,
    lxml_tree_findall,
    standard_element,
    standard_tree,
    elementpath_select,
    elementpath_selector,
]


@pytest.mark.parametrize("look_up", BUILT)
def test_an_expression_built_from_input(watching: Watch, blue: str, look_up: Callable[[str], Any]) -> None:
    evidence = watching("sinks.xpath", sources=False)
    with request_of(blue):
        assert len(look_up(blue)) == 1
    (found,) = evidence
    assert (found.kind.cwe, found.attack) == (643, False)
    assert found.frames[-1].function in {look_up.__name__, "expression"}
    with request_of("green"):
        look_up(blue)
    assert len(evidence) == 1


def test_variables_are_parameters(watching: Watch, blue: str) -> None:
    evidence = watching("sinks.xpath", sources=False)
    root = etree.fromstring(DOCUMENT)
    with request_of(blue):
        assert len(root.xpath("//user[@name=$name]", name=blue)) == 1
        assert len(etree.XPath("//user[@name=$name]")(root, name=blue)) == 1
        assert len(elementpath.select(ET.fromstring(DOCUMENT), "//user[@name=$n]", variables={"n": blue})) == 1
    assert evidence == []


@pytest.mark.parametrize("attack", ["' or '1'='1"])
def test_an_attack_is_told(watching: Watch, attack: str) -> None:
    evidence = watching("sinks.xpath", sources=False)
    with request_of(attack):
        lxml_element(attack)
    assert [each.attack for each in evidence] == [True]


def test_the_library_is_as_before(watching: Watch) -> None:
    watching("sinks.xpath", sources=False)
    root = etree.fromstring(DOCUMENT)
    assert type(root) is etree._Element
    assert isinstance(etree.XPath("//a"), etree._XPathEvaluatorBase)
    assert etree.XPath.__name__ == "XPath"
    with pytest.raises(etree.XPathEvalError):
        root.xpath("//[")
    with pytest.raises(etree.XPathSyntaxError):
        etree.XPath("//[")
    with pytest.raises(TypeError):
        root.xpath()
