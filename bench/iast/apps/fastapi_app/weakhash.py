"""Digests, some beside the event loop."""

import asyncio
import hashlib
from typing import Annotated

from Crypto.Hash import SHA1, SHA256
from fastapi import APIRouter, Form, Header, UploadFile

router = APIRouter(prefix="/weakhash")
ALGORITHMS = {"legacy": hashlib.md5, "current": hashlib.sha3_512}


@router.post("/weakhash-a01")
async def upload(picture: UploadFile):
    return {"digest": hashlib.file_digest(picture.file, "sha1").hexdigest()}


@router.post("/weakhash-a02")
async def upload_strong(picture: UploadFile):
    return {"digest": hashlib.file_digest(picture.file, "sha256").hexdigest()}


@router.get("/weakhash-a03")
async def password(x_password: Annotated[str, Header()]):
    digest = await asyncio.to_thread(ALGORITHMS["legacy"], x_password.encode())
    return {"stored": digest.hexdigest()}


@router.get("/weakhash-a04")
async def password_slow(x_password: Annotated[str, Header()]):
    digest = await asyncio.to_thread(hashlib.scrypt, x_password.encode(), salt=b"salt", n=16, r=8, p=1)
    return {"stored": digest.hex()}


@router.post("/weakhash-a05")
def signature(text: Annotated[str, Form()]):
    return {"signature": SHA1.new(text.encode()).hexdigest()}


@router.post("/weakhash-a06")
def signature_strong(text: Annotated[str, Form()]):
    etag = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return {"signature": SHA256.new(text.encode()).hexdigest(), "etag": etag}
