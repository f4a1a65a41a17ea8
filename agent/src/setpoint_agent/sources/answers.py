"""What an application answered, for the sinks that look at responses: status, headers, and the body of pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current

MOST_BODY: Final = 262_144
"""Octets of a page that are looked at."""

Headers = list[tuple[str, str]]


class Answer:
    """One response as it leaves the application."""

    __slots__ = ("body", "headers", "page", "status", "whole")
    body: bytearray | bytes

    def __init__(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        self.page = False
        self.whole = False
        """Its length is known before it is sent: nothing of the application makes it meanwhile."""
        for name, text in headers:
            lower = name.lower()
            if lower == "content-type":
                self.page = "html" in text.lower()
            elif lower == "content-length":
                self.whole = True
        self.body = bytearray() if self.page else b""
        """Of pages only; the first `MOST_BODY` octets."""

    def add(self, chunk: bytes) -> None:
        if self.page and len(self.body) < MOST_BODY:
            self.body += chunk[: MOST_BODY - len(self.body)]


NONE: Final = Answer(0, [])
"""What is known of one before its head is handed over."""

Listener = Callable[[Request, Answer], None]

_listeners: Final[list[Listener]] = []
_head_listeners: Final[list[Listener]] = []


def listen(listener: Listener) -> None:
    """Look at every page once it is whole, before its request ends."""
    _listeners.append(quietly(listener))


def listen_to_heads(listener: Listener) -> None:
    """Look at every head when it is handed over, within its request and on the stack of who does so.

    What is only to be done for some requests is noted with these (`Request.at_head`).
    """
    _head_listeners.append(quietly(listener))


def tell_head(request: Request, answer: Answer) -> None:
    """Of an answer of which the head was handed over just now."""
    for listener in _head_listeners:
        listener(request, answer)
    for at_head in request.at_head:
        at_head(request)


def tell(request: Request, answer: Answer) -> None:
    """Of an answer that is whole: within the request, whatever context its end comes in."""
    if not answer.page:
        return
    token = current.set(request)
    for listener in _listeners:
        listener(request, answer)
    current.reset(token)
