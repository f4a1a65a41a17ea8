"""Reviews, kept as documents."""

import json

from flask import Blueprint, jsonify, request
from shoplib.documents import names, shop
from shoplib.text import unpercent

bp = Blueprint("nosqli", __name__, url_prefix="/nosqli")


@bp.post("/nosqli-f01")
def reviews_by_author():
    body = request.get_json()
    return jsonify(names(shop().reviews.find({"author": body["author"]})))


@bp.post("/nosqli-f02")
def reviews_by_author_as_text():
    author = request.get_json()["author"]
    if not isinstance(author, str):
        return jsonify(error="a name please"), 400
    return jsonify(names(shop().reviews.find({"author": {"$eq": author}})))


@bp.get("/nosqli-f03")
def reviews_where():
    colour = unpercent(request.cookies["colour"])
    return jsonify(names(shop().reviews.find({"$where": f"this.colour == '{colour}'"})))


@bp.get("/nosqli-f04")
def reviews_of_colour():
    colour = unpercent(request.cookies["colour"])
    return jsonify(names(shop().reviews.find({"colour": str(colour)})))


@bp.post("/nosqli-f05")
def reviews_filtered():
    wanted = json.loads(request.form["filter"])
    return jsonify(names(shop()["reviews"].find(wanted, limit=5)))


@bp.post("/nosqli-f06")
def reviews_filtered_by_stars():
    wanted = json.loads(request.form["filter"])
    stars = int(wanted["stars"])
    return jsonify(names(shop()["reviews"].find({"stars": stars}, limit=5)))
