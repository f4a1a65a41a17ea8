"""What the API needs: whose a decision is, to show each service its own, and the answers that it gave lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("decisions", sa.Column("service", sa.Text, nullable=False, server_default=""))
    if op.get_bind().dialect.name == "sqlite":  # no ledger in PostgreSQL is older than this
        decisions = sa.table("decisions", sa.column("id"), sa.column("service"), sa.column("document", sa.JSON))
        op.execute(decisions.update().values(service=decisions.c.document["service"].as_string()))
    op.create_index("decisions_of_service", "decisions", ["service", "id"])
    op.create_table(
        "answers",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("caller", "key", "fingerprint")),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("caller", "key"),
    )
    op.create_index("answers_by_age", "answers", ["at"])
