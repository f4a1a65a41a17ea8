"""What resources were, by digest, so that other policies can be run over the past."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
