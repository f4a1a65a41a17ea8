"""Reads what suppliers send."""

import io
import json
import marshal
import pickle
import xml.etree.ElementTree as ElementTree
from xml.dom import pulldom
from xml.sax import handler, make_parser

import jsonpickle
import yaml
from defusedxml import ElementTree as SafeTree
from lxml import etree

from warehouse import settings


def delivery(body):
    return pickle.loads(body)


def plan(text):
    return yaml.load(text, Loader=yaml.Loader)


def state(text):
    return jsonpickle.decode(text)


def compact(body):
    return marshal.loads(body)


def plain_plan(text):
    return yaml.load(text, Loader=yaml.CSafeLoader)


def snapshot():
    path = settings.DATA / "snapshot.pickle"
    if not path.exists():
        path.write_bytes(pickle.dumps({"items": 2}))
    with path.open("rb") as file:
        return pickle.load(file)


def copied(value):
    return pickle.loads(pickle.dumps(value))


def old_delivery(path):
    with open(path, "rb") as file:
        return pickle.load(file)


def invoice(body):
    tree = etree.fromstring(body, etree.XMLParser(load_dtd=True, resolve_entities=True))
    return tree.findtext("number")


def catalogue(body):
    names = []
    for _, node in etree.iterparse(io.BytesIO(body), tag="item", load_dtd=True, resolve_entities=True, no_network=False):
        names.append(node.text)
    return names


def stream(text):
    parser = make_parser()
    parser.setFeature(handler.feature_external_ges, True)
    events = pulldom.parse(io.StringIO(text), parser)
    return sum(1 for event, _ in events if event == pulldom.START_ELEMENT)


def safe_catalogue(body):
    return SafeTree.fromstring(body).tag


def layout():
    path = settings.DATA / "layout.xml"
    path.write_text("<layout lanes='4'/>", encoding="utf-8")
    return ElementTree.parse(path).getroot().get("lanes")


def quantities(text):
    return json.loads(text)
