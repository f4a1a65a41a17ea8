"""When a call is made again, and how long that takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from setpoint.client.patience import PATIENCE, PAUSES, LostError, NotNowError, patiently, seconds_to_wait
from setpoint.errors import CouldNotTellError, Error, TemporaryError


class Ends:
    """Raises each of these, then answers."""

    def __init__(self, *errors: Error) -> None:
        self._errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return "an answer"


@pytest.mark.parametrize("repeatable", [True, False])
def test_what_was_not_done_is_asked_for_again(repeatable: bool) -> None:
    call, waited = Ends(NotNowError("busy", delay=0), NotNowError("busy", delay=3)), list[float]()
    assert patiently(call, repeatable=repeatable, sleep=waited.append) == "an answer"
    assert waited == [PAUSES[0], 3]


def test_what_may_have_been_done_is_asked_for_again_only_where_that_does_no_harm() -> None:
    assert patiently(Ends(LostError("gone")), repeatable=True, sleep=lambda _: None) == "an answer"
    call = Ends(LostError("gone"))
    with pytest.raises(LostError):
        patiently(call, repeatable=False, sleep=lambda _: None)
    assert call.calls == 1


@pytest.mark.parametrize("error", [CouldNotTellError("no"), TemporaryError("too slow")])
def test_an_answer_is_not_asked_for_again(error: Error) -> None:
    call = Ends(error)
    with pytest.raises(type(error)):
        patiently(call, repeatable=True, sleep=lambda _: None)
    assert call.calls == 1


def test_it_ends_with_what_was_wrong_last() -> None:
    errors = [NotNowError(f"busy {number}", delay=0) for number in range(9)]
    call = Ends(*errors)
    with pytest.raises(NotNowError, match=f"busy {len(PAUSES)}"):
        patiently(call, repeatable=True, sleep=lambda _: None)
    assert call.calls == len(PAUSES) + 1


def test_nobody_waits_longer_than_is_fair() -> None:
    call, waited = Ends(NotNowError("busy", delay=PATIENCE + 1)), list[float]()
    with pytest.raises(NotNowError):
        patiently(call, repeatable=True, sleep=waited.append)
    assert (call.calls, waited) == (1, [])


def test_how_long_to_wait_is_told_in_seconds_or_as_a_time() -> None:
    assert seconds_to_wait("17") == 17
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    assert seconds_to_wait(soon) == pytest.approx(40, abs=2)
    assert seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize(
    "header", [None, "", "soon", "-3", "1.5", "٣", "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"]
)
def test_what_says_nothing_is_not_waited_for(header: str | None) -> None:
    assert seconds_to_wait(header) is None
