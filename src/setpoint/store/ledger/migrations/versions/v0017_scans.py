"""What scanners told of releases, weaknesses by fingerprint, and what releases brought to the gate."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "release_scans",
        *(_text(name, key=True) for name in ("service", "version")),
        sa.Column("number", sa.BigInteger, nullable=False),
        _moment("at"),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_index("release_scans_of_service", "release_scans", ["service", "number"])
    op.create_table(
        "code_weaknesses",
        *(_text(name, key=True) for name in ("service", "fingerprint")),
        *(_text(name) for name in ("document", "first_version", "version")),
        _moment("first_seen"),
        _moment("last_seen"),
        sa.Column("times_opened", sa.Integer, nullable=False),
        _moment("closed_at", nullable=True),
    )
    op.create_index("code_weaknesses_open", "code_weaknesses", ["closed_at", "service"])
    op.create_table(
        "release_grants",
        sa.Column("id", NUMBER, primary_key=True),
        *(_text(name) for name in ("service", "version", "kind")),
        sa.Column("share", sa.Float, nullable=False),
        *(_text(name) for name in ("actor", "reason")),
        _moment("at"),
        _moment("expires_at"),
    )
    op.create_index("release_grants_of_release", "release_grants", ["service", "version"])
    op.create_table(
        "break_glass",
        sa.Column("id", NUMBER, primary_key=True),
        *(_text(name) for name in ("service", "version", "ticket", "actor", "reason")),
        _moment("at"),
        _moment("expires_at"),
    )
    op.create_index("break_glass_of_release", "break_glass", ["service", "version"])
    op.create_index("break_glass_by_end", "break_glass", ["expires_at"])
