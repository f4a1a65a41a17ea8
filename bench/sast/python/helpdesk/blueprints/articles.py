"""Articles and the pages that customers write themselves."""

import random

from flask import Blueprint, jsonify, request

from helpdesk.services import caching, imports, rendering

blueprint = Blueprint("articles", __name__, url_prefix="/articles")
TIPS = ["Turn it off and on.", "Read the manual.", "Ask a colleague."]


@blueprint.get("/")
def index():
    found = caching.kept("index") or ["first", "second"]
    caching.keep("index", found)
    return jsonify([found, caching.counters(), random.choice(TIPS)])


@blueprint.post("/page")
def page():
    return rendering.page(request.form["template"])


@blueprint.get("/greeting")
def greeting():
    return rendering.greeting(request.args["name"])


@blueprint.post("/signature")
def signature():
    return jsonify(rendering.signature(request.get_json()["text"]))


@blueprint.get("/subject")
def subject():
    return jsonify([rendering.subject(request.args["kind"]), rendering.letter(request.args["name"])])


@blueprint.get("/banner")
def banner():
    return rendering.banner(request.args["text"])


@blueprint.get("/search")
def search():
    words = request.args["q"]
    return "<script>var words = '" + words + "';</script>"


@blueprint.post("/import")
def take_in():
    return jsonify(imports.tickets_of(request.get_data()))


@blueprint.post("/import/file")
def take_in_file():
    return jsonify(imports.titles_of(request.files["file"].read()))


@blueprint.post("/import/closed")
def take_in_closed():
    body = request.get_data()
    return jsonify([imports.closed_of(body), imports.feed_of(body), imports.sample()])


@blueprint.post("/rules")
def rules():
    return jsonify(imports.rules_of(request.get_data(as_text=True)))


@blueprint.post("/macros")
def macros():
    return jsonify(imports.macros_of(request.get_data(as_text=True)))
