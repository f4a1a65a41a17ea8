import hmac
import json
import pickle
import shelve
import xml.sax
import xml.sax.handler

import defusedxml.lxml
import jsonpickle
import yaml
from lxml import etree


def read(data, path):
    # ruleid: setpoint.python.unsafe-deserialisation
    one = pickle.loads(data)
    with open(path, "rb") as stream:
        # ruleid: setpoint.python.unsafe-deserialisation
        two = pickle.load(stream)
    # ruleid: setpoint.python.unsafe-deserialisation
    three = yaml.load(data, Loader=yaml.Loader)
    # ruleid: setpoint.python.unsafe-deserialisation
    four = yaml.load(data)
    # ruleid: setpoint.python.unsafe-deserialisation
    five = jsonpickle.decode(data)
    # ok: setpoint.python.unsafe-deserialisation
    six = yaml.safe_load(data)
    # ok: setpoint.python.unsafe-deserialisation
    seven = yaml.load(data, Loader=yaml.CSafeLoader)
    # ok: setpoint.python.unsafe-deserialisation
    eight = json.loads(data)
    # ok: setpoint.python.unsafe-deserialisation
    copy = pickle.loads(pickle.dumps(seven))
    # ok: setpoint.python.unsafe-deserialisation
    cache = shelve.open("/var/lib/shop/cache")
    return one, two, three, four, five, six, eight, copy, cache


def read_signed(data, signature, key):
    if not hmac.compare_digest(signature, hmac.digest(key, data, "sha256")):
        raise ValueError("the signature is wrong")
    # ok: setpoint.python.unsafe-deserialisation
    return pickle.loads(data)


def parsers():
    # ruleid: setpoint.python.xml-parser-follows-references
    one = etree.XMLParser(resolve_entities=True)
    # ruleid: setpoint.python.xml-parser-follows-references
    two = etree.XMLParser(load_dtd=True, no_network=False)
    three = xml.sax.make_parser()
    # ruleid: setpoint.python.xml-parser-follows-references
    three.setFeature(xml.sax.handler.feature_external_ges, True)
    # ok: setpoint.python.xml-parser-follows-references
    three.setFeature(xml.sax.handler.feature_external_ges, False)
    # ok: setpoint.python.xml-parser-follows-references
    four = etree.XMLParser(resolve_entities=False)
    # ok: setpoint.python.xml-parser-follows-references
    five = etree.XMLParser(resolve_entities=False, no_network=True)
    # ok: setpoint.python.xml-parser-follows-references
    six = defusedxml.lxml.fromstring("<a/>")
    return one, two, three, four, five, six
