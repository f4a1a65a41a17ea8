"""Sign-in and look-ups against the directory."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, WebSocket
from ldap3.utils.conv import escape_filter_chars
from shoplib.directory import mails

router = APIRouter(prefix="/ldapi")


def criteria(cn: Annotated[str, Form()]):
    return {"cn": cn.title()}


@router.post("/ldapi-a01")
def by_common_name(criteria: Annotated[dict, Depends(criteria)]):
    parts = (f"({name}={value})" for name, value in criteria.items())
    return mails("(&" + "".join(parts) + "(objectClass=*))")


@router.post("/ldapi-a02")
def by_common_name_escaped(criteria: Annotated[dict, Depends(criteria)]):
    parts = (f"({name}={escape_filter_chars(value)})" for name, value in criteria.items())
    return mails("(&" + "".join(parts) + "(objectClass=*))")


@router.websocket("/ldapi-a03")
async def suggestions(socket: WebSocket):
    await socket.accept()
    async for typed in socket.iter_text():
        await socket.send_json(await asyncio.to_thread(mails, f"(uid={typed})"))
        break
    await socket.close()


@router.websocket("/ldapi-a04")
async def suggestions_escaped(socket: WebSocket):
    await socket.accept()
    async for typed in socket.iter_text():
        safe = typed.translate({ord(each): f"\\{ord(each):02x}" for each in "\\*()\0"})
        await socket.send_json(await asyncio.to_thread(mails, f"(uid={safe})"))
        break
    await socket.close()


@router.get("/ldapi-a05")
async def in_unit(unit: Annotated[str, Query()]):
    return mails("(ou=" + unit[::-1][::-1] + ")")


@router.get("/ldapi-a06")
async def in_known_unit(unit: Annotated[Literal["sales", "warehouse"], Query()]):
    return mails("(ou=" + unit + ")")
