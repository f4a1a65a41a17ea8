"""Orders: what a person tells the loop, and what is in force."""

from __future__ import annotations

from typing import Self

from setpoint.model.order import Order, OrderKind
from setpoint.wire.document import Document, Moment, Sentence, example

_ORDER = {
    "id": 3,
    "kind": "approve",
    "remediation": 7,
    "actor": "token:release-manager",
    "reason": "checked with the owner",
    "at": "2026-05-31T12:00:00Z",
    "done_at": None,
    "outcome": "",
}


class OrderRequest(Document):
    """Why; it goes into the audit log."""

    model_config = example(reason="checked with the owner")

    reason: Sentence


class OrderDocument(Document):
    """What somebody told the loop; it is carried out by whoever holds the lease."""

    model_config = example(**_ORDER)

    id: int
    kind: OrderKind
    remediation: int | None
    actor: str
    reason: str
    at: Moment
    done_at: Moment | None
    outcome: str

    @classmethod
    def of(cls, order: Order) -> Self:
        return cls(
            id=order.id,
            kind=order.kind,
            remediation=order.remediation,
            actor=order.actor,
            reason=order.reason,
            at=order.at,
            done_at=order.done_at,
            outcome=order.outcome,
        )

    def model(self) -> Order:
        return Order(self.id, self.kind, self.remediation, self.actor, self.reason, self.at, self.done_at, self.outcome)


class OrdersDocument(Document):
    """The pause in force, and the orders that wait for the loop, oldest first."""

    model_config = example(pause=None, open=[_ORDER])

    pause: OrderDocument | None
    open: tuple[OrderDocument, ...]
