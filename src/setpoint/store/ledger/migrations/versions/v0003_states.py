"""What was judged, by digest, so that other policies can be run over the past."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "states",
        sa.Column("digest", sa.Text, primary_key=True, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    _create_history()
    _create_gate_cases()
    # Whatever is remembered is looked at once more, so that its state is recorded though it does not change.
    op.execute("UPDATE resources SET key = ''")


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column("id", _number, primary_key=True),
        *(_text(name) for name in ("scope", "urn", "service")),
        _moment("at"),
        _moment("ended_at", nullable=True),
        *(_text(name, nullable=True) for name in ("actual", "intended", "differences", "exceptions", "decided")),
    )
    goes_on, is_over = sa.text("ended_at IS NULL"), sa.text("ended_at IS NOT NULL")
    op.create_index(
        "history_now", "history", ["scope", "urn"], unique=True, sqlite_where=goes_on, postgresql_where=goes_on
    )
    op.create_index("history_over", "history", ["ended_at"], sqlite_where=is_over, postgresql_where=is_over)
    op.create_table(
        "history_reach", _text("scope"), _moment("since"), _moment("pruned_at"), sa.PrimaryKeyConstraint("scope")
    )


def _create_gate_cases() -> None:
    op.create_table(
        "gate_cases",
        sa.Column("decision", _number, sa.ForeignKey("decisions.id"), primary_key=True, autoincrement=False),
        _moment("at"),
        _text("document"),
    )
    op.create_index("ix_gate_cases_at", "gate_cases", ["at"])
    op.create_table(
        "gate_states",
        sa.Column("decision", _number, sa.ForeignKey("gate_cases.decision"), autoincrement=False),
        sa.Column("place", sa.Integer, autoincrement=False),
        _text("urn"),
        _text("state"),
        sa.PrimaryKeyConstraint("decision", "place"),
    )
