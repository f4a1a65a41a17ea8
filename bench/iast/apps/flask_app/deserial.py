"""State that travels with the customer."""

import base64
import io
import json
import pickle

import jsonpickle
import yaml
from flask import Blueprint, jsonify, request
from shoplib.safe_pickle import PlainUnpickler

bp = Blueprint("deserial", __name__, url_prefix="/deserial")


def restored(text):
    return pickle.loads(base64.b64decode(text))


@bp.get("/deserial-f01")
def basket():
    return jsonify(basket=str(restored(request.cookies["basket"])))


@bp.get("/deserial-f02")
def basket_of_json():
    return jsonify(basket=str(json.loads(base64.b64decode(request.cookies["basket"]))))


@bp.post("/deserial-f03")
def settings():
    document = request.files["settings"].stream.read().decode()
    return jsonify(settings=str(yaml.load(document, Loader=yaml.UnsafeLoader)))


@bp.post("/deserial-f04")
def settings_safely():
    document = request.files["settings"].stream.read().decode()
    return jsonify(settings=str(yaml.safe_load(document)))


@bp.post("/deserial-f05")
def profile():
    return jsonify(profile=str(jsonpickle.decode(request.get_data(as_text=True))))


@bp.post("/deserial-f06")
def profile_plain():
    return jsonify(profile=str(json.loads(request.get_data(as_text=True))))


@bp.post("/deserial-f07")
def imported():
    blob = bytes.fromhex(request.get_json()["state"][0]["blob"])
    return jsonify(state=str(pickle.Unpickler(io.BytesIO(blob)).load()))


@bp.post("/deserial-f08")
def imported_plain():
    blob = bytes.fromhex(request.get_json()["state"][0]["blob"])
    return jsonify(state=str(PlainUnpickler(io.BytesIO(blob)).load()))
