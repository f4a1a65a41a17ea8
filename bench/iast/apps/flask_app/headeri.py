"""Answers whose headers depend on who asks."""

from urllib.parse import quote

from flask import Blueprint, Response, make_response, request
from shoplib.text import normal, unpercent
from werkzeug.http import dump_options_header

bp = Blueprint("headeri", __name__, url_prefix="/headeri")


@bp.get("/headeri-f01")
def download():
    response = make_response("name,price\n")
    response.headers["Content-Disposition"] = f'attachment; filename="{request.args["name"]}"'
    return response


@bp.get("/headeri-f02")
def download_quoted():
    response = make_response("name,price\n")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(request.args['name'], safe='')}"
    return response


@bp.post("/headeri-f03")
def preference():
    theme = normal(unpercent(request.form["theme"]))
    return Response("kept", headers=[("Set-Cookie", "theme=" + theme + "; Path=/; Secure; HttpOnly; SameSite=Lax")])


@bp.post("/headeri-f04")
def preference_known():
    theme = normal(unpercent(request.form["theme"]))
    if theme not in ("dark", "light sepia"):
        return "no such theme", 400
    return Response("kept", headers=[("Set-Cookie", "theme=" + theme + "; Path=/; Secure; HttpOnly; SameSite=Lax")])


@bp.get("/headeri-f05")
def media_type():
    response = Response("<b>shop</b>")
    response.headers["Content-Type"] = "text/" + request.headers["X-Subtype"].strip()
    return response


@bp.get("/headeri-f06")
def media_type_dumped():
    response = Response("<b>shop</b>")
    response.headers["Content-Type"] = dump_options_header("text/plain", {"variant": request.headers["X-Subtype"]})
    return response
