"""Cookies of the shop."""

from flask import Blueprint, Response, jsonify, make_response, request, session

bp = Blueprint("cookie", __name__, url_prefix="/cookie")
FLAGS = {"secure": True, "httponly": True, "samesite": "Lax"}


@bp.get("/cookie-f01")
def theme():
    response = make_response("kept")
    response.set_cookie("theme", request.args["theme"])
    return response


@bp.get("/cookie-f02")
def theme_flagged():
    response = make_response("kept")
    response.set_cookie("theme", request.args["theme"], secure=True, httponly=True, samesite="Strict")
    return response


@bp.post("/cookie-f03")
def remember():
    response = jsonify(kept=True)
    response.set_cookie("device", request.form["device"], **(FLAGS | {"httponly": False}))
    return response


@bp.post("/cookie-f04")
def remember_flagged():
    response = jsonify(kept=True)
    response.set_cookie("device", request.form["device"], **FLAGS)
    return response


@bp.get("/cookie-f05")
def language():
    headers = {"Set-Cookie": "language=pt; Path=/; HttpOnly; SameSite=Lax"}
    return Response("kept for " + str(len(request.args["name"])), headers=headers, mimetype="text/plain")


@bp.get("/cookie-f06")
def language_in_session():
    session["language"] = "pt" if request.args["name"] else "en"
    return Response("kept", mimetype="text/plain")
