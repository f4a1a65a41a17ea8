"""Since when a bill of materials is of nothing any more, and instances by who told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "unused_sboms",
        sa.Column("sbom", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_index("instances_by_source", "instances", ["source"])
