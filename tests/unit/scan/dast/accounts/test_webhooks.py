from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.scan.dast.accounts.webhooks import read_webhook, signed_headers
from setpoint.scan.dast.interface import Webhook

BODY = b'{"paid": true, "note": "{timestamp}"}'


def webhook(text: str, key: str = "k") -> Webhook:
    return read_webhook(Fields(parse_yaml(f"path: /h\npayload: x\n{text}".encode(), "auth.yaml")), key)


def digest(data: bytes, key: bytes = b"k", algorithm: str = "sha256") -> hmac.HMAC:
    return hmac.new(key, data, algorithm)


def test_each_scheme_signs_as_its_senders_do() -> None:
    key = base64.b64encode(b"raw key").decode()
    expected = {
        "github": ("x-hub-signature-256", f"sha256={digest(BODY).hexdigest()}"),
        "stripe": ("stripe-signature", f"t=7,v1={digest(b'7.' + BODY).hexdigest()}"),
        "slack": ("x-slack-signature", f"v0={digest(b'v0:7:' + BODY).hexdigest()}"),
    }
    for scheme, header in expected.items():
        assert header in signed_headers(webhook(f"scheme: {scheme}"), BODY, at=7)
    standard = signed_headers(webhook("scheme: standard", f"whsec_{key}"), BODY, at=7, message="m1")
    signature = base64.b64encode(digest(b"m1.7." + BODY, b"raw key").digest()).decode()
    assert {("webhook-signature", f"v1,{signature}"), ("webhook-id", "m1"), ("webhook-timestamp", "7")} <= set(standard)
    assert ("x-token", "k") in signed_headers(webhook("scheme: token\nheader: X-Token"), BODY, at=7)


def test_a_form_of_its_own() -> None:
    own = webhook("header: X-Sig\nalgorithm: sha512\nwritten: 'h={base64}'\nheaders: {X-Event: paid}")
    value = base64.b64encode(hmac.new(b"k", BODY, hashlib.sha512).digest()).decode()
    assert {("x-sig", f"h={value}"), ("x-event", "paid")} <= set(signed_headers(own, BODY, at=0))
    assert signed_headers(own, BODY, at=0) != signed_headers(own, BODY, at=0, secret="other")


@pytest.mark.parametrize("text", ["scheme: hmac", "header: X\nalgorithm: md4", "header: X\nsecrt: x"])
def test_what_is_wrong_is_told(text: str) -> None:
    with pytest.raises(InputError):
        webhook(text)


def test_a_standard_secret_that_is_no_base64_is_refused() -> None:
    with pytest.raises(InputError, match="base64"):
        webhook("scheme: standard", "whsec_%%%")
