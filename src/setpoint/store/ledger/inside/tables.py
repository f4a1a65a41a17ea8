"""The tables of what agents reported. Those in the file are made by `migrations/`; a test holds the two together.

Totals stand beside the largest counts seen of each boot, and grow with them: a boot that is gone for long can be let go
without any count becoming less.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from setpoint.store.ledger.columns import Document, Moment
from setpoint.store.ledger.tables import metadata

# One row: up to where the journal is worked in.
derived = Table(
    "derived",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, nullable=False),
    # Of which journal; empty for one whose identity nobody asked for.
    Column("journal", Text, nullable=False, server_default=""),
)

agents = Table(
    "agents",
    metadata,
    Column("service", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("instance", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("release", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("python", Text, nullable=False),
    Column("implementation", Text, nullable=False),
    Column("coverage", Text, nullable=False),
    Column("started", Moment),
    Column("reported_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("cpu_seconds", Float, nullable=False),
    Column("counters", Document, nullable=False),
    Column("mishaps", Document, nullable=False),
    Column("is_watching", Boolean, nullable=False),
    # Whether its own counts were let go; the totals have them.
    Column("is_gone", Boolean, nullable=False),
    Index("agents_in_order", "service", "instance", "boot"),
    Index("agents_by_age", "is_gone", "received_at"),
)

places = Table(
    "inside_places",
    metadata,
    Column("service", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("sighting", Document, nullable=False),
    Column("met", BigInteger, nullable=False),
    Column("attacks", BigInteger, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("probes", Document, nullable=False),
    # Release → microseconds since 1970 when it was seen there last.
    Column("releases", Document, nullable=False),
    # The offset of the report that changed it last.
    Column("changed", BigInteger, nullable=False),
    Index("inside_places_changed", "service", "changed"),
)

place_boots = Table(
    "inside_place_boots",
    metadata,
    Column("service", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("met", BigInteger, nullable=False),
    Column("attacks", BigInteger, nullable=False),
    Index("inside_place_boots_of_boot", "service", "boot"),
)

routes = Table(
    "inside_routes",
    metadata,
    Column("service", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("framework", Text, nullable=False),
    # Calls, statuses, latency, seconds and effects.
    Column("totals", Document, nullable=False),
    Column("last_seen", Moment, nullable=False),
    # Release → microseconds since 1970 when it was called there last.
    Column("releases", Document, nullable=False),
)

route_boots = Table(
    "inside_route_boots",
    metadata,
    Column("service", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("totals", Document, nullable=False),
    Index("inside_route_boots_of_boot", "service", "boot"),
)

functions = Table(
    "inside_functions",
    metadata,
    Column("service", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("function", Text, primary_key=True),
)

releases = Table(
    "inside_releases",
    metadata,
    Column("service", Text, primary_key=True),
    Column("release", Text, primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
)

# Of each release, the least exact that any of its agents ever was.
coverage = Table(
    "inside_coverage",
    metadata,
    Column("service", Text, primary_key=True),
    Column("release", Text, primary_key=True),
    Column("coverage", Text, nullable=False),
)

# All functions of a file that was loaded, whether they ran or not.
defined = Table(
    "inside_defined",
    metadata,
    Column("service", Text, primary_key=True),
    Column("release", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("functions", Document, nullable=False),
)

# Lines that called something dangerous with nothing of their request in it.
looks = Table(
    "inside_looks",
    metadata,
    Column("service", Text, primary_key=True),
    Column("release", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("function", Text, primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("cwe", Integer, primary_key=True, autoincrement=False),
    Column("looks", BigInteger, nullable=False),
)

look_boots = Table(
    "inside_look_boots",
    metadata,
    Column("service", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    # All of the boot's, by line: one row for each would be thousands a process.
    Column("looks", Document, nullable=False),
)

bills = Table(
    "inside_bills",
    metadata,
    Column("service", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("instance", Text, nullable=False),
    # Of the state that the components are in, as the agent calls it; empty where a message in between is missing.
    Column("digest", Text, nullable=False),
    Column("is_whole", Boolean, nullable=False),
    # Packed by `bills`.
    Column("components", LargeBinary, nullable=False),
)

# How many attacks of a place a signal was added for: kept apart from what can be derived again.
told_attacks = Table(
    "told_attacks",
    metadata,
    Column("service", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("attacks", BigInteger, nullable=False),
)

switches = Table(
    "agent_switches",
    metadata,
    Column("service", Text, primary_key=True),
    # Empty for all of the service.
    Column("instance", Text, primary_key=True),
    Column("wanted", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("issued_at", Moment, nullable=False),
)
