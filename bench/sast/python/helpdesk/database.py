"""The connection to the help desk's database, and its tables."""

import sqlite3
from contextlib import closing

from helpdesk import settings

TABLES = """
create table if not exists tickets (id integer primary key, title text, body text, status text, owner text, priority int);
create table if not exists customers (id integer primary key, name text, email text, password text);
create table if not exists notes (id integer primary key, ticket int, text text);
create table if not exists audit (id integer primary key, what text);
"""
ROWS = [
    (1, "Printer on fire", "It smells.", "open", "ada", 1),
    (2, "Cannot log in", "Since Monday.", "open", "grace", 2),
    (3, "Slow network", "All morning.", "closed", "ada", 3),
]


def connect():
    connection = sqlite3.connect(settings.DATABASE, timeout=20)
    connection.row_factory = sqlite3.Row
    return connection


def query(statement, values=()):
    with closing(connect()) as connection:
        return [dict(row) for row in connection.execute(statement, values).fetchall()]


def change(statement, values=()):
    with closing(connect()) as connection, connection:
        return connection.execute(statement, values).rowcount


def prepare():
    with closing(connect()) as connection, connection:
        connection.executescript(TABLES)
        connection.executemany("insert or ignore into tickets values (?, ?, ?, ?, ?, ?)", ROWS)
        connection.execute("insert or ignore into customers values (1, 'Ada', 'ada@helpdesk.example', '')")
