"""Of which journal the reports are worked in: offsets of another one mean other entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("derived", sa.Column("journal", sa.Text, nullable=False, server_default=""))
