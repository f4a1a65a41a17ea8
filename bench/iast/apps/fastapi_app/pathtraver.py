"""Documents, read by an asynchronous service."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, HTTPException, UploadFile, WebSocket
from fastapi.responses import FileResponse, PlainTextResponse
from shoplib.text import unbase64

router = APIRouter(prefix="/pathtraver", default_response_class=PlainTextResponse)
ROOT = os.path.realpath("data/public")


async def text(place):
    try:
        return await asyncio.to_thread(Path(place).read_text, encoding="utf-8")
    except OSError:
        raise HTTPException(404) from None


@router.get("/pathtraver-a01")
async def document(name: str):
    return await text("data/public/" + name)


@router.get("/pathtraver-a02")
async def document_prefixed(name: str):
    place = os.path.realpath(os.path.join(ROOT, name))
    if not place.startswith(ROOT + os.sep):
        raise HTTPException(404)
    return await text(place)


@router.post("/pathtraver-a03")
async def upload(picture: UploadFile):
    target = os.path.join("uploads", picture.filename.lower())
    descriptor = os.open(target, os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, await picture.read())
    os.close(descriptor)
    return "saved"


@router.post("/pathtraver-a04")
async def upload_numbered(picture: UploadFile):
    extension = ".png" if picture.filename.lower().endswith(".png") else ".bin"
    target = os.path.join("uploads", f"picture-{len(await picture.read())}{extension}")
    descriptor = os.open(target, os.O_CREAT | os.O_WRONLY)
    os.close(descriptor)
    return "saved"


def chosen(theme: Annotated[str, Cookie()]):
    return {"file": f"{unbase64(theme)}.txt", "folder": "data/public/notes"}


@router.get("/pathtraver-a05")
def theme(settings: Annotated[dict, Depends(chosen)]):
    place = os.sep.join([settings["folder"], settings["file"]])
    return FileResponse(place) if os.path.isfile(place) else PlainTextResponse("none", 404)


@router.get("/pathtraver-a06")
def theme_folder(settings: Annotated[dict, Depends(chosen)]):
    place = os.sep.join([settings["folder"], "teal.txt"])
    return FileResponse(place) if os.path.isfile(place) else PlainTextResponse("none", 404)


@router.websocket("/pathtraver-a07")
async def reader(socket: WebSocket):
    await socket.accept()
    wanted = await socket.receive_text()
    folder, _, name = wanted.partition(":")
    try:
        await socket.send_text(open(f"data/public/{folder}/{name}").read())
    except OSError:
        await socket.send_text("not here")
    await socket.close()


@router.get("/pathtraver-a08/{number}")
def page(number: int):
    place = f"data/public/page-{number}.txt"
    return Path(place).read_text() if os.path.exists(place) else "no such page"
