"""Attachments: kept, shown, unpacked."""

from flask import Blueprint, jsonify, request, send_file

from helpdesk import settings
from helpdesk.services import previews
from helpdesk.utilities import paths

blueprint = Blueprint("attachments", __name__, url_prefix="/attachments")


@blueprint.post("/")
def store():
    file = request.files["file"]
    return {"name": paths.store(file.filename, file.read())}, 201


@blueprint.get("/read")
def read():
    return jsonify(paths.read(request.args["name"]))


@blueprint.get("/secured")
def secured():
    return jsonify(paths.read_secured(request.args["name"]))


@blueprint.get("/inside")
def inside():
    return jsonify(paths.read_inside(request.args["name"]))


@blueprint.get("/page/<name>")
def page(name):
    return jsonify(paths.read_page(name))


@blueprint.get("/download")
def download():
    return send_file(settings.ATTACHMENTS / request.args["name"], mimetype="text/plain")


@blueprint.delete("/")
def remove():
    paths.remove(request.args["name"])
    return "", 204


@blueprint.post("/unpack")
def unpack():
    return jsonify(paths.unpack(request.files["archive"].stream))


@blueprint.post("/unpack/filtered")
def unpack_filtered():
    return jsonify(paths.unpack_filtered(request.files["archive"].stream))


@blueprint.post("/scratch")
def scratch():
    body = request.get_data(as_text=True)
    return jsonify([paths.scratch(body), paths.scratch_fixed(body), paths.scratch_safely(body), paths.describe_scratch()])


@blueprint.get("/preview")
def preview():
    return jsonify(previews.of_attachment(request.args["name"]))


@blueprint.get("/checksum")
def checksum():
    return jsonify(previews.checksum(request.args["name"]))


@blueprint.post("/words")
def words():
    return jsonify(previews.word_count(request.form["text"]))
