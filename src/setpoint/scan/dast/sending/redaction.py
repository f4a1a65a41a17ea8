"""Exchanges without their secrets: whatever is written down or shown of a scan goes through here first.

Credentials are known by where they stand (headers, cookies, members and parameters by their names), and from then on
by their value, wherever it turns up again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import unquote_plus

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
_PAYLOAD: Final = re.compile(
    r"['\"`]\s*(?:or|and|\|\||&&|union|--|;|#|\))|<[a-z/!]|\{\{|\$\{|\$\(|<%|\.\./|\*\)\(|[;|&]\s*(?:id|echo|sleep|expr)\b",
    re.IGNORECASE,
)
"""What probes put together and people hardly choose: an ended text and a condition, markup, templates, commands."""
_OF_FORMS: Final = re.compile("csrf|xsrf", re.IGNORECASE)
"""In names of headers that pages give out anew, and accounts do not keep."""
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
            url=self._sent(sent.url.encode("utf-8", "surrogateescape")).decode("utf-8", "replace"),
            headers=tuple((name, self._header(name, value, sent.caller)) for name, value in sent.headers),
            body=self._sent(sent.body)[:most],
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
        made = "" if not caller or _OF_FORMS.search(name) or self._is_of_account(value) else "forged_"
        return f"${re.sub(r'[^A-Z0-9]+', '_', f'{made}{caller}_{name}'.upper()).strip('_')}"

    def _is_of_account(self, value: str) -> bool:
        """Whether a credential is one that accounts have; also where none is known."""
        known = set(self.also())
        return not known or any(pair.strip().endswith(each) for pair in value.split(";") for each in known if each)

    def _remember(self, value: str) -> None:
        if len(value) >= SHORTEST_SECRET and len(self._secrets) < MOST_SECRETS:
            self._secrets[value.encode("utf-8", "surrogateescape")] = None

    def _bytes(self, data: bytes) -> bytes:
        return _JWT.sub(HIDDEN.encode(), _NAMED.sub(_without_value, self._without_known(data)))

    def _sent(self, data: bytes) -> bytes:
        """Of a request: what a probe itself put in a password's place is no secret, and is what shows the fault."""
        known = [each for each in self.also() if each]

        def shown(pair: re.Match[bytes]) -> bytes:
            value = _as_meant(pair)
            is_payload = _PAYLOAD.search(value) is not None and not any(each in value for each in known)
            return pair[0] if is_payload else _without_value(pair)

        return _JWT.sub(HIDDEN.encode(), _NAMED.sub(shown, self._without_known(data)))

    def _without_known(self, data: bytes) -> bytes:
        for value in self.also():
            self._remember(value)
        for secret in self._secrets:
            if secret in data:
                data = data.replace(secret, HIDDEN.encode())
        return data


def is_secret_name(name: str) -> bool:
    """Whether what goes by this name is usually a credential."""
    return _SECRET_NAME.search(name) is not None


def _without_value(pair: re.Match[bytes]) -> bytes:
    name = (pair["member"] or pair["field"] or b"").decode("latin-1")
    return pair["head"] + HIDDEN.encode() if pair["value"] and is_secret_name(name) else pair[0]


def _as_meant(pair: re.Match[bytes]) -> str:
    """The value without the escapes of JSON, or of a form."""
    value = pair["value"].decode("utf-8", "replace")
    if pair["member"] is None:
        return unquote_plus(value)
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value
