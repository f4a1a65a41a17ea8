"""The supplier catalogue, an XML document."""

import threading
from xml.etree import ElementTree

import elementpath
from flask import Blueprint, jsonify, request
from lxml import etree
from shoplib.suppliers import CATALOGUE
from shoplib.text import unescape

bp = Blueprint("xpathi", __name__, url_prefix="/xpathi")
tree = etree.fromstring(CATALOGUE)


@bp.get("/xpathi-f01")
def supplier():
    return jsonify(tree.xpath("//supplier[@city='" + request.args["city"] + "']/name/text()"))


@bp.get("/xpathi-f02")
def supplier_bound():
    return jsonify(tree.xpath("//supplier[@city=$city]/name/text()", city=request.args["city"]))


@bp.post("/xpathi-f03")
def goods():
    kind = unescape(request.form["kind"])
    found = elementpath.select(ElementTree.fromstring(CATALOGUE), f"//supplier[goods='{kind}']/name")
    return jsonify([each.text for each in found])


@bp.post("/xpathi-f04")
def goods_checked():
    kind = unescape(request.form["kind"])
    if "'" in kind:
        return jsonify(error="no quotes please"), 400
    found = elementpath.select(ElementTree.fromstring(CATALOGUE), f"//supplier[goods='{kind}']/name")
    return jsonify([each.text for each in found])


@bp.get("/xpathi-f05")
def in_background():
    answers = []
    query = "//supplier[name='%s']/@city" % request.headers["X-Supplier"]
    worker = threading.Thread(target=lambda: answers.extend(tree.xpath(query)))
    worker.start()
    worker.join()
    return jsonify([str(each) for each in answers])


@bp.get("/xpathi-f06")
def in_background_by_number():
    answers = []
    query = "//supplier[@id=%d]/@city" % int(request.headers["X-Supplier"])
    worker = threading.Thread(target=lambda: answers.extend(tree.xpath(query)))
    worker.start()
    worker.join()
    return jsonify([str(each) for each in answers])
