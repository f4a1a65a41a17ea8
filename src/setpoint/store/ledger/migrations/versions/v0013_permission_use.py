"""Which permissions were used, counted from CloudTrail, and up to where that is read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def _long(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=False, primary_key=key, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "use_names",
        sa.Column("id", _number, primary_key=True),
        _text("name"),
        sa.UniqueConstraint("name", name="use_names_by_name"),
    )
    op.create_table(
        "permission_uses",
        *(
            sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)
            for name in ("principal", "action", "resource", "day", "original")
        ),
        *(_long(name) for name in ("used", "failed", "denied", "first", "last")),
        sqlite_with_rowid=False,
    )
    op.create_table("unmapped_events", _text("name", key=True), _long("events"))
    op.create_table(
        "trail_gaps",
        *(_text(name, key=True) for name in ("account", "region")),
        *(_long(name, key=True) for name in ("since", "until")),
        *(_text(name, key=True) for name in ("kind", "reason")),
    )
    op.create_table(
        "trail_reach",
        *(_text(name, key=True) for name in ("account", "region")),
        *(_long(name) for name in ("first", "last")),
    )
    op.create_table("trail_marks", *(_text(name, key=True) for name in ("source", "part")), _text("mark"))
    op.create_table("trail_logs", *(_text(name, key=True) for name in ("source", "name")), _text("digest"), _long("at"))
    op.create_index("trail_logs_by_age", "trail_logs", ["source", "at"])
    op.create_table("trail_sessions", _text("key", key=True), _text("principal"), _long("begun"))
    op.create_index("trail_sessions_by_age", "trail_sessions", ["begun"])
