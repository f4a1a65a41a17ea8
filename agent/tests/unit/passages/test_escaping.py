"""Escapes are noted while somebody may want to know of them, and a request says whether all of its own were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import pytest

from setpoint_agent.passages.escaping import ENOUGH, Escaping
from setpoint_agent.request import Request, current


def plain(text: str) -> str:
    return text


def noting(text: str) -> str:
    return text


@pytest.fixture
def module() -> Any:
    return SimpleNamespace(escape=noting)


@pytest.fixture
def escaping(module: Any) -> Escaping:
    made = Escaping()
    made.take_turns(vars(module), "escape", plain, noting)
    return made


@pytest.fixture
def open_request() -> Iterator[Callable[[], Request]]:
    def begin() -> Request:
        request = Request("GET", "/page")
        request.began = perf_counter()
        return request

    token = current.set(None)
    yield begin
    current.reset(token)


def pass_over(escaping: Escaping, pages: int = ENOUGH) -> None:
    for _ in range(pages):
        escaping.page_passed_over()


def test_all_is_noted_at_first(escaping: Escaping, module: Any, open_request: Callable[[], Request]) -> None:
    request = open_request()
    pass_over(escaping, ENOUGH - 1)
    assert escaping.knows(request)
    assert module.escape is noting


def test_nothing_is_noted_after_enough_pages_that_nobody_looked_at(escaping: Escaping, module: Any) -> None:
    pass_over(escaping)
    assert module.escape is plain


def test_a_page_in_between_counts_anew(escaping: Escaping, module: Any, open_request: Callable[[], Request]) -> None:
    pass_over(escaping, ENOUGH - 1)
    escaping.knows(open_request())
    pass_over(escaping, ENOUGH - 1)
    assert module.escape is noting


def test_of_a_request_that_began_unnoted_nothing_is_known_but_of_the_next(
    escaping: Escaping, module: Any, open_request: Callable[[], Request]
) -> None:
    pass_over(escaping)
    before = open_request()
    assert not escaping.knows(before)
    assert module.escape is noting
    assert not escaping.knows(before), "it began before noting did"
    assert escaping.knows(open_request())


def test_what_was_noted_is_forgotten_with_the_next_rest(
    escaping: Escaping, open_request: Callable[[], Request]
) -> None:
    noted = open_request()
    pass_over(escaping)
    escaping.knows(open_request())  # noting begins again
    assert not escaping.knows(noted)


def test_code_that_answers_for_the_first_time_is_noted_from_its_first_request_on(
    escaping: Escaping, module: Any, open_request: Callable[[], Request]
) -> None:
    pass_over(escaping)
    request, beside = open_request(), open_request()
    token = current.set(request)
    escaping.new_handler()
    current.reset(token)
    assert module.escape is noting
    assert escaping.knows(request)
    assert not escaping.knows(beside)


def test_a_handler_met_outside_of_any_request_changes_nothing(escaping: Escaping, module: Any) -> None:
    pass_over(escaping)
    escaping.new_handler()
    assert module.escape is plain


def test_a_function_that_takes_no_turns_is_noted_always(open_request: Callable[[], Request]) -> None:
    escaping = Escaping()
    request = open_request()
    pass_over(escaping, 3 * ENOUGH)
    assert escaping.knows(request)
