"""Who may call the API: tokens, and the keys that are handed out with them."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    pass
