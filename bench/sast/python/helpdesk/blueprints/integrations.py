"""Neighbours: web hooks, the partner, the status page."""

from flask import Blueprint, jsonify, request

from helpdesk.services import notifications

blueprint = Blueprint("integrations", __name__, url_prefix="/integrations")


@blueprint.get("/fetch")
def fetch():
    return jsonify(notifications.fetch(request.args["url"]))


@blueprint.post("/callback")
def callback():
    return jsonify(notifications.call_back(request.get_json()["url"]))


@blueprint.post("/hook")
def hook():
    url = request.get_json()["url"]
    return jsonify(notifications.patiently(lambda: notifications.hook(url)))


@blueprint.get("/status")
def status():
    return jsonify([notifications.status(), notifications.article_of_partner(request.args["article"])])


@blueprint.get("/partner")
def partner():
    return jsonify([notifications.partner(), notifications.partner_status(), notifications.partner_checked()])


@blueprint.get("/claims")
def claims():
    return jsonify(notifications.unverified_name(request.headers["X-Claims"]))
