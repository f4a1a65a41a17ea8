"""Orders that come as XML."""

from xml.etree import ElementTree

import defusedxml.ElementTree
from flask import Blueprint, jsonify, request
from lxml import etree
from shoplib.text import unbase64
from shoplib.xml import ExternalReader

bp = Blueprint("xxe", __name__, url_prefix="/xxe")


@bp.post("/xxe-f01")
def order():
    parser = etree.XMLParser(resolve_entities=True, no_network=False, load_dtd=True)
    return jsonify(text=etree.fromstring(request.get_data(), parser).findtext("item"))


@bp.post("/xxe-f02")
def order_closed():
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return jsonify(text=etree.fromstring(request.get_data(), parser).findtext("item"))


@bp.post("/xxe-f03")
def order_read():
    return jsonify(text=ExternalReader(external=True).text(request.files["order"].read()))


@bp.post("/xxe-f04")
def order_read_closed():
    return jsonify(text=ExternalReader(external=False).text(request.files["order"].read()))


@bp.post("/xxe-f05")
def order_in_field():
    document = unbase64(request.form["order"])
    parser = etree.XMLParser(**{"resolve_entities": True, "load_dtd": True})
    return jsonify(text=etree.XML(document, parser=parser).findtext("item"))


@bp.post("/xxe-f06")
def order_in_field_defused():
    document = unbase64(request.form["order"])
    try:
        return jsonify(text=defusedxml.ElementTree.fromstring(document).findtext("item"))
    except (ValueError, ElementTree.ParseError):
        return jsonify(error="no entities please"), 400
