from __future__ import annotations

import pytest

from setpoint.model.dast import Answer, Exchange, KnownFrom, Operation, Part, PartPlace, Sent, Surface
from setpoint.scan.dast.unanswered import never_answered_well

DOCUMENT = frozenset({KnownFrom.DOCUMENT})
TRANSFER = Operation("POST", "/transfer", known_from=DOCUMENT)
ORDER = Operation("GET", "/orders/{id}", known_from=DOCUMENT)


def answered(*statuses: int) -> list[Exchange]:
    return [Exchange(Sent("GET", "http://host/"), Answer(each, (), b"")) for each in statuses]


@pytest.mark.parametrize(
    ("statuses", "told"),
    [((500, 500), 500), ((401, 422), 422), ((404,), 404), ((401, 403), 0), ((500, 200), 0), ((302, 500), 0), ((), 0)],
)
def test_an_operation_that_only_fails_is_told_with_its_last_error(statuses: tuple[int, ...], told: int) -> None:
    surface = Surface("http://host", (TRANSFER,))
    found = never_answered_well(surface, {TRANSFER: answered(*statuses)}, ())
    assert found == ({"POST /transfer": told} if told else {})


def test_a_good_answer_to_a_check_counts() -> None:
    surface = Surface("http://host/api", (ORDER,))
    asked = {ORDER: answered(404)}
    assert never_answered_well(surface, asked, {("GET", "/api/orders/7")}) == {}
    assert never_answered_well(surface, asked, {("POST", "/api/orders/7"), ("GET", "/api/orders")}) != {}


def test_who_somebody_is_and_what_was_guessed_is_no_matter_of_values() -> None:
    password = Part(PartPlace.BODY, "/password")
    operations = (
        Operation("POST", "/login", known_from=DOCUMENT),
        Operation("POST", "/enter", (password,), known_from=DOCUMENT),
        Operation("GET", "/hidden", known_from=frozenset({KnownFrom.GUESS})),
    )
    asked = {each: answered(400) for each in operations}
    assert never_answered_well(Surface("http://host", operations), asked, ()) == {}
