"""The tables of scans and of what releases brought. Those in the file are made by `migrations/`; a test holds the two
together.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, Table, Text

from setpoint.store.ledger.columns import Document, Moment, Number
from setpoint.store.ledger.tables import metadata

# All that is known of a release's source: the last of each scanner.
release_scans = Table(
    "release_scans",
    metadata,
    Column("service", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    # Grows with every scan of any release: what was concluded from one number holds until the next.
    Column("number", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    # A document, compressed: a release has a thousand weaknesses.
    Column("packed", LargeBinary, nullable=False),
    Index("release_scans_of_service", "service", "number"),
)

weaknesses = Table(
    "code_weaknesses",
    metadata,
    Column("service", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    # As it was told last.
    Column("document", Document, nullable=False),
    # The release that it was told of first, and last.
    Column("first_version", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("times_opened", Integer, nullable=False),
    Column("closed_at", Moment),
    Index("code_weaknesses_open", "closed_at", "service"),
)

# Approvals, and shares of the traffic that a release goes to first.
grants = Table(
    "release_grants",
    metadata,
    Column("id", Number, primary_key=True),
    Column("service", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("share", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("release_grants_of_release", "service", "version"),
)

break_glass = Table(
    "break_glass",
    metadata,
    Column("id", Number, primary_key=True),
    Column("service", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("break_glass_of_release", "service", "version"),
    Index("break_glass_by_end", "expires_at"),
)
