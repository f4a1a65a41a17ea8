"""Keeps the sessions of a scan alive. The engine puts it between the workbench and the true sender."""

from __future__ import annotations

from urllib.parse import urlsplit

from setpoint.model.dast import Exchange, Sent
from setpoint.scan.dast.accounts.sessions import Sessions
from setpoint.scan.dast.interface import Sender


class RenewingSender:
    """A `Sender` that sends once more, with a new session, what failed because the session in force was over.

    What checks forge passes as it is.
    """

    def __init__(self, sender: Sender, sessions: Sessions) -> None:
        self._sender = sender
        self._sessions = sessions
        self._refusing: set[tuple[str, str]] = set()
        """Method and path of what answers 401 to a new session, too: of those it says nothing of the session."""

    def send(self, request: Sent) -> Exchange:
        exchange = self._sender.send(request)
        at = (request.method, urlsplit(request.url).path)
        if not request.caller or at in self._refusing or not self._sessions.ended(exchange):
            return exchange
        caller = next(each for each in self._sessions.callers if each.name == request.caller)
        again = self._sender.send(self._sessions.authorised(request, caller))
        if again.answer is not None and again.answer.status == 401:
            self._refusing.add(at)
        return again

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._sender.send_raw(data, seconds=seconds)
