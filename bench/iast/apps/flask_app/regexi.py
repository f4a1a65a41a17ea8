"""Searching by pattern."""

import re

from flask import Blueprint, jsonify, request
from shoplib.seed import PRODUCTS
from shoplib.text import unpercent

bp = Blueprint("regexi", __name__, url_prefix="/regexi")
NAMES = [name for _, name, _, _ in PRODUCTS]


def matching(pattern):
    return jsonify([name for name in NAMES if re.search(pattern, name)])


@bp.get("/regexi-f01")
def search():
    return matching(request.args["name"])


@bp.get("/regexi-f02")
def search_escaped():
    return matching(re.escape(request.args["name"]))


@bp.post("/regexi-f03")
def filtered():
    ends = request.get_json()["filters"]["ends"]
    compiled = re.compile("^(" + "|".join(ends) + ")$", re.IGNORECASE)
    return jsonify(list(filter(compiled.match, NAMES)))


@bp.post("/regexi-f04")
def filtered_literally():
    ends = request.get_json()["filters"]["ends"]
    compiled = re.compile("^(" + "|".join(re.escape(each) for each in ends) + ")$", re.IGNORECASE)
    return jsonify(list(filter(compiled.match, NAMES)))


@bp.get("/regexi-f05")
def remembered():
    words = unpercent(request.cookies["last"]).split("+")
    return jsonify(re.findall(f"{words[0]}[^;]*", ";".join(NAMES)))


@bp.get("/regexi-f06")
def remembered_letters():
    words = unpercent(request.cookies["last"]).split("+")
    if not words[0].isalpha():
        return jsonify([]), 400
    return jsonify(re.findall(f"{words[0]}[^;]*", ";".join(NAMES)))
