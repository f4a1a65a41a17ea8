"""Webhooks that look at signatures, and such as do not."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, jsonify, request
from tests.unit.scan.dast.checks.exposure.conftest import get
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Certainty
from setpoint.scan.dast.checks.exposure.webhooks import ForgedWebhooks
from setpoint.scan.dast.interface import Webhook

SECRET = "whs-5f1c"
PLAIN = Webhook("/hooks", SECRET, "x-signature", payload=b'{"id": "evt_1", "order": 7, "status": "paid"}')
TIMED = replace(PLAIN, signed="{timestamp}.{body}", timestamp_header="x-timestamp")


def is_genuine(checks: str, body: bytes, at: str) -> bool:
    """By the header: as it should be; by its presence; or not of the whole body."""
    given = request.headers.get("x-signature", "")
    signed = f"{at}.".encode() + body if at else body
    match checks:
        case "nothing":
            return True
        case "presence":
            return bool(given)
        case "where-there-is-one":
            return given in {"", whole(signed)} and "x-signature" in request.headers
        case "some-members":
            known = {name: json.loads(body).get(name) for name in ("id", "order", "status")}
            return whole(json.dumps(known).encode()) == given
        case "not-the-body":
            return (len(given) == 64 and given in GENUINE) or whole(signed) == given
        case _:
            return hmac.compare_digest(whole(signed), given)


GENUINE = set[str]()


def whole(signed: bytes) -> str:
    made = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    GENUINE.add(made)
    return made


def service(
    checks: str = "all", *, once: bool = True, recent: bool = True, shows: bool = True, says: str = ""
) -> Flask:
    """`says`: what it answers to whatever comes, genuine or not."""
    app = Flask("hooks")
    log: list[str] = []

    @app.post("/hooks")
    def hook() -> Any:
        body, at = request.get_data(), request.headers.get("x-timestamp", "")
        event = json.loads(body)["id"]
        is_late = recent and at and abs(time.time() - int(at)) > 300
        refused = not is_genuine(checks, body, at) or is_late
        if not refused and not (once and event in log):
            log.append(event)
        elif not says:
            return jsonify(error="refused" if refused else "seen before"), 401 if refused else 409
        return (jsonify(status=says or "taken"), 202) if says != "-" else ("", 204)

    @app.get("/events")
    def events() -> Any:
        return jsonify(log if shows else {"paid": 40 * len(log)})

    return app


def run(found: Any, app: Flask, webhook: Webhook = PLAIN) -> list[tuple[str, int, Certainty]]:
    accounts = HeaderAccounts(webhooks=(webhook,))
    faults = found(ForgedWebhooks, app, get("/events"), accounts=accounts)
    assert all(SECRET not in repr((fault.message, fault.difference)) for fault in faults)
    return [(fault.kind, fault.cwe, fault.certainty) for fault in faults]


@pytest.mark.parametrize("checks", ["nothing", "presence", "not-the-body", "where-there-is-one", "some-members"])
@pytest.mark.parametrize("shows", [True, False])
def test_forged(found: Any, checks: str, shows: bool) -> None:
    told = [("webhook-signature-not-checked", 347, Certainty.CONFIRMED)]
    assert run(found, service(checks, shows=shows)) == told


@pytest.mark.parametrize("shows", [True, False])
def test_replayed(found: Any, shows: bool) -> None:
    assert run(found, service(once=False, shows=shows)) == [("webhook-replay", 294, Certainty.CONFIRMED)]
    assert run(found, service(once=False, shows=shows), TIMED) == [("webhook-replay", 294, Certainty.CONFIRMED)]
    late = service(recent=False, shows=shows)
    assert run(found, late, TIMED) == [("webhook-replay", 294, Certainty.CONFIRMED)]


@pytest.mark.parametrize(
    ("app", "webhook"),
    [
        (service(), PLAIN),
        (service(shows=False), PLAIN),
        (service(says="taken"), PLAIN),
        (service(says="taken", shows=False), PLAIN),
        (service(says="-"), PLAIN),
        (service(says="-", shows=False), PLAIN),
        (service(), TIMED),
    ],
    ids=[
        "refuses",
        "refuses-and-shows-nothing",
        "says-the-same",
        "same-but-once",
        "says-nothing",
        "no-sign-at-all",
        "in-time-and-once",
    ],
)
def test_neither(found: Any, app: Flask, webhook: Webhook) -> None:
    assert not run(found, app, webhook)


def test_a_repeated_message_that_is_answered_as_one(found: Any) -> None:
    app = Flask("knows")
    seen = set[str]()

    @app.post("/hooks")
    def hook() -> Any:
        body = request.get_data()
        if not is_genuine("all", body, ""):
            return jsonify(error="refused"), 401
        is_known = json.loads(body)["id"] in seen
        seen.add(json.loads(body)["id"])
        return jsonify(received=True, delivery=len(seen), duplicate=is_known)

    assert not run(found, app)


def test_a_message_that_is_not_taken_tells_nothing(found: Any) -> None:
    assert not run(found, service(), replace(PLAIN, secret="another"))


def test_an_answer_that_repeats_the_id_of_its_message(found: Any) -> None:
    app = Flask("repeats")

    @app.post("/hooks")
    def hook() -> Any:
        return jsonify(received=True, id=json.loads(request.get_data())["id"])

    assert ("webhook-signature-not-checked", 347, Certainty.DIFFERENTIAL) in run(found, app)
