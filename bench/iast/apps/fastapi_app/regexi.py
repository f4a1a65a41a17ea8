"""Pattern search."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, WebSocket
from shoplib.seed import PRODUCTS

router = APIRouter(prefix="/regexi")
NAMES = [name for _, name, _, _ in PRODUCTS]
pool = ThreadPoolExecutor(1)


def matching(pattern):
    return [name for name in NAMES if re.fullmatch(pattern, name)]


@router.get("/regexi-a01")
def search(name: str):
    return pool.submit(matching, f"(?i){name}.*").result()


@router.get("/regexi-a02")
def search_escaped(name: str):
    return pool.submit(matching, f"(?i){re.escape(name)}.*").result()


@router.websocket("/regexi-a03")
async def live(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_json()
    matches = partial(re.match, message["search"]["pattern"])
    await socket.send_json([name for name in NAMES if matches(name)])
    await socket.close()


@router.websocket("/regexi-a04")
async def live_constant(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_json()
    matches = partial(re.match, "Desk")
    await socket.send_json([name for name in NAMES if matches(name)] if message["search"]["pattern"] else [])
    await socket.close()


def wanted(request: Request):
    return [name for name in request.query_params.keys() if name != "limit"][0]


@router.get("/regexi-a05")
async def by_name(wanted: Annotated[str, Depends(wanted)]):
    return [re.sub("(" + wanted + ")", "<\\1>", name) for name in NAMES[:2]] + matching(wanted + ".+")


@router.get("/regexi-a06")
async def by_part(wanted: Annotated[str, Depends(wanted)]):
    return [name for name in NAMES if re.search(r"\w+", name) and wanted in name]
