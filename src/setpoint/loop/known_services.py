"""Whether anything is known of a service that somebody names: a misspelt one must not be answered as a clean one."""

from __future__ import annotations

from collections.abc import Collection

from setpoint.errors import NotFoundError
from setpoint.fields import did_you_mean
from setpoint.store.interface import LedgerReader


def expect_known(name: str, described: Collection[str], ledger: LedgerReader) -> None:
    """`NotFoundError` unless the configuration describes it, or the ledger holds something of it."""
    if name in described or ledger.knows_service(name):
        return
    known = {*described, *(each.name for each in ledger.services())}
    raise NotFoundError(
        f"nothing is known of a service {name!r}",
        remedy=did_you_mean(name, known) if known else "name one under services: in setpoint.yaml",
    )
