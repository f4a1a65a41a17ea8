"""What counts as a hit, and what is counted."""

from __future__ import annotations

import pytest
from bench.sast.labels import MODULE, Place, places
from bench.sast.scoring import Hits, Told, by_cwe, score

PLACES = [place for place in places() if place.language == "python"]


def _place(*, of_module: bool = False) -> Place:
    return next(place for place in PLACES if (place.function == MODULE) == of_module)


def _beside(place: Place) -> int:
    """Another line of the same function."""
    return place.lines()[0] - 1


def _told(place: Place, line: int, cwe: int = 0) -> Hits:
    return Hits(PLACES, [Told("a/b", place.file, line, frozenset({cwe} if cwe else ()))])


def test_the_line_alone_is_a_hit_whatever_it_is_called() -> None:
    place = _place()
    assert place.id in _told(place, place.lines()[0], 1).told()
    assert place.id in _told(place, place.lines()[0]).told()


def test_in_the_same_function_the_family_has_to_be_the_same() -> None:
    place = _place()
    stranger = next(each.cwe for each in PLACES if each.cwe not in place.family)
    assert place.id in _told(place, _beside(place), next(iter(place.family))).told()
    assert place.id not in _told(place, _beside(place), stranger).told()


def test_outside_of_functions_only_the_line_counts() -> None:
    place = _place(of_module=True)
    assert place.id not in _told(place, _beside(place), place.cwe).told()
    assert place.id in _told(place, place.lines()[0], place.cwe).told()


@pytest.mark.parametrize("line", [0, 10_000])
def test_what_hits_nothing_is_counted_apart(line: int) -> None:
    hits = _told(_place(), line, 1)
    assert (hits.told(), hits.beside) == (frozenset(), 1)


def test_a_place_counts_once_however_many_hit_it() -> None:
    place = _place()
    told = [Told(f"a/{number}", place.file, place.lines()[0]) for number in range(3)]
    hits = Hits(PLACES, told)
    assert hits.told() == {place.id}
    assert hits.by_place[place.id] == set(told)


def test_precision_and_recall() -> None:
    weak = [each for each in PLACES if each.is_weakness][:4]
    safe = [each for each in PLACES if not each.is_weakness][:2]
    found = score([*weak, *safe], {weak[0].id, weak[1].id, safe[0].id})
    assert (found.weaknesses, found.found, found.false_alarms, found.raised) == (4, 2, 2, 1)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(1 / 2)


def test_without_false_alarms_there_is_no_precision_and_without_weaknesses_no_recall() -> None:
    weak = [each for each in PLACES if each.is_weakness][:1]
    assert score(weak, {weak[0].id}).precision is None
    assert score([], ()).recall is None


def test_places_are_grouped_by_their_own_number() -> None:
    assert sum(len(each) for each in by_cwe(PLACES).values()) == len(PLACES)
    assert list(by_cwe(PLACES)) == sorted({place.cwe for place in PLACES})
