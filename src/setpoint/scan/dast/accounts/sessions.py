"""The accounts of a scan with their sessions: made when first needed, renewed when they end. Made by wiring."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Sent
from setpoint.scan.dast.accounts.cookies import Credentials, telling, with_credentials
from setpoint.scan.dast.accounts.logging_in import Outcome, log_in, refreshed
from setpoint.scan.dast.accounts.settings import AuthSettings, Basic, FormLogin, Given, JsonLogin
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.interface import Login, Sender, SpareToken, Webhook

MAX_LOGINS: Final = 25
"""Of one account in a scan, to renew its session: a target that ends it more often is told, and left."""

AHEAD: Final = 10.0
"""Seconds before its end that a session is renewed: as long as the slowest request takes."""


@dataclass(frozen=True, slots=True)
class _Session:
    credentials: Credentials = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    ends_at: float = 0.0
    """By the monotonic clock; 0 where nothing tells."""
    greetings: tuple[Answer, ...] = field(default=(), repr=False)
    """How the target answered when it was made."""


class Sessions:
    """The `Accounts` of a scan."""

    def __init__(
        self,
        settings: AuthSettings,
        base: str,
        sender: Sender,
        *,
        elsewhere: Callable[[str], Sender] | None = None,
        told: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """`elsewhere` gives the sender for one of `settings.login_hosts`, with the same budget."""
        self._settings = settings
        self._base = base
        self._sender = sender
        self._elsewhere = elsewhere
        self._told = told
        self._accounts = {each.caller: each for each in settings.accounts}
        self._sessions: dict[Caller, _Session] = {}
        self._logins: dict[Caller, int] = {}
        self._secrets = {each.secret for each in settings.accounts if each.secret}
        self._secrets |= {each.value for each in settings.tokens} | {each.secret for each in settings.webhooks}

    def __repr__(self) -> str:
        return f"Sessions({', '.join(each.name for each in self._accounts)})"

    @property
    def callers(self) -> Sequence[Caller]:
        return sorted(self._accounts, key=lambda each: each.rank)

    @property
    def tokens(self) -> Sequence[SpareToken]:
        return self._settings.tokens

    @property
    def webhooks(self) -> Sequence[Webhook]:
        return self._settings.webhooks

    @property
    def may_register(self) -> bool:
        return self._settings.may_register

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(self._secrets)

    @property
    def login_fields(self) -> Sequence[str]:
        for account in self._accounts.values():
            if isinstance(account.flow, JsonLogin | FormLogin) and account.flow.user_field:
                names = (account.flow.user_field, account.flow.password_field or "password")
                return tuple(f"/{each.removeprefix('/')}" for each in names)
        return ()

    def user(self, caller: Caller) -> str:
        account = self._accounts.get(caller)
        return account.user if account else ""

    def greetings(self, caller: Caller) -> Sequence[Answer]:
        return self._session(caller).greetings if caller in self._accounts else ()

    def authorised(self, request: Sent, caller: Caller) -> Sent:
        if caller == ANONYMOUS or caller not in self._accounts:
            return request
        return with_credentials(request, self._session(caller).credentials, caller.name)

    def token(self, caller: Caller) -> str:
        if caller not in self._accounts:
            return ""
        credentials = self._session(caller).credentials
        if isinstance(self._accounts[caller].flow, Basic) or not credentials:
            return ""
        return telling(credentials)

    def renew(self, caller: Caller) -> None:
        if caller in self._accounts:
            self._renewed(caller)

    def login(
        self,
        caller: Caller,
        *,
        cookies: Mapping[str, str] | None = None,
        also: Mapping[str, Json] | None = None,
        user: str = "",
    ) -> Login | None:
        account = self._accounts.get(caller)
        if account is None or isinstance(account.flow, Basic | Given):
            return None
        flow = replace(account.flow, also={**account.flow.also, **(also or {})})
        outcome = self._noted(log_in(replace(account, flow=flow, user=user or account.user), self._send, cookies))
        return Login(outcome.exchanges, outcome.credentials)

    def attempt(self, caller: Caller, password: str, *, user: str = "") -> Login | None:
        account = self._accounts.get(caller)
        if account is None or isinstance(account.flow, Given):
            return None
        wrong = replace(account, secret=password, user=user or account.user)
        outcome = log_in(wrong, self._send)
        if not isinstance(account.flow, Basic):
            return Login(outcome.exchanges, outcome.credentials)
        if not account.probe:
            return None
        exchange = self._send(with_credentials(Sent("GET", account.probe), outcome.credentials, ""))
        return Login((exchange,), outcome.credentials if is_success(exchange) else ())

    def ended(self, exchange: Exchange) -> bool:
        """Whether the answer says that the session in force, which the request carried, is over, and it was renewed."""
        caller = next((each for each in self._sessions if each.name == exchange.sent.caller), None)
        if caller is None or exchange.answer is None or exchange.answer.status != 401:
            return False
        session, account = self._sessions[caller], self._accounts[caller]
        if isinstance(account.flow, Basic | Given) or not _carries(exchange.sent, session.credentials, caller.name):
            return False
        if account.probe and is_success(self._send(self.authorised(Sent("GET", account.probe), caller))):
            return False
        return self._logins.get(caller, 0) < MAX_LOGINS and bool(self._renewed(caller).credentials)

    def _session(self, caller: Caller) -> _Session:
        session = self._sessions.get(caller)
        if session is None:
            return self._renewed(caller)
        is_over = 0 < session.ends_at < time.monotonic() + AHEAD
        return self._renewed(caller) if is_over and self._logins.get(caller, 0) < MAX_LOGINS else session

    def _renewed(self, caller: Caller) -> _Session:
        account = self._accounts[caller]
        known = self._sessions.get(caller)
        outcome = refreshed(account, known.refresh_token, self._send) if known else Outcome()
        if not outcome.credentials:
            outcome = log_in(account, self._send)
        self._logins[caller] = self._logins.get(caller, 0) + 1
        if not outcome.credentials:
            self._told(f"{caller.name} cannot log in{_why(outcome)}")
        self._noted(outcome)
        # A session shorter than the reserve is renewed by its 401 alone: ahead of its end would be with every request.
        ends_at = time.monotonic() + outcome.seconds if outcome.seconds > 2 * AHEAD else 0.0
        refresh_token = outcome.refresh_token or (known.refresh_token if known else "")
        greetings = tuple(each.answer for each in outcome.exchanges if each.answer is not None)
        self._sessions[caller] = _Session(outcome.credentials, refresh_token, ends_at, greetings)
        return self._sessions[caller]

    def _noted(self, outcome: Outcome) -> Outcome:
        self._secrets |= {value for _, _, value in outcome.credentials}
        self._secrets |= {value.rpartition(" ")[2] for _, _, value in outcome.credentials}
        self._secrets |= {outcome.refresh_token} - {""}
        return outcome

    def _send(self, request: Sent) -> Exchange:
        origin, own = _origin(request.url), _origin(self._base)
        if origin == own or self._elsewhere is None:
            return self._sender.send(request)
        return self._elsewhere(origin).send(request)


def _carries(request: Sent, credentials: Credentials, caller: str) -> bool:
    """Whether exactly these are in it: putting them in changes nothing."""
    again = with_credentials(request, credentials, caller)
    return again.url == request.url and sorted(again.headers) == sorted(request.headers)


def _why(outcome: Outcome) -> str:
    last = outcome.exchanges[-1] if outcome.exchanges else None
    if last is None:
        return ""
    return f": {last.failure}" if last.answer is None else f": the last answer had status {last.answer.status}"


def _origin(url: str) -> str:
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}".lower()
