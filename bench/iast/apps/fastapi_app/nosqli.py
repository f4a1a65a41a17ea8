"""Reviews, asked with PyMongo's own asyncio client and the blocking one."""

import base64
import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel
from shoplib.documents import async_shop, names, shop

router = APIRouter(prefix="/nosqli")


class LooseSearch(BaseModel):
    colour: Any
    limit: int = 3


class StrictSearch(BaseModel):
    colour: str
    limit: int = 3


@router.post("/nosqli-a01")
async def search(search: LooseSearch):
    cursor = async_shop().reviews.find({"colour": search.colour}).limit(search.limit)
    return [document["name"] async for document in cursor]


@router.post("/nosqli-a02")
async def search_strictly(search: StrictSearch):
    cursor = async_shop().reviews.find({"colour": search.colour}).limit(search.limit)
    return [document["name"] async for document in cursor]


@router.get("/nosqli-a03")
def decoded(filter: Annotated[str, Query()]):
    wanted = json.loads(base64.b64decode(filter))
    return names(shop().reviews.find(dict(wanted)))


@router.get("/nosqli-a04")
def decoded_one_field(filter: Annotated[str, Query()]):
    wanted = json.loads(base64.b64decode(filter))
    author = wanted.get("author", "")
    return names(shop().reviews.find({"author": author if isinstance(author, str) else ""}))


@router.post("/nosqli-a05")
def count(author: Annotated[str, Form()]):
    script = "this.author == '{}'".format(author.strip())
    return names(shop().reviews.find({"$where": script}))


@router.post("/nosqli-a06")
def count_letters(author: Annotated[str, Form()]):
    for quote in ("'", '"', "\\"):
        if quote in author:
            return []
    script = "this.author == '{}'".format(author.strip())
    return names(shop().reviews.find({"$where": script}))
