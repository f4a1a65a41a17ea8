"""The part of `wiring` that finds, before a heartbeat would, what is wrong around it; for `setpoint doctor`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.overrides import check_overrides
from setpoint.errors import Error, InputError
from setpoint.intent.baseline import read_baseline
from setpoint.loop.instructions import expect_rule
from setpoint.settings import Settings
from setpoint.store.ledger.opening import check_place


def faults(settings: Settings, policies: PolicySet | None, *others: Callable[[], object]) -> Iterator[str]:
    """Why a heartbeat would end before it begins, or something that it does would come to nothing; all of it at once.

    Without `policies`, because something is wrong with them, nothing is said of what speaks of them. `others` raise an
    `Error` for what is wrong.
    """
    of_policies: Sequence[Callable[[], object]] = ()
    if policies is not None:
        of_policies = (
            lambda: check_overrides(policies, settings.overrides),
            lambda: _check_waivers(settings, policies),
        )
    for check in (
        *of_policies,
        lambda: check_place(settings.ledger_address()),
        lambda: _check_alerts_file(settings.alerts_file),
        lambda: read_baseline(settings.baseline),
        *others,
    ):
        try:
            check()
        except Error as error:
            yield error.diagnostics()


def remarks(settings: Settings) -> Iterator[str]:
    """What may well be as it should, and nobody would notice where it is not."""
    if not settings.intent:
        yield "nothing is declared under intent:, so that nothing of production is read and compared"
    if not settings.aws.regions:
        yield "aws.regions names no region, so that AWS is not asked for anything"
    if settings.cloudtrail.folder is not None and settings.cloudtrail.verify:
        yield (
            f"{settings.cloudtrail.folder}: its logs are not held against digests, whose signatures are in the bucket; "
            "do it with: setpoint identity use --public-keys, or set cloudtrail.verify to false"
        )
    if settings.baseline is not None and not settings.baseline.exists():
        yield (
            f"{settings.baseline}: there is no baseline yet, so nothing is accepted by it; "
            "write one with: setpoint baseline record"
        )


def _check_waivers(settings: Settings, policies: PolicySet) -> None:
    ids = [each.id for each in policies.policies]
    for waiver in settings.waivers:
        expect_rule(waiver.policy, ids, where=waiver.id)


def _check_alerts_file(path: Path | None) -> None:
    """It is opened anew for every alert, and what cannot be written then is only logged."""
    if path is None:
        return
    if path.is_dir():
        raise InputError("this is a folder, not a file for alerts", where=str(path), remedy="name a file")
    if not path.parent.is_dir():
        raise InputError("the folder of the file for alerts does not exist", where=str(path.parent), remedy="create it")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError(
            "alerts cannot be written here", where=str(path), remedy="make it writable for this user, or name another"
        )
