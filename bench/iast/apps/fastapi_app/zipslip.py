"""Archives, unpacked beside the event loop."""

import asyncio
import io
import os
import tarfile
import zipfile
from pathlib import Path

from fastapi import APIRouter, Request, UploadFile, WebSocket

router = APIRouter(prefix="/zipslip")
KNOWN = {"readme.txt", "prices.txt"}


def unpack(archive, choose):
    for name in filter(choose, archive.namelist()):
        Path("unpacked").joinpath(name).write_bytes(archive.read(name))


@router.post("/zipslip-a01")
async def album(album: UploadFile):
    with zipfile.ZipFile(album.file) as archive:
        await asyncio.to_thread(unpack, archive, lambda name: not name.endswith("/"))
    return {"done": True}


@router.post("/zipslip-a02")
async def album_known(album: UploadFile):
    with zipfile.ZipFile(album.file) as archive:
        await asyncio.to_thread(unpack, archive, lambda name: name in KNOWN)
    return {"done": True}


@router.post("/zipslip-a03")
async def layers(request: Request):
    with tarfile.open(fileobj=io.BytesIO(await request.body()), mode="r:*") as archive:
        archive.extractall(path="unpacked", members=[member for member in archive if member.isfile()])
    return {"done": True}


@router.post("/zipslip-a04")
async def layers_of_zip(request: Request):
    with zipfile.ZipFile(io.BytesIO(await request.body())) as archive:
        archive.extractall("unpacked")
    return {"done": True}


@router.websocket("/zipslip-a05")
async def parts(socket: WebSocket):
    await socket.accept()
    with zipfile.ZipFile(io.BytesIO(await socket.receive_bytes())) as archive:
        for member in archive.infolist():
            place = os.sep.join(["unpacked", member.filename])
            with open(place, "w", encoding="utf-8") as out:
                out.write(archive.read(member).decode())
    await socket.send_text("done")
    await socket.close()


@router.websocket("/zipslip-a06")
async def parts_listed(socket: WebSocket):
    await socket.accept()
    with zipfile.ZipFile(io.BytesIO(await socket.receive_bytes())) as archive:
        listing = "\n".join(str(member.file_size) for member in archive.infolist())
    Path("unpacked/listing-a06.txt").write_text(listing, encoding="utf-8")
    await socket.send_text("done")
    await socket.close()
