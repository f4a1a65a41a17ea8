"""What people tell the loop (waivers, orders), and what it has still to tell them (deliveries)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "waivers",
        sa.Column("id", _number, primary_key=True),
        *(_text(name) for name in ("scope", "policy", "path", "reason", "owner", "ticket", "actor")),
        _moment("created_at"),
        _moment("expires_at"),
    )
    op.create_table("waiver_matches", _text("waiver"), _moment("at"), sa.PrimaryKeyConstraint("waiver"))
    op.create_table(
        "orders",
        sa.Column("id", _number, primary_key=True),
        _text("kind"),
        sa.Column("remediation", _number, sa.ForeignKey("remediations.id")),
        _text("actor"),
        _text("reason"),
        _moment("at"),
        _moment("done_at", nullable=True),
        _text("outcome"),
    )
    op.create_index("orders_open", "orders", ["done_at"])
    op.create_table(
        "deliveries",
        sa.Column("id", _number, primary_key=True),
        _text("channel"),
        _text("alert"),
        _moment("created_at"),
        sa.Column("attempts", sa.Integer, nullable=False),
        _moment("next_at", nullable=True),
        _text("outcome"),
    )
    op.create_index("deliveries_due", "deliveries", ["next_at"])
