"""What a scan would send, told without sending anything: `setpoint dast plan`. Called by `engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from setpoint.model.dast import ANONYMOUS, DastPlan, Exchange, PlannedRequest, Profile, Sent
from setpoint.scan.dast.interface import Check, Workbench
from setpoint.scan.dast.safety import LEFT_TO_REGISTRATIONS
from setpoint.scan.dast.surface.lookup import looks

NOT_SENT = "a plan sends nothing"

LOOKING: Final = "look around"
LOGGING_IN: Final = "log in"
LEARNING: Final = "learn ids"
"""What a scan does before its checks."""

_LOGIN: Final = 3
"""Requests that a login by a form takes, with its page before and what it leads to; most take one."""


class SilentSender:
    """Stands in for the true one: whatever asks it gets no answer."""

    requests = 0

    def send(self, request: Sent) -> Exchange:
        return Exchange(request, None, NOT_SENT)

    def turn(self) -> None:
        """No connection is made, either."""

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - the interface has them
        return b""


def planned(bench: Workbench, checks: Sequence[Check]) -> DastPlan:
    """By operation, in the order of the checks."""
    before = [*_looking(bench), *_learning(bench)]
    requests = [*before, *_of_checks(bench, checks, before)]
    return DastPlan(bench.surface.base, bench.profile, requests, left_out(bench), bench.surface.remarks)


def left_out(bench: Workbench) -> Mapping[str, str]:
    """Operation → why nothing is sent to it."""
    reasons = ((each.key, bench.may_send(each)) for each in bench.surface.operations)
    return {key: reason for key, reason in reasons if reason not in {"", LEFT_TO_REGISTRATIONS}}


def _of_checks(bench: Workbench, checks: Sequence[Check], before: Sequence[PlannedRequest]) -> Iterator[PlannedRequest]:
    """What goes by another name than the check's own is sent once for all checks that name it."""
    shared = set(before)
    for check in checks:
        for each in check.plan(bench):
            if each.at_most and each not in shared:
                yield each
            if each.check != check.name:
                shared.add(each)


def _looking(bench: Workbench) -> Iterator[PlannedRequest]:
    """Whether anything answers, what stands beside what is known, and a session for each account."""
    around = looks(bench.surface, bench.may_send) if bench.profile is not Profile.PASSIVE else 0
    yield PlannedRequest("GET *", LOOKING, ANONYMOUS.name, 1 + around)
    for caller in bench.accounts.callers:
        yield PlannedRequest("login", LOGGING_IN, caller.name, _LOGIN, 1)


def _learning(bench: Workbench) -> Iterator[PlannedRequest]:
    """Before the checks, each operation is asked once by every account, and once by nobody."""
    for operation in bench.surface.operations:
        if not bench.may_send(operation):
            for caller in (ANONYMOUS, *bench.accounts.callers):
                yield PlannedRequest(operation.key, LEARNING, caller.name, 1)
