"""What trails recorded of changes, by the names of what they were made to; and who made each difference, by these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "trail_writes",
        sa.Column("number", _number, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "account", "key")),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("id", name="trail_writes_by_id"),
    )
    op.create_index("trail_writes_by_age", "trail_writes", ["at"])
    op.create_table(
        "trail_write_names",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("trail_write_names_by_number", "trail_write_names", ["number"])
    for name in ("chain", "labels"):
        op.add_column("trail_sessions", sa.Column(name, sa.Text))
    op.add_column("findings", sa.Column("traced", sa.Text))
    for name in ("traced_for", "traced_up_to", "trace_at", "traces_until"):
        op.add_column("findings", sa.Column(name, sa.BigInteger))
