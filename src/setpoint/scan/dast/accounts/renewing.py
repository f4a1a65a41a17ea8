"""Keeps the sessions of a scan alive. The engine puts it between the workbench and the true sender."""

from __future__ import annotations

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

    def send(self, request: Sent) -> Exchange:
        exchange = self._sender.send(request)
        if not request.caller or not self._sessions.ended(exchange):
            return exchange
        caller = next(each for each in self._sessions.callers if each.name == request.caller)
        return self._sender.send(self._sessions.authorised(request, caller))

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._sender.send_raw(data, seconds=seconds)
