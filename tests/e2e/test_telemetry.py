"""The loop under OpenTelemetry, as a receiver sees it; what it does is the same."""

from __future__ import annotations

from tests.e2e.account import Aws
from tests.e2e.program import Loop, Setpoint
from tests.unit.telemetry.receiver import attributes, serve_receiver

STEPS = ["lease", "intent", "observe", "missing", "act", "record"]


def test_beats_are_traced_and_measured(setpoint: Setpoint, shop: Aws) -> None:
    with serve_receiver() as receiver:
        setpoint.configure(telemetry={"otlp_endpoint": receiver.url})
        loop = Loop(setpoint, "traced")
        loop.await_beats(2)
        assert loop.stop() == 0
        assert loop.errors() == ""
    first = next(span for span in receiver.spans() if span.name == "beat")
    told = attributes(first)
    (reported, *_) = loop.beats()
    assert (told["id"], told["observed"], told["examined"]) == (
        reported["started_at"],
        reported["observed"],
        reported["examined"],
    )
    assert told["setpoint.aws.calls"] > 10
    steps = [span.name for span in receiver.spans() if span.parent_span_id == first.span_id]
    assert [name for name in steps if name in STEPS] == STEPS
    (duration,) = receiver.points("setpoint.beat.duration")
    assert duration.count >= 2
    services = {attributes(point)["service"] for point in receiver.points("setpoint.aws.calls")}
    assert {"s3", "iam", "ec2"} <= services
    assert sum(point.count for point in receiver.points("setpoint.aws.duration")) >= told["setpoint.aws.calls"]
