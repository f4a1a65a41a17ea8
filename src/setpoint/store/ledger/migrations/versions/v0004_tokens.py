"""Who may call the API: tokens, and the keys that are handed out with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text, primary_key=True),
        _text("name"),
        _text("digest"),
        _text("scopes"),
        _text("service", nullable=True),
        sa.Column("is_agent", sa.Boolean, nullable=False),
        _moment("created_at"),
        _text("created_by"),
        _moment("expires_at", nullable=True),
        _moment("last_used_at", nullable=True),
        _moment("revoked_at", nullable=True),
        _text("rotated_from", nullable=True),
    )
    op.create_index("tokens_of_name", "tokens", ["name"])
    op.create_table("wrapped_keys", sa.Column("purpose", sa.Text, primary_key=True), _text("wrapped"))
