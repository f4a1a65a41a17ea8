"""The cases and the applications are what was frozen, and as many as was promised."""

from __future__ import annotations

from bench.iast.cases import load_cases
from bench.iast.check import of_digests, of_numbers


def test_nothing_has_changed_since_the_cases_were_frozen() -> None:
    assert list(of_digests()) == []


def test_halves_and_thirds_are_as_promised() -> None:
    assert list(of_numbers(load_cases())) == []


def test_there_are_enough_categories() -> None:
    assert len({case.category for case in load_cases()}) >= 24


def test_a_lopsided_set_of_cases_is_told() -> None:
    cases = [case for case in load_cases() if case.vulnerable or case.category != "sqli"]
    assert "sqli: not half of them are safe" in list(of_numbers(cases))


def test_every_request_is_to_the_route_of_its_case() -> None:
    strays = [
        case.id
        for case in load_cases()
        for request in (case.benign, case.attack)
        if request["path"] != case.path and not request["path"].startswith(f"{case.path}/")
    ]
    assert strays == []
