"""Filters of MongoDB made of what models, forms and parameters hold: declared as text, or as anything."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

import attrs
import httpx
import msgspec
import pydantic
import pymongo
import pymongo.errors
import pytest
from fastapi import Body, FastAPI, HTTPException, Request
from tests.conftest import Watch

FAMILIES = ("sinks.nosql",)
NAMES: Any = {"name": "smithson", "size": "9"}

people: Any = pymongo.MongoClient("mongodb://127.0.0.1:1/", serverSelectionTimeoutMS=1, connect=False).shop.people


def search(condition: Any) -> None:
    with suppress(pymongo.errors.PyMongoError):
        people.find_one(condition)


class Declared(pydantic.BaseModel):
    name: str


class Undeclared(pydantic.BaseModel):
    name: Any


class Filter(pydantic.BaseModel):
    where: dict[str, Any]


@attrs.define
class Attrs:
    name: Any
    size: Any


@dataclasses.dataclass
class Data:
    name: Any
    size: Any


class Struct(msgspec.Struct):
    name: str


async def as_it_came(request: Request) -> None:
    search(await request.json())


async def member(request: Request) -> None:
    search({"name": (await request.json())["name"]})


async def dictionary(data: dict[str, Any]) -> None:
    search({"name": data["name"]})


async def anything(name: Annotated[Any, Body()], size: Annotated[Any, Body()]) -> None:
    search({"name": name})


async def undeclared(data: Undeclared) -> None:
    search({"name": data.name})


async def undeclared_dumped(data: Undeclared) -> None:
    search({"name": data.model_dump()["name"]})


async def of_attrs(request: Request) -> None:
    search(attrs.asdict(Attrs(**await request.json())))


async def of_dataclass(request: Request) -> None:
    search({"name": Data(**await request.json()).name})


async def of_msgspec(request: Request) -> None:
    search({"name": msgspec.json.decode(await request.body())["name"]})


async def inner(data: Filter) -> None:
    search(data.where)


async def bracketed(request: Request) -> None:
    condition: dict[str, Any] = {}
    for name, value in request.query_params.items():
        found = re.fullmatch(r"(\w+)\[(\$\w+)\]", name)
        if found:
            condition[found[1]] = {found[2]: value}
    search(condition)


async def of_query(f: str) -> None:
    search(json.loads(f))


async def declared(data: Declared) -> None:
    search({"name": data.name})


async def declared_dumped(data: Declared) -> None:
    search(data.model_dump())


async def made_text(request: Request) -> None:
    search({"name": str((await request.json())["name"])})


async def refused(request: Request) -> None:
    name = (await request.json())["name"]
    if not isinstance(name, str):
        raise HTTPException(400)
    search({"name": name})


async def compared(request: Request) -> None:
    search({"name": {"$eq": (await request.json())["name"]}})


async def of_struct(request: Request) -> None:
    search({"name": msgspec.json.decode(await request.body(), type=Struct).name})


async def of_text(request: Request) -> None:
    search({"name": request.query_params["q"]})


async def unrelated(request: Request) -> None:
    await request.json()
    search({"name": "smithson"})


FLAWED = (
    as_it_came, member, dictionary, anything, undeclared, undeclared_dumped, of_attrs, of_dataclass, of_msgspec, inner,
    bracketed, of_query,
)  # fmt: skip
SAFE = (declared, declared_dumped, made_text, refused, compared, of_struct, of_text, unrelated)


def answer(view: Callable[..., Any]) -> int:
    application = FastAPI()
    application.add_api_route("/", view, methods=["POST"])
    query = {"q": "blue", "name[$ne]": "none", "f": json.dumps(NAMES)}
    body = {"where": NAMES} if view is inner else NAMES

    async def post() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://shop") as client:
            return (await client.post("/", params=query, json=body)).status_code

    return asyncio.run(post())


@pytest.mark.parametrize("view", FLAWED, ids=lambda each: each.__name__)
def test_flawed(watching: Watch, view: Callable[..., Any]) -> None:
    evidence = watching(*FAMILIES)
    assert answer(view) == 200
    assert {each.kind.name for each in evidence} == {"nosql-injection"}


@pytest.mark.parametrize("view", SAFE, ids=lambda each: each.__name__)
def test_safe(watching: Watch, view: Callable[..., Any]) -> None:
    evidence = watching(*FAMILIES)
    assert answer(view) == 200
    assert evidence == []
