"""A clock that is set back by hours and ahead by days while `setpoint up` runs, and what holds all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import httpx
import pytest
from tests.e2e.account import free_port
from tests.e2e.program import Setpoint, eventually
from tests.faults.ills import Ills
from tests.faults.production import Production
from tests.under_load import (
    Callers,
    Processes,
    await_the_lake,
    calling,
    decided,
    expected,
    in_the_journal,
    issue,
)

RIGHT: Final = timedelta(0)
BACK: Final = timedelta(hours=-2)
AHEAD: Final = timedelta(days=2)
SENDERS: Final = 2


class Running:
    """`setpoint up` on production, by a clock that can be set."""

    def __init__(self, setpoint: Setpoint, production: Production, ills: Ills, interval: str) -> None:
        self.setpoint = setpoint
        self.production = production
        self.ills = ills
        self.port = free_port()
        setpoint.environment |= ills.environment
        limits = {"rate": 100_000, "burst": 100_000}
        # The lake keeps a day, and the clock is ahead by two.
        server = {"listen": f"127.0.0.1:{self.port}", "limits": limits}
        production.declare(setpoint, server=server, lake={"days": 1}, loop={"interval": interval, "verify_for": "30s"})
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = issue(setpoint, "operate", "ingest")
        self.processes = Processes(setpoint, now=ills.now)
        self.processes.await_up()

    def status_for(self, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.url}/v1/waivers", headers=headers, timeout=30).status_code

    def await_reverted(self) -> None:
        eventually("production is as declared", lambda: self.production.differences() == set(), within=60)
        eventually("it is verified", lambda: set(self._states()) <= {"verified"})

    def reverts(self) -> int:
        return len(self._states())

    def jumps(self) -> list[str]:
        rows = self.setpoint.run("audit", "export").out.splitlines()
        return [action for action in ("clock jumped back", "clock jumped ahead") if any(action in row for row in rows)]

    def _states(self) -> list[str]:
        known = self.setpoint.run("remediations", "--json").json()
        return [each["state"] for each in known]


@pytest.fixture(params=["500ms"])
def running(
    request: pytest.FixtureRequest, setpoint: Setpoint, production: Production, ills: Ills
) -> Iterator[Running]:
    running = Running(setpoint, production, ills, request.param)
    yield running
    running.processes.end()


def test_no_work_is_lost_or_done_twice(running: Running, setpoint: Setpoint, production: Production) -> None:
    pids, callers = running.processes.await_up(), Callers(running.url, running.token)
    times = (RIGHT, BACK, AHEAD, RIGHT, BACK)
    with calling(callers, SENDERS):
        for number, clock in enumerate(times, start=1):
            production.stop_rotation()
            running.ills.clock(clock)
            _await_more(callers)
            running.await_reverted()
            assert running.reverts() == number
            assert running.processes.await_up() == pids
    await_the_lake(callers, running.url, running.token)
    assert running.processes.stop() == 0
    assert set(callers.statuses) == {200}
    assert in_the_journal(setpoint) == expected(callers)
    assert decided(setpoint) == dict.fromkeys(callers.gates, 1)
    assert running.jumps() == ["clock jumped back", "clock jumped ahead"]
    assert setpoint.run("audit", "verify").code == 0


def test_what_was_over_stays_over(running: Running, setpoint: Setpoint, production: Production) -> None:
    """A waiver by the ledger's time, a token by the machine's, a revocation by no time at all."""
    waive = ("waive", "--urn", "*:AWS::KMS::Key:*", "--reason", "moves", "--owner", "team-shop", "--days", "1")
    assert setpoint.run(*waive).code == 0
    short = setpoint.run("tokens", "issue", "short", "--scope", "read", "--expires", "1d", "--json").json()["token"]
    revoked = setpoint.run("tokens", "issue", "revoked", "--scope", "read", "--json").json()["token"]
    assert [running.status_for(each) for each in (short, revoked)] == [200, 200]
    assert setpoint.run("tokens", "revoke", "revoked").code == 0
    production.stop_rotation()
    eventually("the change is seen", lambda: production.key in setpoint.run("drift", "--json").out)
    assert (running.reverts(), production.differences()) == (0, {"key"})

    running.ills.clock(AHEAD)
    running.await_reverted()
    assert running.reverts() == 1
    assert [running.status_for(each) for each in (short, revoked)] == [401, 401]

    running.ills.clock(BACK)
    assert setpoint.run("waivers", "--json").json() == []
    production.stop_rotation()
    running.await_reverted()
    assert running.reverts() == 2
    assert [running.status_for(each) for each in (short, revoked)] == [200, 401]
    again = setpoint.run(*waive, "--json").json()
    assert again["state"] == "expires soon"
    assert [each["id"] for each in setpoint.run("waivers", "--json").json()] == [again["id"]]
    assert running.processes.stop() == 0
    assert setpoint.run("audit", "verify").code == 0


@pytest.mark.parametrize("running", ["10s"], indirect=True)
def test_a_lease_that_a_leap_of_the_clock_ended_is_taken_over_without_harm(
    running: Running, setpoint: Setpoint, production: Production
) -> None:
    """Whoever comes before its holder looks at the clock has it; the holder is refused, ends, and is started again."""
    production.stop_rotation()
    running.await_reverted()
    running.ills.clock(AHEAD)
    production.stop_rotation()
    # Two, where the holder was faster: it looks every ten seconds.
    assert setpoint.run("beat").code in {0, 2}
    running.processes.await_up()
    running.await_reverted()
    assert running.reverts() == 2
    assert running.processes.stop() == 0
    assert setpoint.run("audit", "verify").code == 0


def _await_more(callers: Callers) -> None:
    events, gates = callers.events, len(callers.gates)
    eventually("events and gates come through", lambda: callers.events > events + 100 and len(callers.gates) > gates)
