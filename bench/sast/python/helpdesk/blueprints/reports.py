"""Reports: counts by a filter, formulas, and those that a worker makes."""

import logging
import sqlite3
import traceback

from flask import Blueprint, jsonify, request

from helpdesk import worker
from helpdesk.repositories.tickets import TicketRepository
from helpdesk.utilities import formulas

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
log = logging.getLogger(__name__)


def condition_of(filters):
    return " and ".join(f"{name} = '{value}'" for name, value in sorted(filters.items()))


def grouped(filters):
    return TicketRepository().report(condition_of(filters), ())


@blueprint.post("/grouped")
def by_owner():
    return jsonify(grouped(request.get_json()["filters"]))


@blueprint.get("/formula")
def formula():
    try:
        return jsonify(formulas.evaluate(request.args["f"]))
    except Exception:
        return traceback.format_exc(), 400


@blueprint.get("/sum")
def total():
    try:
        return jsonify(formulas.evaluate_number(request.args["f"]))
    except ValueError as error:
        return {"error": str(error)}, 400


@blueprint.get("/status")
def by_status():
    statement = "select count(*) from tickets where status = ?"
    try:
        return jsonify(TicketRepository().many([int(request.args["status"])]))
    except (sqlite3.Error, ValueError) as error:
        log.exception("no report")
        return {"error": f"{type(error).__name__}: {error} in {statement}"}, 400


@blueprint.get("/quiet")
def quietly():
    try:
        return jsonify(int(request.args["n"]))
    except ValueError:
        log.error("no number\n%s", traceback.format_exc())
        return {"error": "not a number"}, 400


@blueprint.get("/hours")
def hours():
    return jsonify([formulas.hours(), formulas.load_known(request.args["with"]), formulas.literal("[1]")])


@blueprint.get("/module")
def module():
    return jsonify(formulas.load(request.args["name"]))


@blueprint.post("/macro")
def macro():
    return jsonify(formulas.run_macro(request.form["source"]))


@blueprint.post("/queued")
def queued():
    return jsonify(worker.enqueue("export", request.get_json()["title"]).result(20)), 202


@blueprint.post("/counted")
def counted():
    return jsonify(worker.enqueue("count", request.get_json()["owner"]).result(20)), 202


def failed(error):
    return traceback.format_exception(error), 500
