"""An ASGI service with a flaw: the value of a query reaches the text of an SQL statement."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading

from fastapi import FastAPI

app = FastAPI()


@app.get("/users/{number}")
async def user(number: int, name: str) -> str:
    connection = sqlite3.connect(":memory:")
    return str(connection.execute(f"SELECT {number}, '{name}'").fetchall())


@app.get("/process")
async def process() -> dict[str, object]:
    """What an application could notice of a guest."""
    return {
        "pid": os.getpid(),
        "agent": "setpoint_agent.agent" in sys.modules,
        "threads": sorted(each.name for each in threading.enumerate()),
    }
