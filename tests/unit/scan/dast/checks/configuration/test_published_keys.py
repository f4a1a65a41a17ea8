from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import ACCOUNTS, app_of, for_anna, get, kinds, page, text

from setpoint.scan.dast.checks.configuration.published_keys import PublishedKeys

RANDOM = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7"
SECRETS = {
    "AWS": f"aws_secret_access_key: '{RANDOM}9'",
    "GitHub": f"token = 'ghp_{RANDOM}'",
    "Stripe": f"stripe('sk_live_{RANDOM}')",
    "private key": f"-----BEGIN PRIVATE KEY-----\\n{RANDOM}9Z",
    "password": "connect('postgres://shop:h7Tq-9wZ4@db.inside/shop')",
}


@pytest.mark.parametrize("issuer", SECRETS)
def test_a_key_in_a_script_of_the_site(found: Any, issuer: str) -> None:
    app = app_of({"/": page('<script src="/app.js"></script>'), "/app.js": text(SECRETS[issuer], "text/javascript")})
    (fault,) = found(PublishedKeys(), app, get("/"))
    assert kinds([fault]) == [("published-key", "/app.js", "body:")]
    assert issuer in fault.message
    assert RANDOM[:8] not in str(fault)


def test_a_key_in_a_page_is_told_once(found: Any) -> None:
    shown = page(f"<script>{SECRETS['GitHub']}</script>")
    assert kinds(found(PublishedKeys(), app_of({"/": shown, "/b": shown}), get("/"), get("/b"))) == [
        ("published-key", "/", "body:")
    ]


@pytest.mark.parametrize(
    "content",
    [
        f"Stripe('pk_live_{RANDOM}')",
        "const key = 'sk_live_xxxxxxxxxxxxxxxxxxxxxxxx'",
        f"firebase({{apiKey: 'AIza{RANDOM[:35]}'}})",
        "fetch('https://api.example/v1')",
        f"integrity='sha384-{RANDOM}'",
        "postgres://user:${password}@host/db and redis://user:****@host",
        "postgres://shop:password@db.shop/orders",
        "git clone https://your-name:your-token@git.shop.example/",
    ],
)
def test_what_is_made_to_be_public_or_stands_for_a_key(found: Any, content: str) -> None:
    assert not found(PublishedKeys(), app_of({"/": page(f"<script>{content}</script>")}), get("/"))


def test_what_an_account_alone_is_shown(found: Any) -> None:
    app = app_of({"/": for_anna(page(SECRETS["GitHub"]))})
    assert not found(PublishedKeys(), app, get("/"), accounts=ACCOUNTS)
