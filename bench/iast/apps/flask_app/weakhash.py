"""Fingerprints and stored passwords."""

import hashlib
import hmac

from Crypto.Hash import MD5
from flask import Blueprint, jsonify, request
from shoplib.digests import Fingerprint
from werkzeug.security import generate_password_hash

bp = Blueprint("weakhash", __name__, url_prefix="/weakhash")


@bp.post("/weakhash-f01")
def password():
    return jsonify(stored=hashlib.md5(request.form["password"].encode()).hexdigest())


@bp.post("/weakhash-f02")
def password_slow():
    return jsonify(stored=generate_password_hash(request.form["password"], method="pbkdf2:sha256:1000"))


@bp.get("/weakhash-f03")
def fingerprint():
    return jsonify(tag=Fingerprint("SHA-1").of(request.args["text"]))


@bp.get("/weakhash-f04")
def fingerprint_strong():
    return jsonify(tag=Fingerprint("SHA-256").of(request.args["text"]))


@bp.post("/weakhash-f05")
def token():
    digest = MD5.new()
    digest.update(request.get_json()["order"]["number"].encode())
    return jsonify(token=digest.hexdigest())


@bp.post("/weakhash-f06")
def token_keyed():
    number = request.get_json()["order"]["number"].encode()
    return jsonify(token=hmac.new(b"k" * 32, number, "sha512").hexdigest())
