"""Whether a target bears a scan: it must not get slower, fail more often, or fall silent because of it.

Payloads provoke errors, and some operations are slow by nature. So numbers only raise a suspicion; what decides is
whether a request that went well at the beginning still does (`sender`).
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from setpoint.model.dast import Exchange

WINDOW: Final = 20
"""Requests that are looked at: the first ones say how the target was, the latest how it is."""
SLOWER: Final = 5.0
"""Times the median of the first answers."""
SLOW: Final = 1.0
"""Seconds: what is answered sooner is never slow."""
MORE_ERRORS: Final = 0.4
"""Of the share of answers with a status of 5xx, above that of the first ones."""
REFUSED: Final = frozenset({403, 406, 429, 503})
"""What firewalls and limits answer to whoever asks too much, or for what looks like an attack."""
SILENT: Final = 5
"""Requests in a row without an answer."""


class Health:
    def __init__(self, patience: float) -> None:
        """`patience`: seconds that one request may take."""
        self._patience = patience
        self._first: list[Exchange] = []
        self._latest: deque[Exchange] = deque(maxlen=WINDOW)
        self._silent = 0

    def note(self, exchange: Exchange) -> None:
        if len(self._first) < WINDOW:
            self._first.append(exchange)
        self._latest.append(exchange)
        self._silent = self._silent + 1 if is_silent(exchange, self._patience) else 0

    def suspicion(self) -> str:
        """What speaks against going on; empty where nothing does."""
        if self._silent >= SILENT:
            return f"{self._silent} requests in a row had no answer in time"
        if len(self._latest) < WINDOW:
            return ""
        errors = _errors(self._latest)
        if errors > _errors(self._first) + MORE_ERRORS:
            return f"{errors:.0%} of the latest answers were server errors"
        if all(map(is_refused, self._latest)):
            return f"the latest {WINDOW} requests were refused, as by a firewall"
        if self.is_slow(list(self._latest)):
            return f"answers take {_seconds(self._latest):.1f} s, and took {_seconds(self._first):.2f} s at first"
        return ""

    def is_slow(self, exchanges: list[Exchange]) -> bool:
        """Against how it was at first."""
        return _seconds(exchanges) > max(SLOW, SLOWER * _seconds(self._first))

    def allay(self) -> None:
        """The suspicion was unfounded: it takes as many requests again to raise another."""
        self._latest.clear()
        self._silent = 0


def is_silent(exchange: Exchange, patience: float) -> bool:
    """Whether there is no answer, or one that drips on until the time is over."""
    answer = exchange.answer
    return answer is None or (not answer.is_whole and answer.seconds >= patience * 0.95)


def is_refused(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.answer.status in REFUSED


def is_error(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.answer.status >= 500


def _errors(exchanges: list[Exchange] | deque[Exchange]) -> float:
    return sum(map(is_error, exchanges)) / len(exchanges)


def _seconds(exchanges: list[Exchange] | deque[Exchange]) -> float:
    return median([each.answer.seconds for each in exchanges if each.answer is not None] or [0.0])
