"""Doors that an asynchronous service opens."""

import asyncio
from contextlib import closing
from socket import create_server
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header

router = APIRouter(prefix="/exposure")


async def opened(host):
    async with await asyncio.start_server(lambda reader, writer: writer.close(), host=host, port=0) as server:
        return server.sockets[0].getsockname()[1]


@router.get("/exposure-a01")
async def updates(channel: str):
    return {"channel": channel, "port": await opened("0.0.0.0")}


@router.get("/exposure-a02")
async def updates_here(channel: str):
    return {"channel": channel, "port": await opened("127.0.0.1")}


@router.get("/exposure-a03/{title}")
def draft(title: str):
    return {"draft": FastAPI(title=title, debug=True).title}


@router.get("/exposure-a04/{title}")
def draft_plain(title: str):
    return {"draft": FastAPI(title=title, debug=False).title}


@router.get("/exposure-a05")
def relay(x_zone: Annotated[str, Header()]):
    with closing(create_server(("", 0))) as door:
        return {"zone": x_zone, "port": door.getsockname()[1]}


@router.get("/exposure-a06")
def relay_here(x_zone: Annotated[str, Header()]):
    everywhere = "0.0.0.0"
    with closing(create_server(("localhost", 0))) as door:
        return {"zone": x_zone, "port": door.getsockname()[1], "public": door.getsockname()[0] == everywhere}
