"""Objects read from what callers send, by readers that call what it names and by readers of plain values."""

from __future__ import annotations

import json
import pickle
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from typing import Any

import yaml
from flask import Flask, jsonify, request

from setpoint.model.dast import BodyForm, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.checks.injection.deserialisation import UnsafeDeserialisation

Found = Callable[..., list[Fault]]
CART = Operation("GET", "/cart", (Part(PartPlace.QUERY, "state", example="e30="),))
IMPORT = Operation("POST", "/imports", (Part(PartPlace.BODY, "", example="name: shop"),), body=BodyForm.TEXT)


def shop(state: Callable[[bytes], Any], document: Callable[[str], Any]) -> Flask:
    app = Flask(__name__)

    @app.get("/cart")
    def cart() -> Any:
        try:
            return jsonify(state=state(b64decode(request.args["state"])))
        except (ValueError, Base64Error, pickle.UnpicklingError, EOFError, KeyError, IndexError) as error:
            return jsonify(error=str(error)), 400

    @app.post("/imports")
    def imported() -> Any:
        try:
            return jsonify(read=document(request.get_data(as_text=True)))
        except yaml.YAMLError as error:
            return jsonify(error=str(error)), 400

    return app


def test_readers_that_call_what_they_read(found: Found) -> None:
    app = shop(pickle.loads, lambda text: yaml.load(text, yaml.UnsafeLoader))  # noqa: S506  # that is the fault

    faults = found(UnsafeDeserialisation, app, CART, IMPORT)

    assert {(each.part, each.cwe, each.owasp) for each in faults} == {
        ("query:state", 502, "A08:2021"),
        ("body:", 502, "A08:2021"),
    }


def test_readers_of_plain_values_are_no_fault(found: Found) -> None:
    assert found(UnsafeDeserialisation, shop(json.loads, yaml.safe_load), CART, IMPORT) == []
