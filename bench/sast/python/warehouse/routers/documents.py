"""Documents, pictures and archives."""

from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel

from warehouse import settings
from warehouse.services import keys
from warehouse.utilities import files

router = APIRouter(prefix="/documents")


class Names(BaseModel):
    old: str
    new: str


@router.get("/text")
def text_of(name: str):
    return files.text_of(name)


@router.get("/file/{name:path}")
def file(name: str):
    return FileResponse(f"{settings.DOCUMENTS}/{name}", media_type="text/plain")


@router.post("/copy")
def copy(names: Names):
    return files.rename(names.old, names.new)


@router.get("/")
def listing(x_folder: Annotated[str, Header()]):
    return files.listing(x_folder)


@router.post("/pictures", status_code=201)
async def keep(picture: UploadFile):
    body = await picture.read()
    return {"name": files.keep(picture.filename, body), "key": keys.picture_key(body)}


@router.post("/unpack")
def unpack(archive: UploadFile):
    return files.unpack(archive.file)


@router.get("/last")
def last(name: str):
    return files.last_part(name)


@router.get("/form/{kind}")
def form(kind: str):
    return files.form(kind)


@router.get("/inside")
def inside(name: str):
    try:
        return files.inside(name)
    except ValueError as error:
        raise HTTPException(404, "no such document") from error


@router.post("/share")
def share(name: str):
    return [files.share(name), files.seal(name), files.drop_box()]


@router.post("/spool")
async def spool(request: Request):
    body = await request.body()
    return [files.spool(body), files.last_order(body), files.spool_well(body), files.spool_folder(body)]
