"""The places are found where their labels say, and the cases are what was frozen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from bench.sast.check import (
    faults_of_attacks,
    faults_of_frozen,
    faults_of_labels,
    faults_of_pipelines,
    faults_of_running,
)
from bench.sast.labels import MODULE, owners, places


def test_nothing_has_changed_since_the_cases_were_frozen() -> None:
    assert list(faults_of_frozen()) == []


def test_every_snippet_stands_once_in_its_function() -> None:
    assert list(faults_of_labels(places())) == []
    assert list(faults_of_pipelines()) == []


def test_a_snippet_that_is_not_there_is_told() -> None:
    stray = replace(places()[0], snippet="nowhere to be found")
    assert list(faults_of_labels([stray])) == [
        f"{stray.id}: 0 lines in {stray.function} of {stray.file} hold the snippet"
    ]


def test_two_places_of_one_family_in_one_function_are_told() -> None:
    place = next(place for place in places() if place.function != MODULE)
    faults = list(faults_of_labels([place, replace(place, id="another")]))
    assert len(faults) == 1
    assert "could not tell apart" in faults[0]


@pytest.mark.parametrize(("language", "least"), [("python", 160), ("javascript", 40), ("go", 40), ("java", 40)])
def test_there_are_enough_places_and_about_half_of_them_are_weaknesses(language: str, least: int) -> None:
    kinds = Counter(place.is_weakness for place in places() if place.language == language)
    assert kinds.total() >= least
    assert 0.4 <= kinds[True] / kinds.total() <= 0.6


def test_every_weakness_of_python_is_driven_and_no_dead_code_is() -> None:
    for place in (place for place in places() if place.language == "python"):
        assert place.driven_by or not place.is_weakness, place.id
        assert not (place.driven_by and place.manner in {"dead", "command-line"}), place.id


def test_a_line_that_does_not_run_and_one_that_should_not_are_told() -> None:
    driven = next(place for place in places() if place.driven_by and place.function != MODULE)
    dead = next(place for place in places() if place.manner == "dead" and place.function != MODULE)
    lines = {f"{dead.file}:{dead.lines()[0]}": ["some.request"]}
    assert sorted(faults_of_running([driven, dead], lines)) == sorted(
        [
            f"{driven.id}: does not run under {driven.driven_by}",
            f"{dead.id}: runs under some.request, though its label names no request",
        ]
    )


def test_an_attack_that_fails_and_one_that_should_are_told() -> None:
    weak = next(place for place in places() if place.is_weakness)
    safe = next(place for place in places() if not place.is_weakness)
    assert list(faults_of_attacks([weak, safe], {weak.id: [True], safe.id: [False, False]})) == []
    assert len(list(faults_of_attacks([weak, safe], {weak.id: [False], safe.id: [False, True]}))) == 2


def test_a_line_of_python_belongs_to_the_innermost_function(tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text(
        "A = 1\nclass Shop:\n    def sell(self):\n        def inner():\n            pass\n        inner()\n"
    )
    assert owners(path) == [MODULE, MODULE, "Shop.sell", "Shop.sell.inner", "Shop.sell.inner", "Shop.sell"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.go", "var a = 1\nfunc (s *Shop) Sell(w int) {\n\tif w > 1 {\n\t}\n}\n"),
        ("a.js", "const a = 1;\nasync function Sell(w) {\n  if (w) {\n  }\n}\n"),
        ("a.ts", "const a = 1;\nexport function Sell(w: string): void {\n  if (w) {\n  }\n}\n"),
        ("A.java", "class A {\n    private List<A> Sell(int w) {\n        if (w > 1) {\n        }\n    }\n"),
    ],
)
def test_a_line_of_another_language_belongs_to_the_function_around_it(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert owners(path) == [MODULE, "Sell", "Sell", "Sell", "Sell"]
