"""Tickets: searching, sorting, notes."""

import logging

from flask import Blueprint, jsonify, make_response, request

from helpdesk.repositories.tickets import TicketRepository
from helpdesk.services import caching, rendering

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")
log = logging.getLogger(__name__)
tickets = TicketRepository()


@blueprint.get("/search")
def search():
    words = request.args["q"]
    log.info("search for " + words)
    return jsonify(tickets.search(words))


@blueprint.get("/sorted")
def in_order():
    return jsonify(tickets.sorted_by(request.args["by"]))


@blueprint.get("/known")
def in_known_order():
    name = request.args["by"]
    log.info("sorted by %r", name)
    return jsonify(tickets.sorted_by_known(name))


@blueprint.get("/<number>")
def one(number):
    log.info(f"ticket {int(number)}")
    return jsonify(tickets.by_number(number))


@blueprint.get("/of/<owner>")
def of_owner(owner):
    return jsonify(tickets.of_owner(owner))


@blueprint.post("/many")
def many():
    return jsonify(tickets.many([int(number) for number in request.get_json()["numbers"]]))


@blueprint.get("/count")
def count():
    return jsonify(tickets.count_with_status(request.headers["X-Status"]))


@blueprint.post("/<int:number>/notes")
def annotate(number):
    text = request.form["text"]
    tickets.annotate(number, text)
    return rendering.comment(text), 201


@blueprint.get("/<int:number>/quote")
def quote(number):
    return rendering.quoted(request.args["text"]) + rendering.badge(number)


@blueprint.get("/hello")
def hello():
    name = request.args.get("name", "you")
    return f"<h1>Hello {name}</h1>"


@blueprint.get("/plain")
def plain():
    answer = make_response(f"Hello {request.args['name']}")
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.get("/heading")
def heading():
    body = rendering.heading(request.args["text"])
    return body, 200, {"ETag": caching.etag(body)}


@blueprint.get("/footer")
def footer():
    log.warning("the footer was asked for")
    return rendering.FOOTER
