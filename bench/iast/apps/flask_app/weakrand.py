"""Codes that nobody should guess."""

import random
import secrets
import string
from email.utils import make_msgid

from flask import Blueprint, jsonify, request

bp = Blueprint("weakrand", __name__, url_prefix="/weakrand")


@bp.get("/weakrand-f01")
def pin():
    return jsonify(user=request.args["user"], pin=random.randint(1000, 9999))


@bp.get("/weakrand-f02")
def pin_strong():
    return jsonify(user=request.args["user"], pin=1000 + secrets.randbelow(9000))


def code(choose):
    return "".join(choose(string.ascii_letters) for _ in range(12))


@bp.post("/weakrand-f03")
def voucher():
    return jsonify(name=request.form["name"], code=code(random.choice))


@bp.post("/weakrand-f04")
def voucher_strong():
    return jsonify(name=request.form["name"], code=code(random.SystemRandom().choice))


@bp.post("/weakrand-f05")
def reset():
    generator = random.Random()
    return jsonify(mail=request.get_json()["mail"], token="%032x" % generator.getrandbits(128))


@bp.post("/weakrand-f06")
def reset_by_mail():
    return jsonify(mail=request.get_json()["mail"], message=make_msgid(domain="shop.test"), token=secrets.token_hex(16))
