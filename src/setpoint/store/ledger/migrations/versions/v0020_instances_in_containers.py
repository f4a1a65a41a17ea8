"""Which container an instance is, and what the agent in it says, so that it is counted once whoever tells of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("instances", sa.Column("container", sa.Text, nullable=False, server_default=""))
    op.add_column("instances", sa.Column("agent_release", sa.Text))
    op.execute("UPDATE instances SET agent_release = '' WHERE source = 'agent'")
    told = sa.text("container <> ''")
    op.create_index("instances_by_container", "instances", ["container"], sqlite_where=told, postgresql_where=told)
