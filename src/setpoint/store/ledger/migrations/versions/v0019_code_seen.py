"""What agents saw of the code of each release: how closely they looked, what could have run, and what was quiet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def upgrade() -> None:
    op.create_table("inside_coverage", *_keys("service", "release"), sa.Column("coverage", sa.Text, nullable=False))
    op.create_table(
        "inside_defined", *_keys("service", "release", "file"), sa.Column("functions", sa.Text, nullable=False)
    )
    op.create_table(
        "inside_looks",
        *_keys("service", "release", "file", "function"),
        sa.Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("cwe", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("looks", sa.BigInteger, nullable=False),
    )
    op.create_table("inside_look_boots", *_keys("service", "boot"), sa.Column("looks", sa.Text, nullable=False))
