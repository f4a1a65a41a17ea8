"""The wrappers of escapers and validators: what they gave back, or let through, is noted in the current request.

`examination` and the sinks ask for it (`Request.passages`), long after: here nothing is done but to keep the text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.examination import is_of_application
from setpoint_agent.patching.interface import Wrap
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import MOST_CHARACTERS, Request, current

SHORTEST: Final = 3
"""Characters of a result that is worth a note: no shorter value is looked for in a longer text."""

HOSTS_APART: Final = (
    "header", "html", "ldap", "log", "nosql", "path", "python", "regex", "shell", "sql", "template", "xpath"
)  # fmt: skip
"""What a value is safe for that has no character with a meaning anywhere, but may be the name of a host."""
EVERYWHERE: Final = (*HOSTS_APART, "url")
"""What a value is safe for that cannot even be that. (For the choice of a host, `url-host`, only a check of it is.)"""

Confirmed = Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]
"""What a check that came back with (result, arguments, keywords) has confirmed; None: nothing."""


def giving_back(*safe_for: str) -> Wrap:
    """The wrapper of an escaper: its result is safe for these."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            result = original(*arguments, **keywords)
            request = current.get()
            if request is not None:
                note(request, result, safe_for)
            return result

        return in_place_of(original, call)

    return wrap


def giving_back_to_application(*safe_for: str) -> Wrap:
    """The same for an escaper that libraries use for purposes of their own: only what the application asked for counts.

    A driver that quotes parameters, or a client that normalises an address, says nothing of the same text elsewhere.
    """

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            result = original(*arguments, **keywords)
            request = current.get()
            # A module's `__file__`, because asking a frame for its code is an event that audit hooks are told of.
            if request is not None and is_of_application(sys._getframe(1).f_globals.get("__file__") or ""):
                note(request, result, safe_for)
            return result

        return in_place_of(original, call)

    return wrap


def confirming(confirmed: Confirmed, *safe_for: str) -> Wrap:
    """The wrapper of a check: what it let through is safe for these."""

    @quietly
    def confirm(request: Request, result: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        note(request, confirmed(result, arguments, keywords), safe_for)

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            result = original(*arguments, **keywords)
            request = current.get()
            if request is not None:
                confirm(request, result, arguments, keywords)
            return result

        return in_place_of(original, call)

    return wrap


@quietly
def note(request: Request, result: Any, safe_for: Sequence[str]) -> None:
    """Keep what an escaper or a check gave back, if it is a text at all."""
    if isinstance(result, bytes):
        result = result[:MOST_CHARACTERS].decode("utf-8", "replace")
    if isinstance(result, str) and SHORTEST <= len(result) <= MOST_CHARACTERS:
        request.note_passage(result, *safe_for)
