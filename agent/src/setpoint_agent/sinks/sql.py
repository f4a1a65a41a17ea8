"""SQL: what drivers of databases are told to execute. Each driver is watched in a module of `databases`.

Frameworks and mappers (Django, SQLAlchemy, peewee, pandas) end in one of them, where the text is final and the
parameters are still beside it: a flow is reported once, whatever it came through.
"""

from __future__ import annotations

from typing import Final

from setpoint_agent.sinks.databases import mysql, others, postgresql, sqlite

PATCHES: Final = (*sqlite.PATCHES, *postgresql.PATCHES, *mysql.PATCHES, *others.PATCHES)
