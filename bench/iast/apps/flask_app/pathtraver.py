"""Documents of the shop, by name."""

import io
import os
from pathlib import Path

from flask import Blueprint, abort, jsonify, request, send_file, send_from_directory
from shoplib.text import normal, unpercent
from werkzeug.utils import safe_join, secure_filename

bp = Blueprint("pathtraver", __name__, url_prefix="/pathtraver")
PUBLIC = Path("data/public")


class Shelf:
    """One folder of documents."""

    def __init__(self, folder):
        self.folder = folder

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as document:
            return document.read()


@bp.get("/pathtraver-f01")
def document():
    try:
        return Shelf("data/public").read(request.args["name"])
    except OSError:
        return "not here", 404


@bp.get("/pathtraver-f02")
def document_resolved():
    wanted = (PUBLIC / request.args["name"]).resolve()
    if not wanted.is_relative_to(PUBLIC.resolve()):
        abort(404)
    try:
        with wanted.open(encoding="utf-8") as document:
            return document.read()
    except OSError:
        return "not here", 404


@bp.post("/pathtraver-f03")
def upload():
    picture = request.files["picture"]
    target = "uploads/" + picture.filename
    with io.open(target, "wb") as out:
        out.write(picture.read())
    return jsonify(saved=True)


@bp.post("/pathtraver-f04")
def upload_secured():
    picture = request.files["picture"]
    target = "uploads/" + secure_filename(picture.filename)
    with io.open(target, "wb") as out:
        out.write(picture.read())
    return jsonify(saved=True)


@bp.get("/pathtraver-f05")
def note():
    name = normal(unpercent(request.headers["X-Note"]))
    try:
        return Path(f"data/public/notes/{name}.txt").read_text(encoding="utf-8")
    except OSError:
        return "not here", 404


@bp.get("/pathtraver-f06")
def note_without_parents():
    name = normal(unpercent(request.headers["X-Note"]))
    if ".." in name or "/" in name:
        return "no paths please", 400
    try:
        return Path(f"data/public/notes/{name}.txt").read_text(encoding="utf-8")
    except OSError:
        return "not here", 404


@bp.get("/pathtraver-f07/<path:name>")
def download(name):
    try:
        return send_file(Path.cwd() / "data/public" / name)
    except OSError:
        return "not here", 404


@bp.get("/pathtraver-f08/<path:name>")
def download_joined(name):
    if safe_join("data/public", name) is None:
        return "not here", 404
    return send_from_directory(Path.cwd() / "data/public", name)
