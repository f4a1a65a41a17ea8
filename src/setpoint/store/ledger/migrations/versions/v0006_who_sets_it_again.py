"""Who sets again what was set back, and when that is asked again; in which scope a gate was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("remediations", sa.Column("inquiry", sa.Text))
    op.add_column("remediations", sa.Column("ask_at", sa.BigInteger))
    is_asked = sa.text("ask_at IS NOT NULL")
    op.create_index(
        "remediations_to_ask", "remediations", ["scope", "ask_at"], sqlite_where=is_asked, postgresql_where=is_asked
    )
    op.add_column("gate_cases", sa.Column("scope", sa.Text, nullable=False, server_default=""))
