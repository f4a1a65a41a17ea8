"""The one way out of a scan: implements `interface.Sender`. Made by `wiring.dast`."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from setpoint.model.dast import Exchange, Sent
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.interface import EndedEarlyError, Sender
from setpoint.scan.dast.sending.connection import Connection
from setpoint.scan.dast.sending.health import Health, is_error, is_refused
from setpoint.scan.dast.sending.limits import Limits
from setpoint.scan.dast.sending.pace import Pace, pause_asked_for
from setpoint.scan.dast.sending.redaction import Redactor
from setpoint.scan.dast.sending.target import CONNECT_SECONDS, Target, reached, target_of

T = TypeVar("T")

CONTROLS: Final = 3
"""Times that a request which went well at first is sent again before a scan ends for the target's sake."""


MOST_WAITING: Final = 600.0
"""Seconds of pauses that the target asks for, in all."""

_ONLY_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""What is asked once more after such a pause; of anything else the refusal may be just what a check waits for."""


class Record(Protocol):
    """Where exchanges are written down: `run_folder.RunFolder`."""

    def answered(self, request: Sent) -> Exchange | None:
        """What an earlier run of this scan was answered, once for each time that it asked."""

    def note_exchange(self, exchange: Exchange) -> None: ...


class PacedSender:
    """Not for several threads at once: one request goes out after the other."""

    def __init__(
        self,
        target: Target,
        limits: Limits,
        *,
        stop: threading.Event,
        record: Record,
        redactor: Redactor,
    ) -> None:
        """Any certificate will do: whether credentials may be given to the target, `distrust_of` says before."""
        self.requests = 0
        self._target = target
        self._limits = limits
        self._stop = stop
        self._beside: dict[str, Connection] = {}
        self._record = record
        self._redactor = redactor
        self._pace = Pace(limits.rate, stop)
        self._health = Health(limits.seconds)
        self._connection = Connection(target, limits, tls_context(verified=False))
        self._control: Sent | None = None
        self._was_let = False
        self._waited = 0.0
        self._until = time.monotonic() + limits.longest

    def close(self) -> None:
        for each in (self._connection, *self._beside.values()):
            each.close()

    def beside(self, origin: str) -> Sender:
        """For a host that logins are allowed to go to: verified, and counted like everything else."""
        return _Beside(self, origin)

    def send(self, request: Sent) -> Exchange:
        if not self._target.holds(request.url):
            return Exchange(request, None, "it would leave the target, and was not sent")
        known = self._record.answered(request)
        if known is not None:
            return known
        exchange = self._exchange(request)
        if self._is_to_wait(exchange) and request.method in _ONLY_READING:
            exchange = self._exchange(request)
        self._record.note_exchange(exchange)
        self._watch(exchange)
        return exchange

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._paced(lambda: self._connection.raw(data, seconds=seconds))

    def turn(self) -> None:
        """For a connection that a check makes by itself: it waits, and counts. Raises `EndedEarlyError`."""
        self._paced(lambda: None)

    def send_beside(self, origin: str, request: Sent) -> Exchange:
        """Neither written down nor taken for a sign of the target's health."""
        connection = self._connection_to(origin)
        exchange = self._paced(lambda: connection.exchange(request))
        self._redactor.learn(exchange)
        return exchange

    def raw_beside(self, origin: str, data: bytes, seconds: float) -> bytes:
        connection = self._connection_to(origin)
        return self._paced(lambda: connection.raw(data, seconds=seconds))

    def _connection_to(self, origin: str) -> Connection:
        if origin not in self._beside:
            self._beside[origin] = Connection(reached(target_of(origin)), self._limits, tls_context(verified=True))
        return self._beside[origin]

    def _exchange(self, request: Sent) -> Exchange:
        exchange = self._paced(lambda: self._connection.exchange(request))
        self._redactor.learn(exchange)
        return exchange

    def _paced(self, send: Callable[[], T]) -> T:
        """Counted, and no sooner than it may go. Raises `EndedEarlyError` where no more may."""
        self._may_go_on()
        self._pace.wait()
        self._may_go_on()
        self.requests += 1
        return send()

    def _is_to_wait(self, exchange: Exchange) -> bool:
        """Whether the target asks for a pause before the next request (RFC 9110, 10.2.3), which it then gets."""
        seconds = pause_asked_for(exchange)
        self._waited += seconds
        if self._waited > MOST_WAITING:
            raise EndedEarlyError(f"the target asked for more than {MOST_WAITING / 60:g} minutes of waiting (429)")
        self._pace.hold(seconds)
        return seconds > 0

    def _may_go_on(self) -> None:
        if self._stop.is_set():
            raise EndedEarlyError("it was stopped")
        if self.requests >= self._limits.budget:
            raise EndedEarlyError(f"the budget of {self._limits.budget:,} requests is spent")
        if time.monotonic() > self._until:
            raise EndedEarlyError(f"it took longer than {self._limits.longest / 3600:g} hours")

    def _watch(self, exchange: Exchange) -> None:
        """Raises `EndedEarlyError` where the target does not bear the scan."""
        self._health.note(exchange)
        if exchange.sent.method == "GET" and _is_well(exchange) and not self._was_let:
            self._was_let = is_success(exchange)
            if self._control is None or self._was_let:
                self._control = exchange.sent
        suspicion = self._health.suspicion()
        if not suspicion:
            return
        if not self._bears_control():
            raise EndedEarlyError(f"{suspicion}; the target does not bear more")
        self._health.allay()

    def _bears_control(self) -> bool:
        """Whether what went well at first still does, each time."""
        if self._control is None:
            return False
        again = [self._exchange(self._control) for _ in range(CONTROLS)]
        if self._was_let and any(map(is_refused, again)):
            return False
        return all(map(_is_well, again)) and not self._health.is_slow(again)


class _Beside:
    """The sender, for one other host."""

    def __init__(self, sender: PacedSender, origin: str) -> None:
        self._sender = sender
        self._origin = origin

    def send(self, request: Sent) -> Exchange:
        return self._sender.send_beside(self._origin, request)

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        return self._sender.raw_beside(self._origin, data, seconds)


def tls_context(*, verified: bool) -> ssl.SSLContext:
    """Without `verified` any certificate will do: what is wrong with it is what a check tells."""
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def distrust_of(target: Target, seconds: float = CONNECT_SECONDS) -> str:
    """Empty where its certificate is valid for its name, or where nobody can stand in between; else why not."""
    if target.scheme == "http" or target.is_loopback:
        return ""
    try:
        with (
            socket.create_connection((target.address, target.port), timeout=seconds) as connection,
            tls_context(verified=True).wrap_socket(connection, server_hostname=target.host),
        ):
            return ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except OSError as error:
        return getattr(error, "strerror", "") or str(error)


def _is_well(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.answer.is_whole and not is_error(exchange)
