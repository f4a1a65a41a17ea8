"""Items: found, sorted, put on shelves."""

import logging
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, HTTPException
from pydantic import BaseModel

from warehouse.repositories import items
from warehouse.services import keys

router = APIRouter(prefix="/items")
log = logging.getLogger("warehouse.items")


class Shelves(BaseModel):
    names: list[str]


@router.get("/")
def find(name: str):
    log.info(f"items named {name}")
    return items.by_name(name)


@router.get("/code/{code}")
def of_code(code: str):
    return {"shard": keys.shard(code), "items": items.by_code(code)}


@router.get("/bound/{code}")
def of_code_bound(code: str):
    log.info("items of code %s", code.encode("unicode_escape").decode())
    return items.by_code_bound(code)


@router.get("/shelf")
def on_shelf(shelf: str, least: str = "0"):
    return items.on_shelf(items.Filter(shelf, least))


@router.get("/ordered")
def ordered(by: items.Order):
    return items.ordered(by)


@router.get("/page")
def page(limit: Annotated[str, Cookie()]):
    return items.page(limit)


@router.post("/shelves")
def shelves(wanted: Shelves):
    return items.shelves(wanted.names)


@router.get("/stock/{number}")
def stock(number: int):
    if keys.sampled():
        log.info("stock of %d", number)
    return items.stock_of(number)


@router.post("/{number}/shelf")
def restock(number: int, shelf: Annotated[str, Form()]):
    try:
        return items.restock(number, shelf)
    except ValueError as error:
        raise HTTPException(400, "no such shelf") from error
