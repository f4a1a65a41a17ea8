"""What both services answer from: a table of orders, a file. Imported by the services alone."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

FOLDER = Path(os.environ["OVERHEAD_FOLDER"])
"""Made by `bench.agent_overhead`: `shop.sqlite` and `terms.txt`."""

connection = sqlite3.connect(FOLDER / "shop.sqlite", check_same_thread=False)


def orders(customer: str) -> list[tuple[int, str, float]]:
    """Twenty rows."""
    found: list[tuple[int, str, float]] = connection.execute(
        "SELECT number, item, price FROM orders WHERE customer = ? ORDER BY number LIMIT 20", (customer,)
    ).fetchall()
    return found


def terms() -> str:
    with (FOLDER / "terms.txt").open(encoding="utf-8") as file:
        return file.read()
