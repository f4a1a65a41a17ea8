"""Programs, run from an event loop."""

import asyncio
import shlex
import subprocess
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Form, HTTPException, Request, WebSocket
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

router = APIRouter(prefix="/cmdi", default_response_class=PlainTextResponse)


async def shell(line):
    process = await asyncio.create_subprocess_shell(line, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out.decode()


async def program(*arguments):
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out.decode()


@router.get("/cmdi-a01")
async def label(name: str):
    return await shell(f"echo label for {name}")


@router.get("/cmdi-a02")
async def label_by_argument(name: str):
    return await program("echo", "label", "for", name)


def note(request: Request):
    return request.headers["referer"].split("#", 1)[-1]


@router.get("/cmdi-a03")
def remember(note: Annotated[str, Depends(note)]):
    return subprocess.run(f"echo {note}", shell=True, capture_output=True, text=True).stdout


@router.get("/cmdi-a04")
def remember_quoted(note: Annotated[str, Depends(note)]):
    return subprocess.run(shlex.join(["echo", note]), shell=True, capture_output=True, text=True).stdout


@router.post("/cmdi-a05")
def shipping(street: Annotated[str, Form()]):
    def line():
        return "echo to " + street.upper()

    return subprocess.Popen(line(), shell=True, stdout=subprocess.PIPE, text=True).communicate()[0]


class Parcel(BaseModel):
    street: str = Field(pattern=r"^[A-Za-z0-9 ]{1,40}$")


@router.post("/cmdi-a06")
def shipping_checked(parcel: Annotated[Parcel, Form()]):
    def line():
        return "echo to " + parcel.street.upper()

    return subprocess.Popen(line(), shell=True, stdout=subprocess.PIPE, text=True).communicate()[0]


@router.websocket("/cmdi-a07")
async def console(socket: WebSocket):
    await socket.accept()
    wanted = await socket.receive_text()
    await socket.send_text(await shell("echo status of " + wanted))
    await socket.close()


@router.get("/cmdi-a08")
async def pages(count: Annotated[str, Cookie()]):
    try:
        number = int(count)
    except ValueError:
        raise HTTPException(400, "a number please") from None
    return await shell(f"echo {number} pages")
