"""What a handler gives back, judged by its code alone once it has returned."""

from __future__ import annotations

import pytest

from setpoint_agent.catalogue import CROSS_SITE_SCRIPTING
from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.inside import module_of
from setpoint_agent.reading.returned import clearance_of_returned
from setpoint_agent.request import QUERY, Value
from setpoint_agent.sinks.interface import Sink

PAGE = Sink(CROSS_SITE_SCRIPTING, "response body", "html")
COLOURS = {"blue": "bluish"}


def as_it_is(name: str) -> str:
    return f"<p>{name}</p>"


def by_parts(name: str) -> str:
    lines = ["<p>"]
    lines.append(name)
    return "".join(lines)


def put_into_a_response(name: str, response: object) -> object:
    response.text = f"<p>{name}</p>"  # type: ignore[attr-defined]  # any framework's
    return response


def listed(name: str) -> str:
    if name not in {"blue", "green"}:
        return ""
    return f"<p>{name}</p>"


def looked_up(name: str) -> str:
    return f"<p>{COLOURS.get(name, 'none')}</p>"


def converted(name: str) -> str:
    return f"<p>{int(name)}</p>"


def partly_cleaned(name: str) -> str:
    return f"<p>{name.replace('<', '')}</p>"


def constant(name: str) -> str:
    colour = "blue"
    return f"<p>{colour}</p>"


def match(found: str = "blue") -> Match:
    return Match(Value(QUERY, "name", found), 3, 3 + len(found), found, ("whole",), 0.7)


@pytest.mark.parametrize("view", [as_it_is, by_parts, put_into_a_response])
def test_nothing_speaks_against_it(view: object) -> None:
    assert clearance_of_returned(view.__code__, match(), "<p>blue</p>", PAGE) is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("view", [listed, looked_up, converted, partly_cleaned, constant])
def test_safe(view: object) -> None:
    cleared = clearance_of_returned(view.__code__, match(), "<p>blue</p>", PAGE)  # type: ignore[attr-defined]
    assert cleared is not None
    assert cleared.certain


def test_without_source_nothing_is_said() -> None:
    space: dict[str, object] = {}
    exec("def view(name): return name", space)
    code = space["view"].__code__  # type: ignore[attr-defined]
    assert clearance_of_returned(code, match(), "<p>blue</p>", PAGE) is None
    assert module_of(code) is None


def test_the_module_of_a_function() -> None:
    space = module_of(as_it_is.__code__)
    assert space is not None
    assert space["COLOURS"] is COLOURS
