"""Why one property of an entity is what the last heartbeat said of it; `cli` and `server` ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from setpoint.compare.interface import Explainer
from setpoint.errors import NotFoundError
from setpoint.model.drift import Explanation
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerReader


def explain(
    ledger: LedgerReader,
    scope: str,
    explainer: Explainer,
    urn: Urn,
    path: str,
    *,
    may_see: Callable[[str], bool] = lambda _service: True,
) -> Sequence[Explanation]:
    """`NotFoundError` for what no heartbeat saw, and alike for what belongs to a service of which `may_see` says no."""
    known = ledger.known(scope, urn)
    if known is None or not may_see(known.service):
        raise NotFoundError("no heartbeat saw such an entity", where=urn, remedy="list them with: setpoint drift")
    return explainer.explain(known.comparison, known.actual, path)
