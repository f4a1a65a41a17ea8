"""Formulas and plug-ins."""

import ast
import importlib
import json

from flask import Blueprint, jsonify, request
from shoplib.text import unescape

bp = Blueprint("codeinj", __name__, url_prefix="/codeinj")
teal, olive, maroon = "#008080", "#808000", "#800000"


@bp.get("/codeinj-f01")
def discount():
    return jsonify(result=str(eval(request.args["formula"], {"teal": teal, "price": 120})))


@bp.get("/codeinj-f02")
def discount_literal():
    try:
        return jsonify(result=ast.literal_eval(request.args["amount"]))
    except (ValueError, SyntaxError):
        return jsonify(error="an amount please"), 400


@bp.post("/codeinj-f03")
def rule():
    scope = {}
    source = "result = %s" % unescape(request.form["rule"])
    exec(source, {"price": 3}, scope)
    return jsonify(result=str(scope["result"]))


@bp.post("/codeinj-f04")
def rule_named():
    scope = {}
    rules = {"price * 2": "price * 2", "price * 3": "price * 3"}
    source = "result = %s" % rules.get(unescape(request.form["rule"]), "price")
    exec(source, {"price": 3}, scope)
    return jsonify(result=str(scope["result"]))


@bp.post("/codeinj-f05")
def plugin():
    name = request.get_json()["plugins"][0]["module"]
    module = importlib.import_module(name)
    return jsonify(module=module.__name__)


@bp.post("/codeinj-f06")
def plugin_known():
    name = request.get_json()["plugins"][0]["module"]
    if name not in ("colorsys", "calendar"):
        return jsonify(error="no such module"), 400
    module = importlib.import_module(name)
    return jsonify(module=json.dumps(module.__name__))
