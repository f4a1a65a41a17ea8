"""In which releases a route was called: a weak place that is not met any more says little where nobody called it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("inside_routes", sa.Column("releases", sa.Text, nullable=False, server_default="{}"))
