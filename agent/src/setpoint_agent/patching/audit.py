"""Listens to what the interpreter itself announces (PEP 578), for dangerous calls that no wrapper can miss.

The hook is called for every event of the process and can't be taken away again: hence it is one dict lookup, and it
is only installed where the agent was started. https://docs.python.org/3/library/audit_events.html lists the events.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from setpoint_agent.quiet import quietly, quietly_by_name
from setpoint_agent.switch import switch

Listener = Callable[[tuple[Any, ...]], None]

_listeners: Final[dict[str, Listener]] = {}
_hook: Final = quietly_by_name(_listeners, switch)
_installed = False


def listen(event: str, listener: Listener) -> None:
    """Call `listener` with the arguments of each such event, whatever is listening already."""
    before = _listeners.get(event)
    _listeners[event] = listener if before is None else _both(quietly(before), quietly(listener))


def install() -> None:
    """Begin to listen; once for a process."""
    global _installed  # noqa: PLW0603 - the interpreter's hook is global as well
    if not _installed:
        _installed = True
        _hook.__cantrace__ = False  # type: ignore[attr-defined]  # each event looks for it, and longest if it is not there
        sys.addaudithook(_hook)


def _both(first: Listener, second: Listener) -> Listener:
    def both(arguments: tuple[Any, ...]) -> None:
        first(arguments)
        second(arguments)

    return both
