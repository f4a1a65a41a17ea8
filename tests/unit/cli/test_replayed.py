from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from setpoint.cli.output import Output
from setpoint.cli.replayed import LISTED, document, show
from setpoint.decide.replay import Change, Replayed, Standing
from setpoint.decide.replayed import ReplayReport, Window
from setpoint.model.decision import Outcome, Reason, Verdict
from setpoint.model.history import Lost
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn

AT = datetime(2026, 5, 1, tzinfo=UTC)
URN = Urn("aws:123456789012:eu-west-1:AWS::S3::Bucket:data")
AGAINST = Standing(Outcome.VIOLATED, Severity.HIGH, Verdict.REFUSE, Effect.NONE, ("w1",), frozenset())
CHANGE = Change(AT, URN, "shop", Stage.RUNTIME, "exposure/public", "Acl", (), (AGAINST,), "it is public")
FAILED = Reason("exposure/public", Outcome.FAILED, Severity.HIGH, "it could not be evaluated")

WHOLE = Window(AT, None, ())


def _result(*judged: Replayed | Lost, window: Window = WHOLE, policy: str = "*") -> ReplayReport:
    result = ReplayReport(window, policy)
    for each in judged:
        result.add(each)
    return result


def _judged(*changes: Change, failed: tuple[Reason, ...] = ()) -> Replayed:
    return Replayed(AT, URN, changes, failed, frozenset({"exposure/public"}))


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (_result(_judged()), 0),
        (_result(_judged(CHANGE)), 1),
        (_result(_judged(failed=(FAILED,))), 3),
        (_result(Lost(URN, AT, "it is damaged")), 3),
        (_result(_judged(), window=Window(AT, None, ("the past is short",))), 3),
        # As everywhere: what was found counts before what could not be told.
        (_result(_judged(CHANGE), Lost(URN, AT, "it is damaged")), 1),
        (_result(_judged(CHANGE, failed=(FAILED,)), policy="exposure/*"), 1),
        (_result(_judged(CHANGE, failed=(FAILED,)), policy="logging/*"), 0),
    ],
)
def test_the_exit_code(result: ReplayReport, code: int) -> None:
    assert result.exit_code() == code


def _shown(result: ReplayReport) -> str:
    stream = io.StringIO()
    show(Output(as_json=False, stream=stream), result)
    return stream.getvalue()


def test_a_change_is_a_line_and_counts_for_its_policy() -> None:
    result = _result(_judged(CHANGE, CHANGE))
    heading, first, *_ = (line.split("  ") for line in _shown(result).splitlines())
    assert heading[0] == "at"
    assert [cell.strip() for cell in first if cell.strip()] == [
        "2026-05-01 00:00:00Z",
        URN,
        "exposure/public",
        "Acl",
        "-",
        "violated, high: none, waived by w1",
        "it is public",
    ]
    assert document(result)["summary"] == [
        {"policy": "exposure/public", "newly_violated": 2, "no_longer_violated": 0, "effect_changed": 0}
    ]
    assert document(result)["changed"] == 1


def test_of_much_that_could_not_be_told_the_rest_is_counted() -> None:
    result = _result(*(Lost(URN, AT, f"state {number} is damaged") for number in range(LISTED + 5)))
    shown = _shown(result)
    assert shown.count("is damaged") == LISTED
    assert "could not tell of 5 more" in shown
    assert len(document(result)["could_not_tell"]) == LISTED + 5
