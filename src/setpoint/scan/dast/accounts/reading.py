"""Reads `auth.yaml`: the accounts of a scan and how they log in. Called by wiring, before anything is sent.

No secret stands in the file: it names an environment variable or another file. Whoever wants one in it all the same
has to call it what it is, `insecure_literal`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.files import load_yaml
from setpoint.model.dast import Caller
from setpoint.scan.dast.accounts.login_reading import LoginReader, NamedLogin, origin_of
from setpoint.scan.dast.accounts.secrets import read_secret
from setpoint.scan.dast.accounts.settings import Account, AuthSettings
from setpoint.scan.dast.accounts.webhooks import read_webhook
from setpoint.scan.dast.interface import SpareToken, TokenKind


def read_auth(path: Path, base: str) -> AuthSettings:
    """For the target at `base`. Raises `InputError` with file:line for whatever the file says wrongly."""
    fields = Fields(load_yaml(path))
    folder = path.parent
    hosts = tuple(_origin(each, fields) for each in fields.texts("login_hosts"))
    reader = LoginReader(base, folder, {origin_of(base), *hosts})
    logins = fields.section("logins")
    flows = {name: reader.login(logins.section(name)) for name in logins.names()}
    accounts = _accounts(fields, flows, folder)
    callers = {each.caller.name: each.caller for each in accounts}
    settings = AuthSettings(
        accounts=accounts,
        login_hosts=hosts,
        tokens=tuple(_spare_token(each, callers, folder) for each in fields.sections("tokens")),
        webhooks=tuple(read_webhook(each, read_secret(each, "secret", folder)) for each in fields.sections("webhooks")),
        may_register=fields.flag("registration", default=False),
    )
    fields.done()
    return settings


def _accounts(fields: Fields, flows: Mapping[str, NamedLogin], folder: Path) -> tuple[Account, ...]:
    accounts: dict[str, Account] = {}
    for each in fields.sections("accounts"):
        account = _account(each, flows, folder)
        if account.caller.name in accounts:
            raise InputError(f"the account {account.caller.name!r} stands twice", where=each.where("name"))
        accounts[account.caller.name] = account
    return tuple(accounts.values())


def _account(fields: Fields, flows: Mapping[str, NamedLogin], folder: Path) -> Account:
    name = fields.text("login", next(iter(flows)) if len(flows) == 1 else None)
    if name not in flows:
        what = f"{fields.path} logs in by {name!r}, which is not among the logins"
        raise InputError(what, where=fields.where("login"), remedy=did_you_mean(name, flows))
    login = flows[name]
    account = Account(
        caller=Caller(
            fields.text("name"), fields.optional_text("role") or "", int(fields.number("rank", 0, most=1000))
        ),
        flow=login.flow,
        user=(fields.optional_text("user") or "") if login.takes_token else fields.text("user"),
        secret=read_secret(fields, "token" if login.takes_token else "password", folder),
        probe=login.probe,
    )
    fields.done()
    return account


def _spare_token(fields: Fields, callers: Mapping[str, Caller], folder: Path) -> SpareToken:
    name = fields.text("account")
    if name not in callers:
        what = f"{fields.path} is of the account {name!r}, which is not among the accounts"
        raise InputError(what, where=fields.where("account"), remedy=did_you_mean(name, callers))
    token = SpareToken(fields.choice("kind", TokenKind), callers[name], read_secret(fields, "token", folder))
    fields.done()
    return token


def _origin(url: str, fields: Fields) -> str:
    split = urlsplit(url)
    if split.scheme not in {"http", "https"} or not split.hostname or split.path.strip("/") or split.query:
        raise InputError(f"{url!r} is no scheme with a host", where=fields.where("login_hosts"))
    return origin_of(url)
