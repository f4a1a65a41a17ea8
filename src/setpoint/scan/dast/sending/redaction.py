"""Exchanges without their secrets: whatever is written down or shown of a scan goes through here first.

Credentials are known by where they stand (headers, cookies, members and parameters by their names), and from then on
by their value, wherever it turns up again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from setpoint.model.dast import Answer, Exchange, Fault

HIDDEN: Final = "***"

SHOWN_BYTES: Final = 4_000
"""Of each body in a finding's proof."""

SHORTEST_SECRET: Final = 8
"""Characters: shorter ones turn up everywhere by chance, and are known by their place alone."""
MOST_SECRETS: Final = 1_000
"""Kept in mind; a scan has a few for each account, and one for each login."""

_SECRET_NAME: Final = re.compile(
    r"pass(?:word|wd|phrase|wort)|kennwort|contrase|motdepasse|pwd|secret|token|api[_-]?key|authori[sz]ation$"
    r"|credential|session|private[_-]?key|signature|(?:^|[_-])(?:key|otp|pin|sid|auth|jwt)$|^x-.*-key$|^cookie$",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    rb"""
    (?P<head>
        "(?P<member>[\w.-]{1,64})"\s*:\s*"      # a member of JSON
      | (?P<field>(?<=[?&;\s])[\w.%-]{1,64}|^[\w.%-]{1,64})=  # a field of a form, or a parameter
    )
    (?P<value>(?(member)(?:[^"\\]|\\.)*|[^&\s]*))
    """,
    re.VERBOSE,
)
_JWT: Final = re.compile(rb"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+")
"""The three parts of a signed token (RFC 7519) give it away. It begins a word, so that each word is read but once."""
_COOKIE: Final = re.compile(r"^([^=;]+)=([^;]*)")


class Redactor:
    """Remembers the credentials that went out and came in."""

    def __init__(self) -> None:
        self._secrets: dict[bytes, None] = {}
        self.also: Callable[[], Iterable[str]] = lambda: ()
        """What others know to be secret: the scan's accounts."""

    def learn(self, exchange: Exchange) -> None:
        """What of it is a credential."""
        for name, value in exchange.sent.headers:
            if name.lower() == "cookie":
                for pair in value.split(";"):
                    self._remember(pair.partition("=")[2].strip())
            elif is_secret_name(name):
                self._remember(value.rpartition(" ")[2])
        if exchange.answer is not None:
            for name, value in exchange.answer.headers:
                if name == "set-cookie" and (cookie := _COOKIE.match(value)) and is_secret_name(cookie[1]):
                    self._remember(cookie[2])

    def text(self, text: str) -> str:
        return self._bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")

    def exchange(self, exchange: Exchange, most: int | None = None) -> Exchange:
        """Without secrets; with no more than `most` bytes of each body."""
        sent, answer = exchange.sent, exchange.answer
        shown = replace(
            sent,
            url=self.text(sent.url),
            headers=tuple((name, self._header(name, value, sent.caller)) for name, value in sent.headers),
            body=self._bytes(sent.body)[:most],
        )
        return replace(exchange, sent=shown, answer=answer and self._answer(answer, most))

    def fault(self, fault: Fault) -> Fault:
        """As it may be told: checks see to it that their words hold no secret, and this that none slips through."""
        return replace(
            fault,
            message=self.text(fault.message),
            difference=self.text(fault.difference),
            examples=tuple(map(self.text, fault.examples)),
            proof=tuple(self.exchange(each, SHOWN_BYTES) for each in fault.proof),
        )

    def _answer(self, answer: Answer, most: int | None) -> Answer:
        body = self._bytes(answer.body)
        headers = tuple((name, self._answered(name, value)) for name, value in answer.headers)
        is_whole = answer.is_whole and (most is None or len(body) <= most)
        return replace(answer, headers=headers, body=body[:most], is_whole=is_whole)

    def _answered(self, name: str, value: str) -> str:
        if name == "set-cookie":
            return _COOKIE.sub(lambda pair: f"{pair[1]}={HIDDEN}", value)
        return HIDDEN if is_secret_name(name) else self.text(value)

    def _header(self, name: str, value: str, caller: str) -> str:
        """A variable in its place, so that people can repeat the request with what they have."""
        if name.lower() != "cookie" and not is_secret_name(name):
            return self.text(value)
        return f"${re.sub(r'[^A-Z0-9]+', '_', f'{caller}_{name}'.upper()).strip('_')}"

    def _remember(self, value: str) -> None:
        if len(value) >= SHORTEST_SECRET and len(self._secrets) < MOST_SECRETS:
            self._secrets[value.encode("utf-8", "surrogateescape")] = None

    def _bytes(self, data: bytes) -> bytes:
        for value in self.also():
            self._remember(value)
        for secret in self._secrets:
            if secret in data:
                data = data.replace(secret, HIDDEN.encode())
        return _JWT.sub(HIDDEN.encode(), _NAMED.sub(_without_value, data))


def is_secret_name(name: str) -> bool:
    """Whether what goes by this name is usually a credential."""
    return _SECRET_NAME.search(name) is not None


def _without_value(pair: re.Match[bytes]) -> bytes:
    name = (pair["member"] or pair["field"] or b"").decode("latin-1")
    return pair["head"] + HIDDEN.encode() if pair["value"] and is_secret_name(name) else pair[0]
