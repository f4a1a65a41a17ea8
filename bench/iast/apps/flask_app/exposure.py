"""Doors that are opened while the shop runs."""

import socket
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

from flask import Blueprint, Flask, jsonify, request
from shoplib import config
from werkzeug.debug import DebuggedApplication

bp = Blueprint("exposure", __name__, url_prefix="/exposure")


@bp.get("/exposure-f01")
def display():
    with closing(socket.socket()) as door:
        door.bind(("0.0.0.0", 0))
        return jsonify(name=request.args["name"], port=door.getsockname()[1])


@bp.get("/exposure-f02")
def display_here():
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        return jsonify(name=request.args["name"], port=door.getsockname()[1])


def preview(debug):
    preview = Flask("preview")
    preview.add_url_rule("/", view_func=lambda: "preview")
    if debug:
        return DebuggedApplication(preview, evalex=True)
    return preview.wsgi_app


@bp.post("/exposure-f03")
def draft():
    return jsonify(title=request.form["title"], made=callable(preview(debug=True)))


@bp.post("/exposure-f04")
def draft_plain():
    return jsonify(title=request.form["title"], made=callable(preview(debug=False)))


@bp.post("/exposure-f05")
def console():
    with HTTPServer(("", 0), BaseHTTPRequestHandler) as server:
        return jsonify(name=request.get_json()["console"], port=server.server_port)


@bp.post("/exposure-f06")
def console_here():
    address = "0.0.0.0" if config.PUBLIC else "localhost"
    with HTTPServer((address, 0), BaseHTTPRequestHandler) as server:
        return jsonify(name=request.get_json()["console"], port=server.server_port)
