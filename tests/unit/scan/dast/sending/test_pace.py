from __future__ import annotations

import threading
import time

from setpoint.scan.dast.sending.pace import Pace


def test_requests_follow_each_other_at_the_rate_and_no_faster() -> None:
    pace = Pace(100, threading.Event())
    started = time.monotonic()
    for _ in range(11):
        pace.wait()
    assert time.monotonic() - started >= 0.1


def test_a_pause_is_not_made_up_for() -> None:
    pace = Pace(20, threading.Event())
    pace.wait()
    time.sleep(0.2)
    started = time.monotonic()
    for _ in range(3):
        pace.wait()
    assert time.monotonic() - started >= 0.1


def test_a_stop_ends_the_wait() -> None:
    stop = threading.Event()
    stop.set()
    pace = Pace(0.01, stop)
    started = time.monotonic()
    pace.wait()
    pace.wait()
    assert time.monotonic() - started < 1
