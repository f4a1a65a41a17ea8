from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.decide.gate import ReleaseGate
from setpoint.decide.inside import InsideAssessor, InsideSettings, finding, is_superseded, judge_seen, reach_of
from setpoint.decide.policy.compile import compile_policies
from setpoint.decide.risk import Reach
from setpoint.decide.threshold import ThresholdSettings
from setpoint.model.circumstances import Circumstances
from setpoint.model.decision import Verdict
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.inside import Inside, Place, ReleaseSeen
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.report import Frame, Origin, Sighting
from setpoint.model.service import Release, Service, SignalKind, Threshold
from setpoint.model.waiver import Waiver

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SQL = Sighting(
    "sql-injection",
    89,
    "sqlite3.Cursor.execute",
    (Frame("shop/views.py", 41, "search"), Frame("shop/store.py", 12, "Store.find")),
    (Origin("query", "q", "a{4}", "89ab"),),
    method="GET",
    route="/search",
    confidence=0.9,
)


def place(attacks: int = 0, key: str = "a" * 32, releases: tuple[str, ...] = ("1.4",), **sighting: Any) -> Place:
    seen = dict.fromkeys(releases, NOW)
    return Place("shop", key, replace(SQL, **sighting), 17, attacks, NOW, NOW, (), seen)


def inside(
    *places: Place,
    releases: tuple[ReleaseSeen, ...] = (),
    told: dict[str, int] | None = None,
    called_in: tuple[str, ...] = (),
) -> Inside:
    return Inside("shop", "1", places, releases, told or {}, {("GET", "/search"): frozenset(called_in)})


def test_what_input_reaches_is_a_finding_of_the_service() -> None:
    (found,), (decided,), counting = InsideAssessor().judge(inside(place()), NO_EXCEPTIONS)
    assert (found.urn, found.service, found.rule) == ("service:shop", "shop", "runtime/sql-injection")
    assert found.path == f"shop/store.py:12[{'a' * 32}]"
    assert found.title == "sql-injection: query q reaches sqlite3.Cursor.execute at shop/store.py:12"
    assert (found.severity, found.evidence["releases"]) == (Severity.HIGH, ["1.4"])
    assert (decided.verdict, decided.effect, decided.path) == (Verdict.REFUSE, Effect.ALERT, found.path)
    assert counting == (place(),)


@pytest.mark.parametrize(
    ("attacks", "sighting", "severity", "effect"),
    [
        (2, {}, Severity.CRITICAL, Effect.ALERT),
        (0, {"confidence": 0.3}, Severity.MEDIUM, Effect.ALERT),
        (0, {"kind": "insecure-cookie", "origins": ()}, Severity.LOW, Effect.NONE),
        (0, {"kind": "of-a-later-agent"}, Severity.MEDIUM, Effect.ALERT),
        (1, {"kind": "log-injection"}, Severity.MEDIUM, Effect.ALERT),
    ],
)
def test_how_bad_it_is_follows_from_its_kind_and_what_was_seen(
    attacks: int, sighting: dict[str, Any], severity: Severity, effect: Effect
) -> None:
    (found,), (decided,), _ = InsideAssessor().judge(inside(place(attacks, **sighting)), NO_EXCEPTIONS)
    assert (found.severity, decided.effect) == (severity, effect)


def test_a_waived_place_does_not_count() -> None:
    waiver = Waiver("w1", "service:shop", "runtime/sql-*", "shop/store.py:12*", "old", "me", "", NOW, NOW + DAY)
    exceptions = Exceptions.at(NOW, "service:shop", [waiver], NO_EXCEPTIONS.baseline)
    (found,), (decided,), counting = InsideAssessor().judge(inside(place(3)), exceptions)
    assert (found.accepted_by, decided.waivers, decided.effect) == ("w1", ("w1",), Effect.NONE)
    assert counting == ()


def seen(name: str, first: int, last: int) -> ReleaseSeen:
    """In days from now."""
    return ReleaseSeen(name, NOW + first * DAY, NOW + last * DAY)


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        ((seen("1.4", -9, 0),), False),  # nothing newer
        ((seen("1.4", -9, 0), seen("1.5", 0, 6)), False),  # not long enough
        ((seen("1.4", -9, 0), seen("1.5", 0, 7)), True),
        ((seen("1.4", -9, 0), seen("1.5", 0, 1)), False),  # silent since: nobody watches it
        ((seen("1.4", -9, 7), seen("1.5", 0, 9)), False),  # the old one ran beside it
        ((seen("1.4", -9, 1), seen("1.5", 0, 8)), True),
        ((seen("1.3", -20, 9), seen("1.4", -9, 0)), False),  # what came before takes nobody's place
        ((seen("1.4", -9, 12), seen("1.5", 0, 8)), False),  # rolled back
    ],
)
def test_only_a_newer_release_that_is_watched_for_long_ends_a_finding(
    releases: tuple[ReleaseSeen, ...], expected: bool
) -> None:
    settings, seen_inside = InsideSettings(WEEK.total_seconds()), inside(place(), releases=releases, called_in=("1.5",))
    assert is_superseded(place(), seen_inside, settings) is expected
    found, _, _ = InsideAssessor(settings).judge(seen_inside, NO_EXCEPTIONS)
    assert (found == ()) is expected


@pytest.mark.parametrize(
    ("called_in", "route", "days", "expected"),
    [
        (("1.4", "1.5"), "/search", 7, True),
        (("1.4",), "/search", 89, False),  # nobody called it since
        ((), "/search", 89, False),
        ((), "/search", 90, True),
        (("1.4", "1.5"), "", 89, False),  # met outside of any request
        (("1.4", "1.5"), "", 90, True),
    ],
)
def test_what_was_not_called_is_not_known_to_be_mended(
    called_in: tuple[str, ...], route: str, days: int, expected: bool
) -> None:
    met = place(route=route)
    seen_inside = inside(met, releases=(seen("1.4", -9, 0), seen("1.5", 0, days)), called_in=called_in)
    assert is_superseded(met, seen_inside, InsideSettings()) is expected


def test_a_place_that_is_met_in_the_new_release_stays() -> None:
    both = place(releases=("1.4", "1.5"))
    seen_inside = inside(both, releases=(seen("1.4", -9, 0), seen("1.5", 0, 300)), called_in=("1.4", "1.5"))
    assert not is_superseded(both, seen_inside, InsideSettings())


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6))
def test_attacks_weigh_the_same_however_they_are_told(growths: list[int]) -> None:
    assessor, told, load = InsideAssessor(), 0, 0.0
    for growth in growths:
        signals = assessor.attacks([place(told + growth)], {"a" * 32: told}, NOW)
        load += sum(each.weight for each in signals)
        told += growth
        assert assessor.attacks([place(told)], {"a" * 32: told}, NOW) == ()
    (at_once,) = assessor.attacks([place(told)], {}, NOW)
    assert load == pytest.approx(at_once.weight)
    assert at_once.weight >= ThresholdSettings().attack


def test_a_signal_says_what_got_through_where() -> None:
    (signal,) = InsideAssessor(weights=ThresholdSettings(attack=4.0)).attacks([place(3)], {"a" * 32: 1}, NOW)
    assert (signal.service, signal.kind, signal.weight) == ("shop", SignalKind.ATTACK, 4.0)
    assert signal.cause == "service:shop: 2 attacks got through: sql-injection at shop/store.py:12"


def test_a_release_answers_for_what_was_seen_in_it() -> None:
    attacked, flow = finding(place(1, "a" * 32)), finding(place(0, "b" * 32, releases=("1.4", "1.5")))
    unnamed, call = finding(place(0, "c" * 32, releases=("",))), finding(place(0, "d" * 32, origins=()))
    found = (attacked, flow, unnamed, call)
    own, grounds, remarks = judge_seen(Release("shop", "1.4"), found)
    assert own == found
    assert [effect for effect, _ in grounds] == [Effect.DENY, Effect.WARN, Effect.WARN, Effect.WARN]
    assert remarks == ()
    own, _, (remark,) = judge_seen(Release("shop", "1.5"), found)
    assert own == (flow, unnamed)
    assert remark.startswith("2 weak places were seen inside other releases")
    assert [reach_of(each) for each in found] == [
        Reach.ATTACKED,
        Reach.TAKES_INPUT,
        Reach.TAKES_INPUT,
        Reach.EXECUTED,
    ]


def decide(release: str, *seen: Place, waivers: tuple[Waiver, ...] = ()) -> Any:
    shop, quiet = Service("shop"), Threshold("shop", 16.0, 16.0, 0.0, (), NOW)
    circumstances = Circumstances(NOW, quiet, seen=[finding(each) for each in seen], waivers=waivers)
    no_policies = compile_policies((), lambda _type: None, lambda _type: "")
    return ReleaseGate(no_policies).decide(Release("shop", release), Stage.DEPLOY, shop, (), circumstances)


def test_a_gate_weighs_what_was_seen_in_the_release() -> None:
    weighed = decide("1.4", place())
    factors = {each.name: each.value for each in weighed.risk_factors}
    assert (weighed.verdict, factors["severity"], factors["reachability"]) == (Verdict.ADMIT, pytest.approx(6.4), 2.0)
    assert [each.policy for each in weighed.reasons] == ["runtime/sql-injection"]
    unseen = decide("1.5", place())
    assert (unseen.verdict, unseen.risk) == (Verdict.ADMIT, 1.0)
    assert unseen.reasons[0].message.startswith("a weak place was seen inside other releases")


def test_a_gate_is_shut_to_a_release_that_was_attacked_unless_somebody_answers_for_it() -> None:
    assert decide("1.4", place(1)).verdict is Verdict.REFUSE
    waiver = Waiver("w1", "service:shop", "runtime/*", "*", "old", "me", "", NOW, NOW + DAY)
    waived = decide("1.4", place(1), waivers=(waiver,))
    assert (waived.verdict, waived.risk, waived.waivers) == (Verdict.ADMIT, 1.0, ("w1",))
