"""What is written to the log."""

import json
import logging

from flask import Blueprint, current_app, request
from shoplib.text import unbase64

bp = Blueprint("logi", __name__, url_prefix="/logi")
log = logging.getLogger(__name__)


@bp.get("/logi-f01")
def search():
    log.info("searched for %s", request.args["term"])
    return "ok"


@bp.get("/logi-f02")
def search_repr():
    log.info("searched for %r", request.args["term"])
    return "ok"


@bp.post("/logi-f03")
def sign_in():
    user = request.get_json()["user"]["name"]
    current_app.logger.warning(f"failed sign-in of {user.strip()}")
    return "no", 403


@bp.post("/logi-f04")
def sign_in_as_json():
    user = request.get_json()["user"]["name"]
    current_app.logger.warning(json.dumps({"event": "failed sign-in", "user": user.strip()}))
    return "no", 403


@bp.get("/logi-f05")
def visit():
    campaign = {"name": unbase64(request.cookies["campaign"]), "kind": "mail"}
    log.log(logging.ERROR, "campaign {name} of {kind}".format_map(campaign))
    return "ok"


@bp.get("/logi-f06")
def visit_of_one_line():
    campaign = unbase64(request.cookies["campaign"])
    if "\n" in campaign or "\r" in campaign:
        return "one line please", 400
    log.log(logging.ERROR, "campaign " + campaign)
    return "ok"
