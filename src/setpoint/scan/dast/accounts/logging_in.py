"""How an account logs in: each kind of flow as the exchanges that it takes, and what it gives. Called by `sessions`."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never
from urllib.parse import urlencode, urljoin, urlsplit

import orjson

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, BodyForm, Exchange, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.accounts.cookies import Credentials, kept, with_cookies
from setpoint.scan.dast.accounts.forms import filled, login_form
from setpoint.scan.dast.accounts.settings import (
    Account,
    Basic,
    Carried,
    FormLogin,
    Given,
    Grant,
    JsonLogin,
    OAuthLogin,
    Place,
    Success,
)
from setpoint.scan.dast.answers import is_success, json_of, leaves, page_of
from setpoint.scan.dast.requests import request_of

MAX_REDIRECTS: Final = 5
"""After a login: what single sign-on on one host takes; more is a loop."""

TOKEN_NAMES: Final = (
    "access_token", "accesstoken", "token", "jwt", "id_token", "idtoken", "auth_token", "authtoken", "bearer",
    "session_token", "sessiontoken", "session_id", "sessionid", "session", "api_key", "apikey", "key",
)  # fmt: skip
"""Names, in lower case, by which answers to logins give what has to be sent from then on; the likeliest first."""

TOKEN_HEADERS: Final = ("authorization", "x-auth-token", "x-access-token")

Send = Callable[[Sent], Exchange]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a login came to."""

    exchanges: tuple[Exchange, ...] = ()
    credentials: Credentials = field(default=(), repr=False)
    """Empty where it failed."""
    refresh_token: str = field(default="", repr=False)
    seconds: float = 0.0
    """For which they are good, as the answer says; 0 where it does not."""


def log_in(account: Account, send: Send, cookies: Mapping[str, str] | None = None) -> Outcome:
    """Raises what `send` raises."""
    flow = account.flow
    match flow:
        case Basic():
            return Outcome(credentials=(("header", "authorization", basic(account.user, account.secret)),))
        case Given():
            return Outcome(credentials=(carried_as(flow.carried, account.secret),))
        case FormLogin():
            return _Browser(send, dict(cookies or {})).form(flow, account)
        case JsonLogin():
            return _by_json(flow, account, send, cookies or {})
        case OAuthLogin():
            return _by_oauth(flow, account, send)
        case _:
            assert_never(flow)


def refreshed(account: Account, refresh_token: str, send: Send) -> Outcome:
    """A session renewed without the password; without credentials where that is not to be had."""
    flow = account.flow
    if isinstance(flow, JsonLogin) and flow.refresh and refresh_token:
        exchange = send(_json_request(flow.refresh.path, {flow.refresh.field: refresh_token}))
        return _given_by(exchange, flow, {})
    if isinstance(flow, OAuthLogin) and refresh_token:
        return _by_oauth(replace(flow, grant=Grant.REFRESH_TOKEN), replace(account, secret=refresh_token), send)
    return Outcome()


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def carried_as(carried: Carried, token: str) -> tuple[str, str, str]:
    return (
        carried.place.value,
        carried.name.lower() if carried.place is Place.HEADER else carried.name,
        carried.prefix + token,
    )


def _by_json(flow: JsonLogin, account: Account, send: Send, cookies: Mapping[str, str]) -> Outcome:
    also = {f"/{name}" if not name.startswith("/") else name: value for name, value in flow.also.items()}
    values: dict[str, Json] = {**also, flow.user_field: account.user, flow.password_field: account.secret}
    exchange = send(with_cookies(_json_request(flow.path, values), cookies))
    return _given_by(exchange, flow, cookies)


def _json_request(address: str, values: Mapping[str, Json]) -> Sent:
    parts = {Part(PartPlace.BODY, pointer): value for pointer, value in values.items()}
    return request_of("", Operation("POST", address, tuple(parts), BodyForm.JSON), parts)


def _given_by(exchange: Exchange, flow: JsonLogin, cookies: Mapping[str, str]) -> Outcome:
    answer = exchange.answer
    if answer is None or answer.status >= 400:
        return Outcome((exchange,))
    document = json_of(answer)
    token = _at(document, flow.token) if flow.token else _usual_token(document) or _token_header(answer)
    jar = kept(cookies, answer)
    credentials: Credentials = tuple(("cookie", name, value) for name, value in jar.items())
    if token:
        credentials = (*credentials, carried_as(flow.carried, token))
    elif flow.token or not jar:
        return Outcome((exchange,))
    refresh = _at(document, flow.refresh.token) if flow.refresh else ""
    return Outcome((exchange,), credentials, refresh, _lifetime(document))


def _by_oauth(flow: OAuthLogin, account: Account, send: Send) -> Outcome:
    also = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in flow.also.items()
    }
    grants = {
        Grant.PASSWORD: {"grant_type": "password", "username": account.user, "password": account.secret},
        Grant.CLIENT_CREDENTIALS: {"grant_type": "client_credentials"},
        Grant.REFRESH_TOKEN: {"grant_type": "refresh_token", "refresh_token": account.secret},
    }
    fields = {**also, **grants[flow.grant], **({"scope": flow.scope} if flow.scope else {})}
    is_client = flow.grant is Grant.CLIENT_CREDENTIALS
    client, secret = (account.user, account.secret) if is_client else (flow.client, flow.client_secret)
    headers = [("content-type", BodyForm.FORM.value), ("accept", "application/json")]
    if client and (flow.client_in_body or not secret):
        fields |= {"client_id": client, **({"client_secret": secret} if secret else {})}
    elif client:
        headers.append(("authorization", basic(client, secret)))
    exchange = send(Sent("POST", flow.token_url, tuple(headers), urlencode(fields).encode()))
    document = json_of(exchange.answer) if is_success(exchange) and exchange.answer else None
    token = _at(document, "/access_token")
    if not token:
        return Outcome((exchange,))
    return Outcome(
        (exchange,), (carried_as(flow.carried, token),), _at(document, "/refresh_token"), _lifetime(document)
    )


def _at(document: Json, pointer: str) -> str:
    return next((str(value) for at, value in leaves(document) if at == pointer and value not in {None, ""}), "")


def _usual_token(document: Json) -> str:
    named = {at.rpartition("/")[2].replace("-", "_").lower(): value for at, value in leaves(document)}
    found = (named.get(name) for name in TOKEN_NAMES)
    return next((value for value in found if isinstance(value, str) and value), "")


def _token_header(answer: Answer) -> str:
    found = (answer.header(name) for name in TOKEN_HEADERS)
    return next((value.removeprefix("Bearer ") for value in found if value), "")


def _lifetime(document: Json) -> float:
    text = _at(document, "/expires_in")
    return float(text) if text.isdecimal() and len(text) < 10 else 0.0


class _Browser:
    """Follows a login through pages, and keeps the cookies on the way."""

    def __init__(self, send: Send, cookies: dict[str, str]) -> None:
        self._send = send
        self._cookies = cookies
        self._exchanges: list[Exchange] = []

    def form(self, flow: FormLogin, account: Account) -> Outcome:
        page = self._follow(Sent("GET", flow.page))
        form = login_form(page_of(page.answer)) if page.answer else None
        if form is None:
            return Outcome(tuple(self._exchanges))
        values = {
            str(name): value if isinstance(value, str) else orjson.dumps(value).decode()
            for name, value in flow.also.items()
        }
        names = (flow.user_field, flow.password_field)
        last = self._follow(filled(form, page.sent.url, names, (account.user, account.secret), values))
        answered = self._exchanges[self._exchanges.index(page) + 1]
        is_in = _worked(flow.success, answered, last, self._cookies)
        credentials = tuple(("cookie", name, value) for name, value in self._cookies.items())
        return Outcome(tuple(self._exchanges), credentials if is_in else ())

    def _follow(self, request: Sent) -> Exchange:
        exchange = self._sent(request)
        for _ in range(MAX_REDIRECTS):
            answer = exchange.answer
            target = answer.header("location") if answer and 300 <= answer.status < 400 else ""
            address = urljoin(exchange.sent.url, target)
            if not target or _origin(address) != _origin(request.url):
                break
            exchange = self._sent(Sent("GET", address.partition("#")[0]))
        return exchange

    def _sent(self, request: Sent) -> Exchange:
        exchange = self._send(with_cookies(request, self._cookies))
        if exchange.answer:
            self._cookies = kept(self._cookies, exchange.answer)
        self._exchanges.append(exchange)
        return exchange


def _origin(url: str) -> tuple[str, str]:
    split = urlsplit(url)
    return split.scheme, split.netloc


def _worked(success: Success, answered: Exchange, last: Exchange, cookies: Mapping[str, str]) -> bool:
    """By what the operator says of it; else where the way ends on a page without a field for a password.

    A cookie that was there before the login is a sign only with that: a session may be kept over it, wrongly.
    """
    answer = answered.answer
    if answer is None or last.answer is None:
        return False
    page = page_of(last.answer)
    is_past_form = last.answer.status < 400 and (page is None or login_form(page) is None)
    if success == Success():
        return is_past_form
    told: list[bool] = []
    if success.status:
        told.append(answer.status == success.status)
    if success.redirect:
        place = urlsplit(urljoin(answered.sent.url, answer.header("location"))).path
        told.append(bool(answer.header("location")) and place.startswith(success.redirect))
    if success.cookie:
        begins = f"{success.cookie}="
        is_given = any(value.startswith(begins) for name, value in answer.headers if name == "set-cookie")
        told.append(is_given or (success.cookie in cookies and is_past_form))
    return all(told)
