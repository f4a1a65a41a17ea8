"""SIGKILL to any process of `setpoint up` while everybody calls it, a hundred times: nothing is lost, nothing is twice.

Run alone with `pytest tests/faults/test_kill_processes.py`; it takes six to eight minutes on two cores.
"""

from __future__ import annotations

import random
import sys
import threading
from typing import Final

from tests.e2e.account import free_port
from tests.e2e.program import Setpoint
from tests.faults.production import Production
from tests.under_load import (
    EVERYBODY,
    SUPERVISOR,
    Callers,
    Processes,
    await_the_lake,
    calling,
    configure,
    decided,
    expected,
    in_the_journal,
    issue,
)

SENDERS: Final = 3
ROUNDS: Final = 20
"""Of five deaths each: everybody once, then the supervisor, whose next one begins without pauses."""


def test_a_hundred_deaths_lose_nothing_and_repeat_nothing(setpoint: Setpoint, production: Production) -> None:
    port = free_port()
    configure(setpoint, port)
    url, token = f"http://127.0.0.1:{port}", issue(setpoint, "operate", "ingest")
    chance = random.Random(4)  # noqa: S311 (seeded, so that every run is the same)
    processes = Processes(setpoint)
    try:
        processes.await_up()
        callers, deaths = Callers(url, token), 0
        with calling(callers, SENDERS):
            for _ in range(ROUNDS):
                for whom in (*chance.sample(EVERYBODY, len(EVERYBODY)), SUPERVISOR):
                    threading.Event().wait(chance.uniform(0.0, 0.5))
                    processes.kill(whom)
                    deaths += 1
                    processes.await_up()
        await_the_lake(callers, url, token)
        processes.await_up()
        assert processes.stop() == 0
    finally:
        processes.end()
    assert in_the_journal(setpoint) == expected(callers)
    assert decided(setpoint) == dict.fromkeys(callers.gates, 1)
    assert setpoint.run("audit", "verify").code == 0
    assert deaths == 100
    told = (
        f"{deaths} deaths, {callers.events:,} events, {len(callers.gates):,} gates; answers: {dict(callers.statuses)}"
    )
    sys.stdout.write(f"{told}\n")
