"""Outbound calls on behalf of a request."""

import asyncio
import urllib.parse
from typing import Annotated

import aiohttp
import httpx
import requests
from fastapi import APIRouter, Depends, Form, Header, HTTPException, WebSocket
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, HttpUrl
from shoplib import config

router = APIRouter(prefix="/ssrf", default_response_class=PlainTextResponse)
BASE = f"http://localhost:{config.LISTENER_PORT}"


async def client():
    async with httpx.AsyncClient(timeout=5) as opened:
        yield opened


Client = Annotated[httpx.AsyncClient, Depends(client)]


@router.get("/ssrf-a01")
async def proxy(url: str, client: Client):
    return (await client.get(url)).text


@router.get("/ssrf-a02")
async def proxy_own(url: str, client: Client):
    parts = urllib.parse.urlparse(url)
    if parts.netloc not in {f"localhost:{config.LISTENER_PORT}"}:
        raise HTTPException(400, "not ours")
    return (await client.get(url)).text


class Hook(BaseModel):
    url: HttpUrl
    event: str


@router.post("/ssrf-a03")
async def hook(hook: Hook):
    async with aiohttp.ClientSession() as session, session.post(str(hook.url), json={"event": hook.event}) as answer:
        return await answer.text()


@router.post("/ssrf-a04")
async def hook_with_event(hook: Hook):
    async with aiohttp.ClientSession(BASE) as session, session.post("/hooks", json={"event": hook.event}) as answer:
        return await answer.text()


@router.get("/ssrf-a05")
def tenant(x_tenant: Annotated[str, Header()]):
    address = {"host": x_tenant.lower(), "page": "status"}
    return requests.get("http://%(host)s/%(page)s" % address, timeout=5).text


@router.get("/ssrf-a06")
def tenant_as_parameter(x_tenant: Annotated[str, Header()]):
    return requests.get(f"{BASE}/status", params={"tenant": x_tenant.lower()}, timeout=5).text


@router.websocket("/ssrf-a07")
async def watch(socket: WebSocket):
    await socket.accept()
    wanted = await socket.receive_json()
    url = wanted["feed"]["url"]
    async with httpx.AsyncClient(timeout=5) as client:
        answers = await asyncio.gather(*(client.get(each) for each in (f"{BASE}/status", url)))
    await socket.send_text(answers[-1].text)
    await socket.close()


@router.post("/ssrf-a08")
async def watch_default(feed: Annotated[str, Form()], client: Client):
    url = feed
    if url:
        url = f"{BASE}/status"
    answers = await asyncio.gather(client.get(url))
    return answers[-1].text
