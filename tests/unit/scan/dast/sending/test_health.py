from __future__ import annotations

from collections.abc import Iterable

from setpoint.model.dast import Answer, Exchange, Sent
from setpoint.scan.dast.sending.health import SILENT, WINDOW, Health

SENT = Sent("GET", "http://a.example/")


def answered(status: int = 200, seconds: float = 0.1, *, is_whole: bool = True) -> Exchange:
    return Exchange(SENT, Answer(status, (), b"", is_whole, seconds))


def suspicion_after(exchanges: Iterable[Exchange]) -> str:
    health = Health(patience=10)
    for each in exchanges:
        health.note(each)
    return health.suspicion()


def test_a_target_as_it_was_at_first_is_well() -> None:
    assert suspicion_after([answered(500, 8.0)] * 100) == ""
    assert suspicion_after([answered()] * 100) == ""


def test_more_server_errors_than_at_first_are_suspicious() -> None:
    assert "server errors" in suspicion_after([answered()] * WINDOW + [answered(503)] * 9)
    assert suspicion_after([answered()] * WINDOW + [answered(503)] * 8) == ""
    assert suspicion_after([answered()] * WINDOW + [answered(404)] * 50) == ""


def test_answers_that_take_longer_than_at_first_are_suspicious() -> None:
    assert "1.5 s" in suspicion_after([answered()] * WINDOW + [answered(seconds=1.5)] * 11)
    assert suspicion_after([answered()] * WINDOW + [answered(seconds=0.9)] * 11) == "", "nobody waits for that"
    assert suspicion_after([answered(seconds=0.5)] * WINDOW + [answered(seconds=2.0)] * 11) == "", "four times"


def test_silence_is_suspicious_at_once() -> None:
    silent = Exchange(SENT, None, "refused")
    assert "no answer" in suspicion_after([answered()] + [silent] * SILENT)
    assert suspicion_after([silent] * (SILENT - 1) + [answered()]) == ""


def test_an_answer_that_drips_until_the_end_is_silence() -> None:
    assert "no answer" in suspicion_after([answered(seconds=10, is_whole=False)] * SILENT)
    assert suspicion_after([answered(is_whole=False)] * SILENT) == "", "it was only too large"


def test_a_suspicion_that_was_unfounded_takes_as_long_to_come_back() -> None:
    health = Health(patience=10)
    for each in [answered()] * WINDOW + [answered(500)] * WINDOW:
        health.note(each)
    assert health.suspicion()
    health.allay()
    for _ in range(WINDOW - 1):
        health.note(answered(500))
        assert health.suspicion() == ""
    health.note(answered(500))
    assert health.suspicion()
