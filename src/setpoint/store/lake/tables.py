"""What is in the lake: its one table, the views that queries see, and the version of both. `opening` makes them.

The table stays in the order in which events came in, so that a day's events lie together: what is of one day is read,
or dropped, without touching the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VERSION: Final = 1

EVENTS: Final = "kept.events"

TABLES: Final = (
    "CREATE SCHEMA kept",
    """
    CREATE TABLE kept.events (
        "offset" BIGINT NOT NULL,
        received_at TIMESTAMPTZ NOT NULL,
        "time" TIMESTAMPTZ NOT NULL,
        source VARCHAR NOT NULL,
        id VARCHAR NOT NULL,
        type VARCHAR NOT NULL,
        subject VARCHAR NOT NULL,
        service VARCHAR NOT NULL,
        sender VARCHAR NOT NULL,
        data JSON
    )
    """,
    "CREATE TABLE kept.state (version INTEGER NOT NULL, taken BIGINT NOT NULL)",
)

VIEWS: Final[Mapping[str, str]] = {
    "signals": "SELECT * FROM kept.events",
    # Counters only ever grow while a process lives, so the largest value is the latest: a report that came twice, or
    # late, changes nothing.
    "agent_counters": """
        WITH reports AS (
            SELECT source, service, received_at, data ->> '$.boot' AS boot, data -> '$.counters' AS counters
            FROM kept.events
            WHERE type = 'setpoint.agent.report' AND json_type(data -> '$.counters') = 'OBJECT'
        )
        SELECT
            reports.source, reports.service, reports.boot, each.key AS counter,
            max(TRY_CAST(each.value AS UBIGINT)) AS value, max(reports.received_at) AS last_received_at
        FROM reports, json_each(reports.counters) AS each
        GROUP BY ALL
    """,
    "daily": """
        SELECT
            CAST(received_at AS DATE) AS day, type, source, service,
            count(*) AS events, min("time") AS first_time, max("time") AS last_time
        FROM kept.events
        GROUP BY ALL
    """,
}
"""Name → what it selects; docs/reference/signals.md says what its columns mean."""
