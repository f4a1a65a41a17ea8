"""The tables of identities, as they were last compared. Those in the database are made by `migrations/`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from setpoint.store.ledger.columns import Document, Moment
from setpoint.store.ledger.tables import metadata

principals = Table(
    "principals",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("urn", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("principal", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("compared", Text, nullable=False),
    Column("judged", Text, nullable=False),
    Column("comparison", Document, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("principals_by_name", "name"),
    Index("principals_by_service", "scope", "service"),
)

account_readings = Table(
    "account_readings",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("partition", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("read_at", Moment),
    Column("doubts", Document, nullable=False),
)
