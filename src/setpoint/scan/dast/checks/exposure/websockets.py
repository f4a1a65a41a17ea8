"""WebSockets that pages of any origin may open in the name of the user who looks at them (RFC 6455, 10.2)."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Answer, Caller, Certainty, Exchange, Fault, PlannedRequest, Profile, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.exposure.asking import answer_of, carries_cookie, everybody, gets, marker_host
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

SECONDS: Final = 2.0
"""A handshake is answered at once; the connection stays open after it, and is closed by us."""

MAX_PATHS: Final = 5

GUESSES: Final = ("/ws", "/websocket", "/socket")
_WORDS: Final = frozenset({"ws", "wss", "websocket", "websockets", "socket"})
_OPENED: Final = re.compile(r"""new\s+WebSocket\s*\([^)]*?["'`](?:wss?://[^/"'`]*)?(/[^"'`?$]*)""")


class ForeignWebSockets:
    """WebSockets that pages of strangers may open."""

    name = "foreign-websockets"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE and bench.accounts.callers:
            yield PlannedRequest("GET *", self.name, bench.accounts.callers[0].name, 2 * MAX_PATHS)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if bench.profile is Profile.PASSIVE:
            return
        caller = next((each for each in bench.accounts.callers if _has_cookie(bench, each)), None)
        if caller is None:
            return  # what browsers do not send by themselves, a foreign page cannot use
        for path in _paths(bench):
            request = _handshake(bench, path)
            foreign = _answered(bench, bench.accounts.authorised(request, caller))
            if foreign.answer is None or foreign.answer.status != 101:
                continue
            anonymous = _answered(bench, request)
            if anonymous.answer is None or anonymous.answer.status != 101:
                yield _fault(path, caller, (foreign, anonymous))


def _has_cookie(bench: Workbench, caller: Caller) -> bool:
    return carries_cookie(bench.accounts.authorised(Sent("GET", bench.surface.base), caller))


def _paths(bench: Workbench) -> list[str]:
    """Known by name, or opened by a script of a page; below the base."""
    found = {each.path: None for each in gets(bench) if _WORDS & set(words_of(each.path)) and "{" not in each.path}
    for operation in gets(bench):
        for caller in everybody(bench):
            answer = answer_of(bench, operation, caller)
            if answer is not None and "WebSocket" in (text := answer.body.decode(errors="replace")):
                below = urlsplit(bench.surface.base).path
                found |= {path.removeprefix(below): None for path in _OPENED.findall(text)}
    return list(found or dict.fromkeys(GUESSES))[:MAX_PATHS]


def _handshake(bench: Workbench, path: str) -> Sent:
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    headers = (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
        ("Origin", f"https://{marker_host()}"),
    )
    return Sent("GET", bench.surface.base + path, headers)


def _answered(bench: Workbench, request: Sent) -> Exchange:
    """Over a connection of its own, since no client of HTTP goes on after an upgrade."""
    at = urlsplit(request.url)
    target = at.path + (f"?{at.query}" if at.query else "")
    lines = [f"GET {target} HTTP/1.1", f"Host: {at.netloc}", *(f"{name}: {value}" for name, value in request.headers)]
    received = bench.sender.send_raw("\r\n".join([*lines, "", ""]).encode(), seconds=SECONDS)
    status = re.match(rb"HTTP/1\.[01] (\d{3})", received)
    return Exchange(request, Answer(int(status[1]), (), b"") if status else None, "" if status else "no answer")


def _fault(path: str, caller: Caller, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind="websocket-origin-not-checked",
        cwe=1385,
        owasp="API8:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method="GET",
        path=path,
        part="header:Origin",
        caller=caller.name,
        message="A page of any origin may open this socket as the user who looks at it, and read and write in it;"
        " compare the header Origin of the handshake with a list",
        proof=proof,
        difference="the handshake of an account succeeds with the Origin of a stranger, and nobody's does not",
    )
