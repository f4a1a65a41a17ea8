"""A proxy in front of AWS that throttles, hangs, resets, answers with old copies, and refuses half of a revert.

Whatever it does, every remediation ends verified or escalated, nothing that exists is reported missing, and once it has
stopped, production is as declared or a person knows why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Final

import pytest
from tests.e2e.program import ACCOUNT, REGION, Loop, Setpoint, eventually
from tests.faults.production import Production
from tests.faults.proxy import Fault, Proxy
from tests.faults.troubles import breaking, meanwhile, old_copies, refusing, throttling

from setpoint.model.finding import FindingRecord
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.store.ledger.opening import open_ledger

TIMEOUT: Final = 1.5
"""`aws.timeout`; what hangs, hangs longer."""
LONG: Final = 180.0
"""Seconds; boto3 in its adaptive mode slows down to a call in two seconds while it is throttled."""
STALE: Final = 4.0
"""Seconds for which a change does not show; `loop.verify_for` is longer."""
REVERTS: Final = ("EnableKeyRotation", "DetachRolePolicy", "PutRolePolicy", "PUT publicAccessBlock")
ENDS: Final = {RemediationState.VERIFIED, RemediationState.ESCALATED}

THROTTLED: Final[Sequence[Fault]] = [throttling(0.3, seed=1)]
HANGING: Final[Sequence[Fault]] = [breaking(0.05, seed=2, after=2 * TIMEOUT)]
RESET: Final[Sequence[Fault]] = [breaking(0.15, seed=3)]


@pytest.fixture
def watched(production: Production, setpoint: Setpoint, proxy: Proxy) -> Setpoint:
    """A Setpoint that saw production as declared once, and from now on meets whatever the proxy does."""
    setpoint.url = proxy.url
    production.declare(setpoint)
    assert setpoint.run("beat").code == 0
    aws = {"regions": [REGION], "account": ACCOUNT, "endpoint_url": proxy.url, "attempts": 2, "timeout": TIMEOUT}
    production.declare(setpoint, aws=aws, loop={"interval": "500ms", "verify_for": "20s", "retry_after": "50ms"})
    return setpoint


@pytest.fixture
def loop(watched: Setpoint) -> Iterator[Callable[[], Loop]]:
    started: list[Loop] = []

    def start() -> Loop:
        started.append(Loop(watched, f"up-{len(started)}"))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.mark.parametrize("faults", [THROTTLED, HANGING, RESET], ids=["throttled", "hanging", "reset"])
def test_what_gets_through_now_and_then(
    faults: Sequence[Fault], production: Production, proxy: Proxy, watched: Setpoint, loop: Callable[[], Loop]
) -> None:
    production.stop_rotation()
    production.widen_role()
    production.open_bucket()
    proxy.faults = faults
    up = loop()
    eventually("every change is found and came to an end", lambda: _all_ended(watched, at_least=3), within=LONG)
    proxy.faults = ()
    up.await_beats(2)
    assert up.stop() == 0
    assert {each.urn for each in _remediations(watched) if each.state is RemediationState.VERIFIED}
    _is_settled(watched, production)


def test_what_shows_only_after_a_while(
    production: Production, proxy: Proxy, watched: Setpoint, loop: Callable[[], Loop]
) -> None:
    proxy.faults = [old_copies(STALE)]
    up = loop()
    up.await_beats(1)  # of everything there is a copy now
    production.stop_rotation()
    production.widen_role()
    production.open_bucket()
    eventually("every change is found and came to an end", lambda: _all_ended(watched, at_least=3))
    up.await_beats(2)
    assert up.stop() == 0
    assert sorted(proxy.changes) == sorted(REVERTS), "each change is made once, however long it takes to show"
    assert {each.state for each in _remediations(watched)} == {RemediationState.VERIFIED}
    _is_settled(watched, production)


def test_a_revert_that_is_refused_half_way(production: Production, proxy: Proxy, watched: Setpoint) -> None:
    production.widen_role()
    proxy.faults = [refusing("PutRolePolicy")]
    assert watched.run("beat").code == 1
    (remediation,) = _remediations(watched)
    assert remediation.state is RemediationState.ESCALATED
    assert "iam:PutRolePolicy denied: you are not authorized" in remediation.reason
    assert proxy.changes == ["DetachRolePolicy"]
    assert production.differences() == {"role's text"}

    proxy.faults = ()
    assert watched.run("beat").code == 1
    assert [each.id for each in _remediations(watched)] == [remediation.id], "a person has it"
    _is_settled(watched, production)


def test_what_is_deleted_between_reading_and_writing(production: Production, proxy: Proxy, watched: Setpoint) -> None:
    production.open_bucket()
    proxy.faults = [meanwhile("PUT publicAccessBlock", production.delete_bucket)]
    assert watched.run("beat").code == 1
    assert watched.run("beat").code == 1
    states = [each.state for each in _remediations(watched)]
    assert states == [RemediationState.ESCALATED, RemediationState.ESCALATED]
    tried, missing = (each.reason for each in _remediations(watched))
    assert "NoSuchBucket" in tried
    assert missing == "policy leaves this to a person"
    assert proxy.changes == []
    assert watched.run("audit", "verify").code == 0


def _remediations(setpoint: Setpoint) -> Sequence[Remediation]:
    with closing(open_ledger(str(setpoint.ledger), read_only=True)) as ledger:
        return ledger.remediations()


def _findings(setpoint: Setpoint) -> Sequence[FindingRecord]:
    with closing(open_ledger(str(setpoint.ledger), read_only=True)) as ledger:
        return ledger.findings(include_closed=True)


def _all_ended(setpoint: Setpoint, *, at_least: int) -> bool:
    known = _remediations(setpoint)
    return len({each.urn for each in known}) >= at_least and {each.state for each in known} <= ENDS


def _is_settled(setpoint: Setpoint, production: Production) -> None:
    """What is not as declared, a person has; nothing was taken for gone; and the audit log tells all of it."""
    known = _remediations(setpoint)
    assert {each.state for each in known} <= ENDS, known
    if RemediationState.ESCALATED not in {each.state for each in known}:
        assert production.differences() == set()
    assert "drift/missing" not in {each.finding.rule for each in _findings(setpoint)}
    assert setpoint.run("audit", "verify").code == 0
