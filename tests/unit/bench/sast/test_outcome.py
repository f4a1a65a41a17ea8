"""A place is told on as long as one weakness that hits it weighs as much as before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bench.sast.joining import Joined, Judged
from bench.sast.labels import places
from bench.sast.outcome import FOLDER, Outcome, outcome_of

from setpoint.model.code import KnownWeakness
from setpoint.model.inside import CodeSeen
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, Scan, ScanKind, Standing, StandingOf, Weakness

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLACE = next(place for place in places() if place.file.startswith(f"{FOLDER}/helpdesk/") and place.is_weakness)


def judged(
    fingerprint: str,
    weight: float,
    standing: Standing = Standing.REACHED,
    *,
    without: float = 0.3,
    scanned: float = 0.3,
) -> Judged:
    """`scanned`: its weight by the scan alone, which reads the source around it."""
    file = PLACE.file.removeprefix(f"{FOLDER}/")
    place = CodePlace(file, PLACE.lines()[0])
    weakness = Weakness(fingerprint, ScanKind.SAST, "cwe-1", Severity.MEDIUM, place, "", (PLACE.cwe,))
    return Judged(KnownWeakness(weakness, StandingOf(standing, "")), weight, without, scanned)


def outcome(*all_judged: Judged) -> Outcome:
    weaknesses = tuple(each.known.weakness for each in all_judged)
    joined = Joined(all_judged, CodeSeen("helpdesk"))
    return outcome_of([PLACE], {"helpdesk": Scan((), weaknesses, NOW)}, {"helpdesk": joined})


@pytest.mark.parametrize(
    ("weights", "is_demoted"), [((0.3,), False), ((0.2,), True), ((0.2, 0.3), False), ((0.1, 0.2), True)]
)
def test_all_that_hits_it_has_to_weigh_less(weights: tuple[float, ...], is_demoted: bool) -> None:
    found = outcome(*(judged(str(number), weight) for number, weight in enumerate(weights)))
    assert found.is_demoted(PLACE) is is_demoted
    assert found.kept == (frozenset() if is_demoted else {PLACE.id})
    assert found.kept_weight([PLACE]) == pytest.approx(max(weights) / 0.3)


def test_what_weighs_nothing_anyway_is_demoted() -> None:
    assert outcome(judged("a", 0.0, without=0.0)).is_demoted(PLACE)


def test_what_the_source_alone_speaks_against_is_not_demoted_by_agents() -> None:
    found = outcome(judged("a", 0.1, scanned=0.1))
    assert found.is_demoted(PLACE)
    assert found.kept_by_agents == {PLACE.id}
    assert outcome(judged("a", 0.05, scanned=0.1)).kept_by_agents == frozenset()


def test_the_join_says_what_is_confirmed() -> None:
    assert outcome(judged("a", 0.3, Standing.CONFIRMED)).is_confirmed(PLACE)
    assert not outcome(judged("a", 0.3)).is_confirmed(PLACE)


def test_a_place_that_nothing_hits_is_not_told() -> None:
    found = outcome()
    assert found.told(is_weakness=True) == []
    assert found.kept == frozenset()
