"""Evidence for tests of what is done with it."""

from __future__ import annotations

from typing import Any

from setpoint_agent.catalogue import SQL_INJECTION
from setpoint_agent.evidence import Evidence, Frame, Origin

FRAME = Frame("shop/users.py", 19, "user")


def evidence(**changed: Any) -> Evidence:
    given: dict[str, Any] = {
        "kind": SQL_INJECTION,
        "attack": False,
        "confidence": 0.9,
        "sink": "sqlite3.Cursor.execute",
        "frames": (FRAME,),
        "origins": (Origin("query", "name", "a{7}", "f" * 32),),
        "method": "GET",
        "path": "/users/7",
        "route": "/users/{number}",
        "context": "string literal",
    }
    return Evidence(**{**given, **changed})
