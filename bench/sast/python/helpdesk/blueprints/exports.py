"""Exports, as customers ask for them."""

import logging
import sys

from flask import Blueprint, Response, jsonify, make_response, request

from helpdesk.services import exporting

blueprint = Blueprint("exports", __name__, url_prefix="/exports")
log = logging.getLogger(__name__)


@blueprint.post("/chosen")
def chosen():
    owners = request.get_json()["owners"]
    log.error("export for {}".format(owners[0]))
    return jsonify(exporting.chosen(owners))


@blueprint.get("/since/<int:number>")
def since(number):
    return jsonify(exporting.since(number, request.cookies["status"]))


@blueprint.get("/packed/<name>")
def packed(name):
    return jsonify([exporting.packed(name), exporting.sealed(name)])


@blueprint.post("/printed")
def printed():
    return jsonify(exporting.printed(request.form["queue"]))


@blueprint.get("/counted")
def counted():
    return jsonify(exporting.counted(request.headers["X-Pattern"]))


@blueprint.get("/found")
def found():
    return jsonify(exporting.found(request.args["pattern"]))


@blueprint.post("/prepared")
def prepared():
    return jsonify([exporting.prepared(request.form["team"]), exporting.handed_over()])


@blueprint.post("/layout")
def layout():
    return jsonify(exporting.layout(request.get_data(as_text=True)))


@blueprint.post("/resumed")
def resumed():
    return jsonify(exporting.resumed(request.files["state"].read()))


@blueprint.post("/styled")
def styled():
    return jsonify(exporting.styled(request.form["style"]))


@blueprint.post("/rendered")
def rendered():
    return jsonify(exporting.rendered(request.form["layout"], 3))


@blueprint.post("/computed")
def computed():
    return jsonify(exporting.computed(request.get_json()["column"]))


@blueprint.post("/delivered")
def delivered():
    return jsonify([exporting.delivered(request.headers["X-Deliver-To"]), exporting.delivered_to_partner()])


@blueprint.post("/spooled")
def spooled():
    answer = make_response({"bytes": exporting.spooled(request.get_data())})
    answer.set_cookie("export", exporting.share_link(), httponly=True)
    return answer


@blueprint.get("/title")
def title():
    body = "<title>%s</title>" % request.args["title"]
    return Response(body, mimetype="text/html")


@blueprint.get("/heading")
def heading():
    return Response("".join(["<h2>", request.headers["X-Heading"], "</h2>"]), content_type="text/html")


@blueprint.get("/rows")
def rows():
    try:
        return jsonify(range(3)[int(request.args["row"])])
    except (IndexError, ValueError):
        kind, error, frames = sys.exc_info()
        return jsonify(kind=kind.__name__, error=str(error), file=frames.tb_frame.f_code.co_filename), 400
