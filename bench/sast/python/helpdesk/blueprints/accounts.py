"""Signing in, passwords, preferences."""

import logging
from urllib.parse import urlparse

from flask import Blueprint, jsonify, make_response, redirect, request, url_for

from helpdesk import settings
from helpdesk.repositories import customers
from helpdesk.services import caching, passwords, sessions

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")
log = logging.getLogger(__name__)
LANDINGS = {"tickets": "/tickets/known?by=title", "articles": "/articles/"}


@blueprint.post("/login")
def login():
    email = request.form["email"]
    log.warning("login of %s", email)
    customers.set_password(email, passwords.digest(request.form[settings.PASSWORD_FIELD]))
    answer = make_response({"found": len(customers.by_email(email))})
    answer.set_cookie("session", passwords.reset_token())
    return answer


@blueprint.post("/login/strict")
def strict_login():
    answer = make_response({"found": len(customers.by_email(request.form["email"]))})
    answer.set_cookie("session", passwords.invitation(), secure=True, httponly=True, samesite="Lax")
    return answer


@blueprint.post("/forgot")
def forgot():
    email = request.get_json()["email"]
    return {"link": f"/accounts/reset?for={email}&by={passwords.signature(email)}", "seal": passwords.sealed(email)}


@blueprint.post("/code")
def code():
    log.info("code for %s", request.get_json()["email"].replace("\r", "").replace("\n", ""))
    answer = make_response({"sent": len(passwords.one_time_code())})
    answer.set_cookie("remember", passwords.invitation(), secure=True)
    return answer


@blueprint.post("/recover")
def recover():
    return jsonify(passwords.recovers(request.form["pin"]))


@blueprint.post("/strength")
def strength():
    return jsonify(passwords.strength(request.form["password"]))


@blueprint.get("/theme")
def theme():
    answer = make_response({"theme": passwords.waiting_word()})
    answer.set_cookie("theme", "dark" if request.args["dark"] == "yes" else "light")
    return answer


@blueprint.get("/next")
def after_login():
    return redirect(request.args["to"])


@blueprint.get("/next/checked")
def after_login_checked():
    target = request.args["to"]
    parts = urlparse(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        target = "/"
    return redirect(target)


@blueprint.get("/next/known")
def after_login_known():
    return redirect(LANDINGS.get(request.args["to"], "/ready"))


@blueprint.get("/home")
def home():
    return redirect(url_for("articles.index", since=request.args.get("since", "")))


@blueprint.get("/leave")
def leave():
    return "", 302, {"Location": request.args["site"]}


@blueprint.get("/preferences")
def preferences():
    return jsonify(sessions.preferences(request.cookies["preferences"]))


@blueprint.get("/sealed")
def sealed():
    cookie = sessions.sealed({"name": request.args["name"]})
    return jsonify(sessions.opened(cookie))


@blueprint.get("/avatar")
def avatar():
    return {"avatar": caching.avatar(request.args["email"])}


@blueprint.patch("/<int:number>")
def rename(number):
    return {"changed": customers.rename(number, request.get_json()["name"])}
