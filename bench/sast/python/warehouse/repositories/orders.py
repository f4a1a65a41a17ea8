"""Orders and suppliers, some of it by the driver itself."""

import sqlite3
from contextlib import closing

import aiosqlite

from warehouse import settings

STATES = ("open", "sent")


def of_buyer(buyer):
    with closing(sqlite3.connect(settings.DATABASE)) as connection:
        return connection.execute("select id, state from orders where buyer = '" + buyer + "'").fetchall()


def in_state(state):
    if state not in STATES:
        return []
    with closing(sqlite3.connect(settings.DATABASE)) as connection:
        return connection.execute(f"select id, buyer from orders where state = '{state}'").fetchall()


async def of_item(item):
    async with aiosqlite.connect(settings.DATABASE) as connection:
        rows = await connection.execute_fetchall(f"select id from orders where item = {item}")
        return [row[0] for row in rows]


async def supplier(number):
    async with aiosqlite.connect(settings.DATABASE) as connection:
        rows = await connection.execute_fetchall(f"select name from suppliers where id = '{number}'")
        return [row[0] for row in rows]


def cities(city):
    with closing(sqlite3.connect(settings.DATABASE)) as connection, connection:
        return connection.execute("update suppliers set city = '{0}' where city = '{0}'".format(city)).rowcount
