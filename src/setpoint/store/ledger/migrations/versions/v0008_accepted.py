"""What accepts a finding, so that it does not count; why reverts were held back in a heartbeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("findings", sa.Column("accepted_by", sa.Text, nullable=False, server_default=""))
    op.add_column("findings", sa.Column("has_counted", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("beats", sa.Column("held", sa.Text, nullable=False, server_default="{}"))
