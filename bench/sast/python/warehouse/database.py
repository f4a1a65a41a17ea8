"""The database by SQLAlchemy, and its tables."""

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from warehouse import settings

engine = create_engine(f"sqlite:///{settings.DATABASE}", poolclass=NullPool)
TABLES = (
    "create table if not exists items (id integer primary key, code text, name text, shelf text, stock int)",
    "create table if not exists orders (id integer primary key, item int, buyer text, state text)",
    "create table if not exists suppliers (id text primary key, name text, city text)",
    "create table if not exists people (name text primary key, digest text)",
)
ROWS = (
    "insert or ignore into items values (1, 'A-100', 'Bolt', 'north', 40), (2, 'B-200', 'Gear', 'south', 7)",
    "insert or ignore into orders values (1, 1, 'ada', 'open'), (2, 2, 'grace', 'sent')",
    "insert or ignore into suppliers values ('5f0c2a9e-3c53-4f5b-9a42-0d8b1f6b7a10', 'Ironworks', 'Leeds')",
)


def prepare():
    with engine.begin() as connection:
        for statement in TABLES + ROWS:
            connection.execute(text(statement))


def rows(statement, values=None):
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement, values or {}).mappings()]


def change(statement, values=None):
    with engine.begin() as connection:
        return connection.execute(statement, values or {}).rowcount
