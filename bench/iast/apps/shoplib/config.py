"""Where the shop's neighbours are, from the environment."""

import os

PUBLIC = False
"""No part of the shop is reachable from elsewhere."""

LISTENER_PORT = int(os.environ.get("SHOP_LISTENER_PORT", "0"))
TLS_PORT = int(os.environ.get("SHOP_TLS_PORT", "0"))
SMTP_PORT = int(os.environ.get("SHOP_SMTP_PORT", "0"))
MONGO_PORT = int(os.environ.get("SHOP_MONGO_PORT", "0"))
POSTGRES = os.environ.get("SHOP_POSTGRES", "")
SESSION_KEY = os.environ.get("SHOP_SESSION_KEY", "")
SIGNING_KEY = os.environ.get("SHOP_SIGNING_KEY", "")


def postgres_parts() -> dict[str, str]:
    """The address in parts, as asyncpg wants it."""
    parts = dict(each.split("=", 1) for each in POSTGRES.split())
    return {"host": parts["host"], "user": parts["user"], "database": parts["dbname"]}
