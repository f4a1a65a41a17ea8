"""What a scan would send, told without sending anything: `setpoint dast plan`. Called by `engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from setpoint.model.dast import ANONYMOUS, DastPlan, Exchange, PlannedRequest, Sent
from setpoint.scan.dast.interface import Check, Workbench

NOT_SENT = "a plan sends nothing"

LEARNING = "learn ids"


class SilentSender:
    """Stands in for the true one: whatever asks it gets no answer."""

    requests = 0

    def send(self, request: Sent) -> Exchange:
        return Exchange(request, None, NOT_SENT)

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - the interface has them
        return b""


def planned(bench: Workbench, checks: Sequence[Check]) -> DastPlan:
    """By operation, in the order of the checks."""
    requests = [*_learning(bench), *_of_checks(bench, checks)]
    return DastPlan(bench.surface.base, bench.profile, requests, left_out(bench), bench.surface.remarks)


def left_out(bench: Workbench) -> Mapping[str, str]:
    """Operation → why nothing is sent to it."""
    reasons = ((each.key, bench.may_send(each)) for each in bench.surface.operations)
    return {key: reason for key, reason in reasons if reason}


def _of_checks(bench: Workbench, checks: Sequence[Check]) -> Iterator[PlannedRequest]:
    """What goes by another name than the check's own is sent once for all checks that name it."""
    shared: set[PlannedRequest] = set()
    for check in checks:
        for each in check.plan(bench):
            if each.about and each not in shared:
                yield each
            if each.check != check.name:
                shared.add(each)


def _learning(bench: Workbench) -> Iterator[PlannedRequest]:
    """Before the checks, each operation is asked once by every account, and once by nobody."""
    for operation in bench.surface.operations:
        if not bench.may_send(operation):
            for caller in (ANONYMOUS, *bench.accounts.callers):
                yield PlannedRequest(operation.key, LEARNING, caller.name, 1)
