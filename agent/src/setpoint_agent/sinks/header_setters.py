"""The wrappers of what sets headers of a response, for `sinks.headers`: cheap where nothing is to be seen.

Libraries set a few headers for every response, so the name and the value are asked first, and what packs and unpacks
no arguments is used where the wrapped function's own parameters allow it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from setpoint_agent.patching.interface import Wrap
from setpoint_agent.request import current
from setpoint_agent.sources.answers import UNREMARKABLE, USUAL_TYPES

LookAtOne = Callable[[Any, Any, Mapping[str, Any]], None]
"""(name, value, parameters)."""

_AS_FRAMEWORKS_SPELL: Final = frozenset(["Content-Length", "Date", "Last-Modified"])
"""Of those that are unremarkable, what is set for nearly every response."""


def setting_headers(look: LookAtOne) -> Wrap:
    """The wrapper of `headers.set(name, value, **parameters)`."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def setting(headers: Any, /, *arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None:
                name, value = _pair(arguments, keywords)
                if _is_unusual(name, value):
                    look(name, value, {key: given for key, given in keywords.items() if key not in {"name", "value"}})
            return original(headers, *arguments, **keywords)

        def setting_by_position(headers: Any, name: Any, value: Any, /, **parameters: Any) -> Any:
            if (
                current.get() is not None
                and not (type(name) is str and name in _AS_FRAMEWORKS_SPELL)  # nearly all are one of these two
                and not (type(value) is str and value in USUAL_TYPES)
                and _is_unusual(name, value)
            ):
                look(name, value, parameters)
            return original(headers, name, value, **parameters) if parameters else original(headers, name, value)

        return functools.update_wrapper(setting_by_position if _by_position(original) else setting, original)

    return wrap


def giving_headers(position: int, look: Callable[[Any], None]) -> Wrap:
    """The wrapper of a function that takes headers at `position`, or as `headers`."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def giving(*arguments: Any, **keywords: Any) -> Any:
            headers = arguments[position] if len(arguments) > position else keywords.get("headers")
            if headers is not None and current.get() is not None:
                look(headers)
            return original(*arguments, **keywords)

        def giving_nothing_else(response: Any, headers: Any = None) -> Any:
            if headers is not None and current.get() is not None:
                look(headers)
            return original(response, headers)

        alone = [*inspect.signature(original).parameters] == ["self", "headers"]
        return functools.update_wrapper(giving_nothing_else if alone else giving, original)

    return wrap


def _by_position(function: Callable[..., Any]) -> bool:
    """Whether it takes itself, name and value by position alone, as Werkzeug's do."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_posonlyargcount == 3


def _pair(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, Any]:
    """Name and value, however they are given."""
    name = arguments[0] if arguments else keywords.get("name")
    return name, (arguments[1] if len(arguments) > 1 else keywords.get("value"))


def _is_unusual(name: Any, value: Any) -> bool:
    if type(name) is not str or name.lower() in UNREMARKABLE:
        return False
    return type(value) is not str or value not in USUAL_TYPES
