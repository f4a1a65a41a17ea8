"""Whether texts that markupsafe escapes are noted just now.

A page of sixty values escapes sixty times, and noting each would be half of what the agent costs such a request. So
when page after page is of code whose pages were long looked at, and is passed over, markupsafe's own function is put
back. When one is due again, noting starts again, and the next page of that code is looked at. Nothing of this costs a
request that makes no page anything.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any, Final

from setpoint_agent.request import Request, current

ENOUGH: Final = 8
"""Pages passed over in a row, after which escapes are no longer noted."""


class Escaping:
    """What is in place of a function that its module looks up by name at each call.

    Threads need no lock for it: who asks whether a request's escapes are known compares when that began with when they
    were last noted from.
    """

    def __init__(self) -> None:
        self._since = 0.0
        """When noting last started, by `perf_counter`; infinite while nothing is noted."""
        self._passed_over = 0
        self._space: dict[str, Any] | None = None
        """Of the module; None: what is noted is noted always."""
        self._name = ""
        self._plain: object = None
        self._noting: object = None

    def take_turns(self, space: dict[str, Any], name: str, plain: object, noting: object) -> None:
        """From now on `noting` is in place of `plain` when it is wanted only. It is in place already."""
        self._name, self._plain, self._noting = name, plain, noting
        self._space = space

    def page_passed_over(self) -> None:
        """Nobody looks at a page."""
        self._passed_over += 1
        if self._passed_over == ENOUGH and self._space is not None:
            self._since = float("inf")
            self._space[self._name] = self._plain

    def knows(self, request: Request) -> bool:
        """Whether all that it escaped was noted; if not, that of the next ones will be."""
        self._passed_over = 0
        if self._since == float("inf"):
            self._start()
        return request.began >= self._since or request.noted_since == self._since

    def new_handler(self) -> None:
        """The request of this context is about to be answered by code that answered none before."""
        self._passed_over = 0
        request = current.get()
        if request is not None and self._since == float("inf"):
            self._start()
            request.noted_since = self._since

    def _start(self) -> None:
        if self._space is not None:
            self._space[self._name] = self._noting
        self._since = perf_counter()


escaping: Final = Escaping()
