"""The wrapper that most sinks are watched by: within a request it looks at a call's arguments, before it is made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from setpoint_agent.examination import examine, usual
from setpoint_agent.patching.coroutines import as_coroutine_function
from setpoint_agent.patching.interface import Wrap
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.sinks.interface import Sink

Look = Callable[[Sequence[Any], Mapping[str, Any]], None]
"""(arguments, keywords) of a call within a request."""


def looking(look: Look) -> Wrap:
    """The wrapper of a function, method or coroutine function of which `look` sees each call within a request."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        quiet = quietly(look)  # only for libraries that are there: most are not

        def call(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None:
                quiet(arguments, keywords)
            return original(*arguments, **keywords)

        async def call_async(*arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None:
                quiet(arguments, keywords)
            return await original(*arguments, **keywords)

        return in_place_of(original, call_async if inspect.iscoroutinefunction(original) else call)

    return wrap


def examining(sink: Sink, position: int, keyword: str) -> Wrap:
    """The wrapper of a function whose argument at `position`, or named `keyword`, is what `sink` is about."""

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        examine(sink, argument(arguments, keywords, position, keyword))

    return looking(look)


def looking_at_unusual(sink: Sink, position: int, keyword: str, look: Look) -> Wrap:
    """The same as `looking`, for functions that libraries call all the time: with texts that are usual in that argument
    nothing else is done."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        quiet = quietly(look)

        def call(*arguments: Any, **keywords: Any) -> Any:
            request = current.get()
            if request is not None:
                given = arguments[position] if len(arguments) > position else keywords.get(keyword)
                if type(given) is not str or not usual.passes(sink.name, request.route or request.path, given):
                    quiet(arguments, keywords)
            return original(*arguments, **keywords)

        return as_coroutine_function(in_place_of(original, call), original)

    return wrap


def argument(arguments: Sequence[Any], keywords: Mapping[str, Any], position: int, keyword: str) -> Any:
    """What a call was given at `position` or as `keyword`; None where neither."""
    return arguments[position] if len(arguments) > position else keywords.get(keyword)
