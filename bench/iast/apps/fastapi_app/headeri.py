"""Headers of answers."""

import base64
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import PlainTextResponse

router = APIRouter(prefix="/headeri")


class Unit(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"


@router.get("/headeri-a01")
async def export(name: str, response: Response):
    response.headers["content-disposition"] = 'attachment; filename="' + name + '"'
    return {}


@router.get("/headeri-a02")
async def export_constant(name: str, response: Response):
    response.headers["content-disposition"] = 'attachment; filename="' + "stock list" + '"'
    return {"asked": len(name)}


@router.get("/headeri-a03")
async def echo(request: Request):
    wanted = next(name for name in request.headers if name.startswith("x-show-")).removeprefix("x-show-")
    return PlainTextResponse("ok", headers={wanted.title(): "yes"})


@router.get("/headeri-a04")
async def echo_known(request: Request):
    wanted = next(name for name in request.headers if name.startswith("x-show-")).removeprefix("x-show-")
    known = {"compact-view": "Compact-View", "large-print": "Large-Print"}
    return PlainTextResponse("ok", headers={known.get(wanted, "X-Default"): "yes"})


@router.get("/headeri-a05")
def caching(x_cache: Annotated[str, Header()]):
    scope = base64.b64decode(x_cache).decode()
    return PlainTextResponse("ok", headers={"Cache-Control": f"{scope}, max-age=60"})


@router.get("/headeri-a06")
def caching_of_enum(scope: Annotated[Unit, Query()]):
    return PlainTextResponse("ok", headers={"Cache-Control": f"{scope}, max-age=60"})
