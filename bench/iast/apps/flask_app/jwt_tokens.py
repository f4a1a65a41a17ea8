"""Tokens for the shop's own services."""

import jwt
from flask import Blueprint, jsonify, request
from shoplib import config
from shoplib.tokens import Issuer

bp = Blueprint("jwt", __name__, url_prefix="/jwt")
KEY = "secret"


@bp.get("/jwt-f01")
def ticket():
    return jsonify(token=jwt.encode({"sub": request.args["user"]}, KEY, algorithm="HS256"))


@bp.get("/jwt-f02")
def ticket_of_environment():
    return jsonify(token=jwt.encode({"sub": request.args["user"]}, config.SIGNING_KEY, algorithm="HS256"))


@bp.post("/jwt-f03")
def pass_on():
    return jsonify(token=Issuer(None, "none").issue(request.form["user"]))


@bp.post("/jwt-f04")
def pass_on_signed():
    return jsonify(token=Issuer(config.SIGNING_KEY, "HS512").issue(request.form["user"]))


@bp.get("/jwt-f05")
def who():
    token = request.headers["Authorization"].removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, "correct-horse-battery-staple-and-more", algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return jsonify(error="not ours"), 401
    return jsonify(who=claims["sub"])


@bp.get("/jwt-f06")
def who_of_environment():
    token = request.headers["Authorization"].removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, config.SIGNING_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return jsonify(error="not ours"), 401
    return jsonify(who=claims["sub"])
