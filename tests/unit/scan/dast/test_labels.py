"""Labels of pages and what stands beside them."""

from __future__ import annotations

import pytest

from setpoint.model.dast import Answer
from setpoint.scan.dast.labels import labelled, spelled
from setpoint.scan.dast.mail_addresses import addresses_in


def page(body: str) -> Answer:
    return Answer(200, (("content-type", "text/html"),), f"<html><body>{body}</body></html>".encode())


@pytest.mark.parametrize(
    "body",
    [
        "<p>Account tier: basic</p>",
        "<p>Account tier: <b>basic</b></p>",
        "<p><strong>Account tier:</strong> basic</p>",
        "<p>Name: Alice<br>Account tier: basic<br>Since: May</p>",
        "<h1>You</h1>\nName: Alice\n Account tier: basic\n<a href='/orders'>orders</a>",
        "<p>Account\ntier: basic</p>",
        "<ul><li>Account tier: basic</li></ul>",
        "<dl><dt>Name</dt><dd>Alice</dd><dt>Account tier</dt><dd>basic</dd></dl>",
        "<table><tr><th>Account tier</th><td>basic</td></tr></table>",
        "<table><tr><td>Account tier:</td><td>basic</td></tr></table>",
        "<div><label>Account tier</label> <span>basic</span></div>",
        "<div><div>Account tier</div><div>basic</div></div>",
    ],
)
def test_a_value_beside_its_label(body: str) -> None:
    assert labelled(page(body))["account", "tier"] == "basic"


@pytest.mark.parametrize(
    "body",
    [
        "<p>See https://shop.example/</p>",
        "<script>tier: 1</script>",
        "<label>Tier: <input name='tier' value='x'></label>",
        "<table><tr><th>Name</th><th>Price</th></tr></table>",
        "<p>It opens at 10:30</p>",
    ],
)
def test_what_is_no_label(body: str) -> None:
    assert labelled(page(body)) == {}


def test_what_is_no_page_has_no_labels() -> None:
    assert labelled(None) == {}
    assert labelled(Answer(200, (), b'{"tier": "basic"}')) == {}


def test_names_of_fields() -> None:
    assert spelled(("account", "tier")) == ("account_tier", "accountTier", "account-tier")
    assert spelled(("membership",)) == ("membership",)


def test_addresses_of_whom_a_page_is_about() -> None:
    body = "<p>Address: alice@shop.test</p><footer>Write to help@shop.test</footer><p>Address: 1 High Street</p>"
    assert list(addresses_in(page(body))) == ["alice@shop.test"]
    assert list(addresses_in(Answer(200, (), b'{"email": "alice@shop.test", "note": "bob@shop.test"}'))) == [
        "alice@shop.test"
    ]
    assert list(addresses_in(None)) == []
