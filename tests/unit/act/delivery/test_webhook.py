"""What a webhook says, and which URLs and keys it takes. How it speaks is tested on loopback, in `integration`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.act.delivery.webhook import LARGEST_BODY, Webhook, _body, signature
from setpoint.act.delivery.wording import Text
from setpoint.act.interface import Alert, Message
from setpoint.errors import InputError
from setpoint.model.policy import Severity

MakeAlert = Callable[..., Alert]
KEY = "k" * 32
TEXT = Text("title", "text")


def test_signatures_are_as_the_specification_says() -> None:
    """The example of *Standard Webhooks*, "Signature scheme"."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signed == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://hooks.example:8443/a?token=b",
        "http://127.0.0.1:80/",
        "http://[::1]/",
        "http://localhost/x",
    ],
)
def test_urls_that_will_do(url: str) -> None:
    Webhook(url, KEY, timeout=1, where="setpoint.yaml:3")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://hooks.example/T0KEN", "without TLS; use an https:// URL"),
        ("http://127.0.0.1.example/T0KEN", "without TLS"),
        ("ftp://hooks.example/T0KEN", "not the URL of a webhook"),
        ("https:///T0KEN", "not the URL of a webhook"),
        ("T0KEN", "not the URL of a webhook"),
        ("https://[::1/T0KEN", "not a URL"),
        ("https://hooks.example:T0KEN/", "not a URL"),
        (f"https://{'a' * 64}.example/T0KEN", "not a URL"),
        ("https://T0KEN:x@hooks.example/", "a user name in it"),
        ("https://hooks.example/T0KEN x", "characters that a URL cannot have"),
        ("https://hooks.example/T0KEN\u00e9", "characters that a URL cannot have"),
    ],
)
def test_urls_that_will_not(url: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        Webhook(url, KEY, timeout=1, where="setpoint.yaml:3")
    assert caught.value.where == "setpoint.yaml:3"
    assert "T0KEN" not in caught.value.diagnostics()


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("short", "the key has 5 bytes; at least 24 are needed"),
        ("whsec_c2hvcnQ=", "the key has 5 bytes"),
        ("whsec_not base 64", "base 64 was expected"),
    ],
)
def test_keys_that_will_not_do(key: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        Webhook("https://hooks.example", key, timeout=1, where="setpoint.yaml:3")
    assert key not in caught.value.diagnostics()


def test_the_body_holds_text_for_people_and_facts_for_machines(make_alert: MakeAlert) -> None:
    alert = make_alert("na\u00efve \u202e", severity=Severity.CRITICAL)
    data = _body(Message("7-abc", (alert,), more=2), TEXT, "team-a")
    assert data.isascii()
    assert orjson.loads(data) == {
        "key": "7-abc",
        "title": "title",
        "text": "text",
        "more": 2,
        "alerts": [
            {
                "at": "2026-01-02T03:04:05+00:00",
                "severity": "critical",
                "kind": "drift",
                "subject": "aws:123456789012:eu-west-1:AWS::S3::Bucket:records",
                "service": "payments",
                "owner": "team-a",
                "title": "na\u00efve \u202e",
                "details": {"path": "PublicAccessBlockConfiguration"},
                "helps": "setpoint findings --service payments",
                "policies": ["exposure/bucket-public"],
            }
        ],
    }


hostile = st.text(st.sampled_from("a\u202e\U000e0041\x00"), min_size=1, max_size=2000)


@given(title=hostile, service=hostile, policy=hostile, details=st.dictionaries(hostile, hostile, max_size=3))
def test_the_body_is_bounded_and_loses_no_count(title: str, service: str, policy: str, details: dict[str, str]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    alert = Alert(at, Severity.LOW, 5 * title, None, 5 * service, 5 * title, details, title, (policy,) * 9)
    for listed in (1, 50):
        data = _body(Message("7-abc", (alert,) * listed, more=4), Text("t", "\U000e0041" * 10_000), 5 * service)
        assert len(data) <= LARGEST_BODY
        document = orjson.loads(data)
        assert len(document["alerts"]) + document["more"] == listed + 4
        assert document["alerts"]
