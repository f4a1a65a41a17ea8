"""Identities as they were last compared, and how far those of each account are known."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def _text(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def upgrade() -> None:
    op.create_table(
        "principals",
        *(_text(name, key=True) for name in ("scope", "urn")),
        *(_text(name) for name in ("account", "principal", "name", "service", "compared", "judged", "comparison")),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("principals_by_name", "principals", ["name"])
    op.create_index("principals_by_service", "principals", ["scope", "service"])
    op.create_table(
        "account_readings",
        *(_text(name, key=True) for name in ("scope", "partition", "account")),
        sa.Column("read_at", sa.BigInteger),
        _text("doubts"),
    )
