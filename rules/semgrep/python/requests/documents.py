import defusedxml.ElementTree
from flask import Blueprint, request
from lxml import etree

documents = Blueprint("documents", __name__)
CAREFUL = etree.XMLParser(resolve_entities=False, no_network=True)


@documents.post("/documents")
def add():
    # ruleid: setpoint.python.xml-external-entities
    first = etree.fromstring(request.data)
    # ruleid: setpoint.python.xml-external-entities
    second = etree.parse(request.files["document"])
    # ok: setpoint.python.xml-external-entities
    third = etree.fromstring(request.data, CAREFUL)
    # ok: setpoint.python.xml-external-entities
    fourth = etree.fromstring(request.data, parser=CAREFUL)
    # ok: setpoint.python.xml-external-entities
    fifth = defusedxml.ElementTree.fromstring(request.data)
    # ok: setpoint.python.xml-external-entities
    return etree.fromstring("<empty/>"), first, second, third, fourth, fifth


def read(text):
    # ruleid: setpoint.python.xml-external-entities
    return etree.XML(text)
