"""For those who run the help desk."""

import os

from flask import Blueprint, jsonify, request

from helpdesk import settings
from helpdesk.services import previews
from helpdesk.utilities import paths

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/host")
def host():
    return jsonify(previews.reachable(request.args["host"]))


@blueprint.get("/system")
def system():
    return jsonify([previews.uptime(), previews.version(), previews.free_space(request.args["unit"]), paths.publish()])


@blueprint.get("/audit/<name>")
def audit(name):
    return jsonify(paths.lock_down(name))


@blueprint.post("/spool")
def spool():
    name = settings.DATA / "spool"
    handle = os.open(name, os.O_CREAT | os.O_WRONLY, 0o666)
    os.write(handle, request.get_data())
    os.fchmod(handle, 0o666)
    os.close(handle)
    return "", 204


@blueprint.get("/debug/settings")
def debug_settings():
    return jsonify({name: str(getattr(settings, name)) for name in dir(settings) if name.isupper()})
