"""A request without a server: what sinks meet is examined as if a view had called them.

Its values come from fixtures: a literal inside of a test would be a constant of the code, which is no input.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from setpoint_agent.request import QUERY, Request, Value, current
from setpoint_agent.sources.answers import tell_head


@contextmanager
def request_of(*texts: str) -> Iterator[Request]:
    """Within: a request with these values in its query."""
    request = Request("GET", "/page")
    request.route = "/page"
    request.began = perf_counter()
    request.add_source(lambda: [Value(QUERY, f"q{number}", text) for number, text in enumerate(texts)])
    token = current.set(request)
    try:
        yield request
        tell_head(request, 0, [])
    finally:
        current.reset(token)
