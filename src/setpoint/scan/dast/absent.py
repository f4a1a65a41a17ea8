"""How a target answers for what it does not have, whatever its status says. Called by checks that look for files.

Some targets answer 200 with a page of apology, with their front page, or with whatever they were asked for: an answer
counts only where a name that nobody can know, in the same folder and of the same kind, is answered otherwise.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from setpoint.model.dast import Answer, Exchange, Sent
from setpoint.scan.dast.answers import likeness

LIKE: Final = 0.8
"""Likeness from which on two pages of apology are the same: they may differ by a name, a time, a number."""

_NO_ANSWER: Final = frozenset({429, 503})
"""Statuses of a target that did not look whether it is there."""


class Absences:
    """Asks once for each folder and kind of name."""

    def __init__(self, send: Callable[[Sent], Exchange]) -> None:
        self._send = send
        self._known: dict[tuple[str, ...], tuple[str, Answer | None]] = {}

    def is_like(self, exchange: Exchange) -> bool:
        """Whether the answer is what the target says of what is not there; also where that cannot be told."""
        if exchange.answer is None or not 200 <= exchange.answer.status < 300:
            return True
        asked, absent = self._absent(exchange.sent)
        if absent is None or absent.status in _NO_ANSWER:
            return True
        if not 200 <= absent.status < 300:
            return False
        # a page of apology may name what was asked for
        told = replace(absent, body=absent.body.replace(asked.encode(), _name(exchange.sent).encode()))
        same_kind = absent.header("content-type") == exchange.answer.header("content-type")
        return exchange.answer.body == told.body or (same_kind and likeness(exchange.answer, told) >= LIKE)

    def _absent(self, sent: Sent) -> tuple[str, Answer | None]:
        parts = urlsplit(sent.url)
        name = _name(sent)
        folder = parts.path[: len(parts.path) - len(name)]
        before, after = _kind(name)
        key = sent.method, folder, before, after
        if key not in self._known:
            other = before + secrets.token_hex(6) + after
            url = urlunsplit((parts.scheme, parts.netloc, folder + other, "", ""))
            self._known[key] = other, self._send(replace(sent, url=url)).answer
        return self._known[key]


def _kind(name: str) -> tuple[str, str]:
    """What stands around the word itself: the dot of a hidden name; its endings, and the slash of a folder."""
    bare = name.rstrip("/")
    endings = "".join(PurePosixPath(bare).suffixes[-2:])
    return "." if bare.startswith(".") else "", endings + name[len(bare) :]


def _name(sent: Sent) -> str:
    """The last step of its path, with the slash of a folder."""
    path = urlsplit(sent.url).path
    return path[path.rstrip("/").rfind("/") + 1 :]
