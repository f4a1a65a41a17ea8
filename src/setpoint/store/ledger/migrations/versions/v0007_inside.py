"""What agents report of services from inside, and what people want of agents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _text(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def upgrade() -> None:
    op.create_table("derived", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), _whole("offset"))
    _create_agents()
    _create_places()
    _create_routes()
    op.create_table(
        "inside_functions",
        *(_text(name, key=True) for name in ("service", "part", "file")),
        sa.Column("line", sa.BigInteger, primary_key=True),
        _text("function", key=True),
    )
    op.create_table(
        "inside_releases",
        *(_text(name, key=True) for name in ("service", "release")),
        *(_whole(name) for name in ("first_seen", "last_seen")),
    )
    op.create_table("told_attacks", *(_text(name, key=True) for name in ("service", "key")), _whole("attacks"))
    op.create_table(
        "agent_switches",
        *(_text(name, key=True) for name in ("service", "instance")),
        *(_text(name) for name in ("wanted", "actor", "reason")),
        _whole("issued_at"),
    )


def _create_agents() -> None:
    op.create_table(
        "agents",
        *(_text(name, key=True) for name in ("service", "boot")),
        _text("instance"),
        _whole("sequence"),
        *(_text(name) for name in ("release", "version", "python", "implementation", "coverage")),
        _whole("started", nullable=True),
        *(_whole(name) for name in ("reported_at", "received_at")),
        sa.Column("cpu_seconds", sa.Float, nullable=False),
        *(_text(name) for name in ("counters", "mishaps")),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("is_watching", "is_gone")),
    )
    op.create_index("agents_in_order", "agents", ["service", "instance", "boot"])
    op.create_index("agents_by_age", "agents", ["is_gone", "received_at"])


def _create_places() -> None:
    op.create_table(
        "inside_places",
        *(_text(name, key=True) for name in ("service", "key")),
        _text("sighting"),
        *(_whole(name) for name in ("met", "attacks", "first", "last")),
        *(_text(name) for name in ("probes", "releases")),
        _whole("changed"),
    )
    op.create_index("inside_places_changed", "inside_places", ["service", "changed"])
    op.create_table(
        "inside_place_boots",
        *(_text(name, key=True) for name in ("service", "key", "boot")),
        *(_whole(name) for name in ("met", "attacks")),
    )
    op.create_index("inside_place_boots_of_boot", "inside_place_boots", ["service", "boot"])


def _create_routes() -> None:
    keys = ("service", "route", "method")
    op.create_table(
        "inside_routes",
        *(_text(name, key=True) for name in keys),
        *(_text(name) for name in ("framework", "totals")),
        _whole("last_seen"),
    )
    op.create_table("inside_route_boots", *(_text(name, key=True) for name in (*keys, "boot")), _text("totals"))
    op.create_index("inside_route_boots_of_boot", "inside_route_boots", ["service", "boot"])
