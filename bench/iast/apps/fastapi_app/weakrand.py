"""One-time codes."""

import asyncio
import random
import secrets
import string
import tempfile
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, Field

router = APIRouter(prefix="/weakrand")


def one_time_code():
    return "".join(random.sample(string.digits, 6))


def one_time_code_strong():
    return "".join(secrets.choice(string.digits) for _ in range(6))


@router.get("/weakrand-a01")
async def code(device: str, code: Annotated[str, Depends(one_time_code)]):
    return {"device": device, "code": code}


@router.get("/weakrand-a02")
async def code_strong(device: str, code: Annotated[str, Depends(one_time_code_strong)]):
    return {"device": device, "code": code}


class Link(BaseModel):
    title: str
    token: int = Field(default_factory=lambda: random.randrange(10**12))


class StrongLink(BaseModel):
    title: str
    token: str = Field(default_factory=secrets.token_urlsafe)


@router.post("/weakrand-a03")
async def link(link: Link):
    return link


@router.post("/weakrand-a04")
async def link_strong(link: StrongLink):
    return link


@router.post("/weakrand-a05")
async def session(user: Annotated[str, Form()]):
    numbers = await asyncio.gather(*(asyncio.to_thread(random.uniform, 0, 10**9) for _ in range(2)))
    return {"user": user, "session": "-".join(str(int(each)) for each in numbers)}


@router.post("/weakrand-a06")
async def session_strong(user: Annotated[str, Form()]):
    with tempfile.NamedTemporaryFile(dir="exports") as scratch:
        scratch.write(user.encode())
    return {"user": user, "session": secrets.token_hex()}
