"""Alembic's entry point; `opening.py` runs it on a connection that is in the one transaction of all migrations."""

from __future__ import annotations

from alembic import context

from setpoint.store.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
