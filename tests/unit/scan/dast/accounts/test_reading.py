from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.dast import Caller
from setpoint.scan.dast.accounts.reading import read_auth
from setpoint.scan.dast.accounts.settings import Carried, FormLogin, Given, Grant, JsonLogin, OAuthLogin, Place
from setpoint.scan.dast.interface import TokenKind

BASE = "https://shop.example/v1"
WHOLE = """
login_hosts: [https://id.shop.example]
logins:
  shop:
    kind: json
    path: /login
    user_field: email
    token: /data/token
    refresh: {path: /refresh}
    probe: /me
  pages: {kind: form, page: /login, success: {cookie: sid}}
  key: {kind: api-key, in: query, name: key}
  machine:
    kind: oauth2
    token_url: https://id.shop.example/token
    grant: client-credentials
    scope: read
  given: {kind: bearer}
accounts:
  - {name: admin, role: admin, rank: 9, login: pages, user: admin, password: {environment: ADMIN_PASSWORD}}
  - {name: alice, role: customer, rank: 1, login: shop, user: alice@shop.example, password: {file: alice.txt}}
  - {name: robot, login: machine, user: robot, password: {environment: ADMIN_PASSWORD}}
  - {name: reader, login: key, token: {insecure_literal: public-key}}
  - {name: bob, login: given, token: {environment: BOB_TOKEN}}
tokens:
  - {kind: expired, account: alice, token: {environment: BOB_TOKEN}}
webhooks:
  - {path: /hooks/paid, scheme: github, secret: {environment: ADMIN_PASSWORD}, payload: {event: paid}}
registration: true
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADMIN_PASSWORD", "s3cr3t-of-admin")
    monkeypatch.setenv("BOB_TOKEN", "token-of-bob")
    (tmp_path / "alice.txt").write_text("password of alice\n")
    return tmp_path


def auth(folder: Path, text: str) -> Path:
    path = folder / "auth.yaml"
    path.write_text(text)
    return path


def test_a_whole_file(folder: Path) -> None:
    settings = read_auth(auth(folder, WHOLE), BASE)
    by_name = {each.caller.name: each for each in settings.accounts}
    assert by_name["admin"].caller == Caller("admin", "admin", 9)
    assert by_name["admin"].secret == "s3cr3t-of-admin"
    assert isinstance(by_name["admin"].flow, FormLogin)
    shop = by_name["alice"].flow
    assert isinstance(shop, JsonLogin)
    assert (shop.path, shop.user_field, shop.token) == (f"{BASE}/login", "/email", "/data/token")
    assert by_name["alice"].probe == f"{BASE}/me"
    assert by_name["alice"].secret == "password of alice"
    machine = by_name["robot"].flow
    assert isinstance(machine, OAuthLogin)
    assert (machine.token_url, machine.grant) == ("https://id.shop.example/token", Grant.CLIENT_CREDENTIALS)
    assert by_name["reader"].flow == Given(Carried(Place.QUERY, "key", ""))
    assert by_name["bob"].flow == Given(Carried())
    assert [(each.kind, each.caller.name) for each in settings.tokens] == [(TokenKind.EXPIRED, "alice")]
    assert settings.webhooks[0].header == "x-hub-signature-256"
    assert settings.webhooks[0].payload == b'{"event":"paid"}'
    assert settings.may_register


def test_no_secret_is_shown(folder: Path) -> None:
    shown = repr(read_auth(auth(folder, WHOLE), BASE))
    assert not [
        each for each in ("s3cr3t-of-admin", "password of alice", "token-of-bob", "public-key") if each in shown
    ]


ONE = "logins: {shop: {kind: basic}}\naccounts:\n  - name: alice\n    user: alice\n    password: "


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (ONE + "hunter2\n", 5, "accounts[0].password stands in the file"),
        (ONE + "{environment: NOT_SET_HERE}\n", 5, "the environment variable NOT_SET_HERE is not set"),
        (ONE + "{environment: A, file: b}\n", 5, "has to name one source"),
        (ONE + "{}\n", 5, "has to name one source"),
        ("logins: {shop: {kind: jsn}}\n", 1, "logins.shop.kind is 'jsn'"),
        ("logins: {shop: {kind: json, path: 'https://evil.example/login'}}\n", 1, "which is not the target"),
        ("login_hosts: [shop.example]\n", 1, "is no scheme with a host"),
        ("logins: {a: {kind: basic}, b: {kind: basic}}\naccounts: [{name: alice}]\n", 2, "login is missing"),
        ("logins: {a: {kind: basic}}\naccounts: [{name: x, login: b}]\n", 2, "which is not among the logins"),
        ("tokens: [{account: alice, kind: expired}]\n", 1, "which is not among the accounts"),
        ("webhooks: [{path: /x, secret: {insecure_literal: a}, scheme: githb}]\n", 1, "'githb' is no scheme"),
        ("webhooks: [{path: /x, secret: {insecure_literal: a}, scheme: github}]\n", 1, "payload is missing"),
        ("acounts: []\n", 1, "unknown key 'acounts'"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(folder: Path, text: str, line: int, what: str) -> None:
    path = auth(folder, text)
    with pytest.raises(InputError) as caught:
        read_auth(path, BASE)
    assert what in caught.value.what
    assert caught.value.where == f"{path}:{line}"
    assert "hunter2" not in str(caught.value)


def test_a_secret_in_the_file_has_to_be_called_what_it_is(folder: Path) -> None:
    settings = read_auth(auth(folder, ONE + "{insecure_literal: hunter2}\n"), BASE)
    assert settings.accounts[0].secret == "hunter2"


def test_accounts_that_stand_twice_are_refused(folder: Path) -> None:
    each = "  - {name: alice, user: a, password: {insecure_literal: b}}\n"
    with pytest.raises(InputError, match="stands twice"):
        read_auth(auth(folder, f"logins: {{a: {{kind: basic}}}}\naccounts:\n{each}{each}"), BASE)
