"""Asynchronous calls over TLS."""

import ssl
from typing import Annotated

import aiohttp
import httpx
import urllib3
from fastapi import APIRouter, Depends, Form, Header
from shoplib import config

router = APIRouter(prefix="/tlsverify")
URL = f"https://localhost:{config.TLS_PORT}/stock"
urllib3.disable_warnings()


async def trusting_client():
    async with httpx.AsyncClient(verify=False, timeout=5) as client:
        yield client


async def verifying_client():
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile="ca.pem"), timeout=5) as client:
        yield client


@router.get("/tlsverify-a01")
async def stock(item: str, client: Annotated[httpx.AsyncClient, Depends(trusting_client)]):
    return (await client.get(URL, params={"item": item})).text


@router.get("/tlsverify-a02")
async def stock_verified(item: str, client: Annotated[httpx.AsyncClient, Depends(verifying_client)]):
    return (await client.get(URL, params={"item": item})).text


@router.post("/tlsverify-a03")
async def order(item: Annotated[str, Form()]):
    async with aiohttp.ClientSession() as session, session.post(URL, data=item, ssl=False) as answer:
        return await answer.text()


@router.post("/tlsverify-a04")
async def order_verified(item: Annotated[str, Form()]):
    context = ssl.create_default_context(cafile="ca.pem")
    async with aiohttp.ClientSession() as session, session.post(URL, data=item, ssl=context) as answer:
        return await answer.text()


@router.get("/tlsverify-a05")
def supplier(x_supplier: Annotated[str, Header()]):
    with urllib3.PoolManager(cert_reqs="CERT_NONE") as pool:
        return pool.request("GET", URL, fields={"supplier": x_supplier}).data.decode()


@router.get("/tlsverify-a06")
def supplier_verified(x_supplier: Annotated[str, Header()]):
    with urllib3.PoolManager(cert_reqs="CERT_REQUIRED", ca_certs="ca.pem") as pool:
        return pool.request("GET", URL, fields={"supplier": x_supplier}).data.decode()
