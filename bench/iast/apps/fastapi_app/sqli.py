"""Products and customers, asked asynchronously."""

import asyncio
import sqlite3
import uuid
from contextlib import closing
from enum import StrEnum
from typing import Annotated

import aiosqlite
from fastapi import APIRouter, Depends, Header, Query, WebSocket
from pydantic import BaseModel
from shoplib import config
from shoplib.text import Builder
from sqlalchemy import column, create_engine, select, table, text
from sqlalchemy.orm import Session

router = APIRouter(prefix="/sqli")
engine = create_engine("sqlite:///shop.db")
products = table("products", column("name"), column("colour"))


class Filter(BaseModel):
    colour: str
    limit: int = 5


class Order(BaseModel):
    title: str = "order"
    filter: Filter


class Colour(StrEnum):
    TEAL = "teal"
    OLIVE = "olive"
    WALNUT = "walnut"


def session():
    with Session(engine) as opened:
        yield opened


async def fetch(statement, parameters=()):
    async with aiosqlite.connect("shop.db") as database, database.execute(statement, parameters) as cursor:
        return [row[0] for row in await cursor.fetchall()]


@router.get("/sqli-a01")
async def find(name: str):
    return await fetch(f"SELECT name FROM products WHERE name = '{name}'")


@router.get("/sqli-a02")
async def find_bound(name: str):
    return await fetch("SELECT name FROM products WHERE name = ?", (name,))


@router.post("/sqli-a03")
def order(order: Order, database: Annotated[Session, Depends(session)]):
    statement = Builder().add("SELECT name FROM products WHERE colour =").add(f"'{order.filter.colour}'").build()
    return [row[0] for row in database.execute(text(statement))]


@router.post("/sqli-a04")
def order_with_expression(order: Order, database: Annotated[Session, Depends(session)]):
    return list(database.scalars(select(products.c.name).where(products.c.colour == order.filter.colour)))


async def by_city(city):
    return await fetch("SELECT name FROM customers WHERE id < 50 AND city = '%s'" % city)


@router.get("/sqli-a05")
async def nearby(x_city: Annotated[str, Header()]):
    task = asyncio.create_task(by_city(x_city.strip().capitalize()))
    return await task


@router.get("/sqli-a06")
async def nearby_default(x_city: Annotated[str, Header()]):
    city = x_city
    city = "Helsinki"
    task = asyncio.create_task(by_city(city.strip().capitalize()))
    return await task


@router.get("/sqli-a07")
async def any_of(name: Annotated[list[str], Query()]):
    def quoted():
        for each in name:
            yield "'" + each + "'"

    return await fetch("SELECT name FROM products WHERE name IN (" + ", ".join(quoted()) + ")")


@router.get("/sqli-a08")
async def any_of_bound(name: Annotated[list[str], Query()]):
    places = ", ".join("?" for _ in name)
    return await fetch(f"SELECT name FROM products WHERE name IN ({places})", tuple(name))


@router.websocket("/sqli-a09")
async def live_search(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_json()
    found = await fetch("SELECT name FROM products WHERE colour = '" + message["colour"] + "'")
    await socket.send_json(found)
    await socket.close()


@router.websocket("/sqli-a10")
async def live_search_of_known(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_json()
    try:
        colour = Colour(message["colour"])
    except ValueError:
        await socket.send_json([])
        await socket.close()
        return
    found = await fetch(f"SELECT name FROM products WHERE colour = '{colour}'")
    await socket.send_json(found)
    await socket.close()


@router.get("/sqli-a11/{name}")
async def in_warehouse(name: str):
    import asyncpg

    connection = await asyncpg.connect(**config.postgres_parts())
    try:
        return [row["name"] for row in await connection.fetch(f"SELECT name FROM products WHERE name = '{name}'")]
    finally:
        await connection.close()


@router.get("/sqli-a12/{reference}")
def by_reference(reference: str):
    wanted = uuid.UUID(reference)
    with closing(sqlite3.connect("shop.db")) as database:
        found = database.execute(f"SELECT id FROM visits WHERE page = '{wanted}'").fetchall()
    return {"found": len(found)}
