"""Letters under a key."""

import os

from Crypto.Cipher import AES, ARC4, DES
from Crypto.Util.Padding import pad
from cryptography.fernet import Fernet
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from flask import Blueprint, jsonify, request

bp = Blueprint("weakcipher", __name__, url_prefix="/weakcipher")


@bp.post("/weakcipher-f01")
def note():
    cipher = DES.new(os.urandom(8), DES.MODE_CBC)
    return jsonify(sealed=cipher.encrypt(pad(request.form["note"].encode(), 8)).hex())


@bp.post("/weakcipher-f02")
def note_strong():
    cipher = AES.new(os.urandom(32), AES.MODE_GCM)
    return jsonify(sealed=cipher.encrypt(request.form["note"].encode()).hex())


class Vault:
    def __init__(self, algorithm, mode):
        self.cipher = Cipher(algorithm, mode)

    def seal(self, text):
        sealer = self.cipher.encryptor()
        return (sealer.update(pad(text.encode(), 16)) + sealer.finalize()).hex()


@bp.get("/weakcipher-f03")
def card():
    return jsonify(sealed=Vault(Blowfish(os.urandom(16)), modes.CBC(os.urandom(8))).seal(request.args["card"]))


@bp.get("/weakcipher-f04")
def card_strong():
    return jsonify(
        sealed=Vault(algorithms.AES256(os.urandom(32)), modes.CBC(os.urandom(16))).seal(request.args["card"])
    )


@bp.get("/weakcipher-f05")
def stream():
    return jsonify(sealed=ARC4.new(os.urandom(16)).encrypt(request.headers["X-Note"].encode()).hex())


@bp.get("/weakcipher-f06")
def stream_strong():
    return jsonify(sealed=Fernet(Fernet.generate_key()).encrypt(request.headers["X-Note"].encode()).decode())
