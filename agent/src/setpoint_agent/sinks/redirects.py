"""Redirects that a framework makes by itself, of what the application's class tells it: Django's `RedirectView`.

No function of the application is running when the address is made, and none may be at all: what is looked at is the
answer, before it goes on. Redirects that the application makes are headers like any other (`sinks.headers`).

Addresses joined to a base (`urljoin`) look safe behind its host, for redirects and calls to others alike, but an
address of its own, or one without a scheme, would have taken the base's place: hence they are noted as they are made.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, Final

from setpoint_agent.examination import examine, is_of_application
from setpoint_agent.patching.interface import Patch
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.headers import REDIRECT
from setpoint_agent.sinks.wrapping import argument, looking

LOCATION: Final = "Location"
MOST_JOINED: Final = 64
"""Addresses that one request joined."""


def _answering(original: Callable[..., Any]) -> Callable[..., Any]:
    """`RedirectView.get(request, …)`."""

    def get(self: Any, *arguments: Any, **keywords: Any) -> Any:
        response = original(self, *arguments, **keywords)
        if current.get() is not None:
            _look_at(self, response)
        return response

    return in_place_of(original, get)


@quietly
def _look_at(view: Any, response: Any) -> None:
    """Where the application itself says whither, that function is the one to be read."""
    request = current.get()
    says = getattr(type(view), "get_redirect_url", None)
    if request is not None and isinstance(says, FunctionType) and is_of_application(says.__code__.co_filename):
        request.handler = says.__code__
    if response.has_header(LOCATION):
        examine(REDIRECT, response[LOCATION], frames=())


def _made_for_a_view(original: Callable[..., None]) -> Callable[..., None]:
    """`RedirectResponse(url)` of what a view gives back where it is declared as `response_class`."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        request = current.get()
        if request is not None and request.handler is not None and application_caller() is None:
            examine(REDIRECT, str(argument(arguments, keywords, 1, "url")), frames=())

    return looking(look)(original)


def _joining(original: Callable[..., Any]) -> Callable[..., Any]:
    """`urljoin(base, url)`; libraries that follow redirects join addresses for themselves."""

    def urljoin(base: Any, url: Any, allow_fragments: Any = True) -> Any:  # noqa: FBT002 - as it is declared
        address = original(base, url, allow_fragments)
        request = current.get()
        if request is not None and is_of_application(sys._getframe(1).f_globals.get("__file__") or ""):
            _note_joined(request, address, url)
        return address

    return functools.update_wrapper(urljoin, original)


@quietly
def _note_joined(request: Request, address: Any, joined: Any) -> None:
    if isinstance(address, str) and address.endswith(joined) and len(request.joined) < MOST_JOINED:
        request.joined.append((address, len(address) - len(joined)))


PATCHES: Final = (
    Patch("django.views.generic.base", "RedirectView.get", _answering),
    Patch("starlette.responses", "RedirectResponse.__init__", _made_for_a_view),
    Patch("urllib.parse", "urljoin", _joining),
)
