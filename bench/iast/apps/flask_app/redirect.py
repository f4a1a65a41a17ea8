"""Where customers are sent next."""

from urllib.parse import quote, urljoin, urlparse

from flask import Blueprint, Response, redirect, request, url_for
from shoplib.text import tidy, unbase64

bp = Blueprint("redirect", __name__, url_prefix="/redirect")


@bp.get("/redirect-f01")
def after_login():
    return redirect(request.args["next"])


@bp.get("/redirect-f02")
def after_login_checked():
    target = urlparse(urljoin(request.host_url, request.args["next"]))
    if target.netloc != request.host or target.scheme not in ("http", "https"):
        return redirect("/ready")
    return redirect(target.geturl())


@bp.post("/redirect-f03")
def after_purchase():
    wanted = tidy(unbase64(request.form["state"]).split("|")[1])
    return Response(status=302, headers={"Location": wanted})


@bp.post("/redirect-f04")
def after_purchase_by_name():
    wanted = tidy(unbase64(request.form["state"]).split("|")[1])
    places = {"/orders": "/ready", "/basket": "/ready?basket=1"}
    return Response(status=302, headers={"Location": places.get(wanted, "/ready")})


@bp.get("/redirect-f05")
def language():
    page = request.cookies["page"]
    return redirect(location=f"{page}?lang=pt", code=303)


@bp.get("/redirect-f06")
def language_as_parameter():
    page = request.cookies["page"]
    return redirect(location=url_for("redirect.language", page=quote(page, safe="")), code=303)
