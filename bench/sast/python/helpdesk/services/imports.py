"""Tickets that come in as documents."""

import io
import xml.etree.ElementTree as ElementTree
import xml.sax
from xml.dom import minidom

import yaml
from lxml import etree

SAMPLE = "<tickets><ticket title='Sample'/></tickets>"


class Titles(xml.sax.ContentHandler):
    def __init__(self):
        super().__init__()
        self.text = []

    def characters(self, content):
        self.text.append(content)


def tickets_of(document):
    parser = etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=False)
    return [node.text for node in etree.fromstring(document, parser).iter("ticket")]


def titles_of(document):
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    titles = Titles()
    parser.setContentHandler(titles)
    parser.parse(io.BytesIO(document))
    return "".join(titles.text)


def closed_of(document):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return [node.get("title") for node in etree.fromstring(document, parser).iter("ticket")]


def feed_of(document):
    return [node.get("title") for node in ElementTree.fromstring(document)]


def sample():
    return minidom.parseString(SAMPLE).documentElement.tagName


def rules_of(text):
    return yaml.load(text, Loader=yaml.UnsafeLoader)


def macros_of(text):
    return yaml.load(text, Loader=yaml.SafeLoader)


def old_tickets_of(path):
    return etree.parse(path, etree.XMLParser(resolve_entities=True))
