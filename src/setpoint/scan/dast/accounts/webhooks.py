"""Webhooks of `auth.yaml`, and the headers that make a message of one genuine. Called by `reading` and by checks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

import orjson

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.scan.dast.interface import Webhook

SCHEMES: Final[dict[str, dict[str, str]]] = {
    "hmac": {},
    "github": {"header": "x-hub-signature-256", "written": "sha256={hex}"},
    "stripe": {
        "header": "stripe-signature",
        "signed": "{timestamp}.{body}",
        "written": "t={timestamp},v1={hex}",
    },
    "slack": {
        "header": "x-slack-signature",
        "signed": "v0:{timestamp}:{body}",
        "written": "v0={hex}",
        "timestamp_header": "x-slack-request-timestamp",
    },
    "standard": {
        "header": "webhook-signature",
        "signed": "{id}.{timestamp}.{body}",
        "written": "v1,{base64}",
        "timestamp_header": "webhook-timestamp",
        "id_header": "webhook-id",
    },
    "token": {"algorithm": "", "written": "{secret}"},
}
"""By what senders document of theirs; `standard` is standardwebhooks.com, `token` a header with the secret itself."""

ALGORITHMS: Final = ("sha1", "sha256", "sha384", "sha512")

_STANDARD_PREFIX: Final = "whsec_"
"""Before a secret of Standard Webhooks that is written in base64."""


def read_webhook(fields: Fields, secret: str) -> Webhook:
    """One entry of `webhooks`; a scheme gives what the entry leaves out."""
    scheme = fields.text("scheme", "hmac")
    if scheme not in SCHEMES:
        raise InputError(f"{scheme!r} is no scheme", where=fields.where("scheme"), remedy=did_you_mean(scheme, SCHEMES))
    usual = SCHEMES[scheme]
    if scheme == "standard":
        _check_secret(secret, fields)
    headers = fields.section("headers")
    webhook = Webhook(
        path=fields.text("path"),
        secret=secret,
        header=fields.text("header", usual.get("header")).lower(),
        algorithm=_algorithm(fields, usual.get("algorithm", "sha256")),
        signed=fields.text("signed", usual.get("signed", "{body}")),
        written=fields.text("written", usual.get("written", "{hex}")),
        timestamp_header=(fields.optional_text("timestamp_header") or usual.get("timestamp_header", "")).lower(),
        id_header=(fields.optional_text("id_header") or usual.get("id_header", "")).lower(),
        payload=_payload(fields),
        content_type=fields.text("content_type", "application/json"),
        headers=tuple((name.lower(), headers.text(name)) for name in headers.names()),
    )
    fields.done()
    return webhook


def signed_headers(
    webhook: Webhook, body: bytes, *, at: int, message: str = "", secret: str = ""
) -> tuple[tuple[str, str], ...]:
    """The headers of a message sent at `at` (seconds of Unix) under the id `message`; `secret` instead of its own."""
    key = secret or webhook.secret
    places = {"timestamp": str(at), "id": message, "secret": key}
    if webhook.algorithm:
        digest = hmac.new(_key(webhook, key), _signed(webhook, body, places), webhook.algorithm).digest()
        places |= {"hex": digest.hex(), "base64": base64.b64encode(digest).decode()}
    named = [(webhook.header, _filled(webhook.written, places)), ("content-type", webhook.content_type)]
    named += [(webhook.timestamp_header, str(at))] if webhook.timestamp_header else []
    named += [(webhook.id_header, message)] if webhook.id_header else []
    return (*webhook.headers, *named)


def _signed(webhook: Webhook, body: bytes, places: dict[str, str]) -> bytes:
    before, _, after = webhook.signed.partition("{body}")
    return _filled(before, places).encode() + body + _filled(after, places).encode()


def _filled(form: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        form = form.replace(f"{{{name}}}", value)
    return form


def _key(webhook: Webhook, secret: str) -> bytes:
    is_base64 = webhook.id_header and secret.startswith(_STANDARD_PREFIX)
    return base64.b64decode(secret.removeprefix(_STANDARD_PREFIX)) if is_base64 else secret.encode()


def _check_secret(secret: str, fields: Fields) -> None:
    """What of Standard Webhooks says to be base64 is."""
    if secret.startswith(_STANDARD_PREFIX):
        try:
            base64.b64decode(secret.removeprefix(_STANDARD_PREFIX), validate=True)
        except ValueError as error:
            raise InputError("the secret is not whole as base64", where=fields.where("secret")) from error


def _algorithm(fields: Fields, usual: str) -> str:
    algorithm = fields.optional_text("algorithm") or usual
    if algorithm and (algorithm not in ALGORITHMS or algorithm not in hashlib.algorithms_available):
        remedy = did_you_mean(algorithm, ALGORITHMS)
        raise InputError(f"{algorithm!r} is no algorithm", where=fields.where("algorithm"), remedy=remedy)
    return algorithm


def _payload(fields: Fields) -> bytes:
    """Text as it is, anything else as JSON."""
    payload = fields.raw("payload")
    if payload is None:
        raise InputError(
            f"{fields.path}.payload is missing", where=fields.where(), remedy="give an example that is taken"
        )
    return payload.encode() if isinstance(payload, str) else orjson.dumps(payload)
