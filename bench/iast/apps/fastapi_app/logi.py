"""Log lines of requests."""

import hashlib
import logging
import urllib.parse
from contextvars import ContextVar
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Header

router = APIRouter(prefix="/logi")
log = logging.getLogger("shop.requests")
customer: ContextVar[str] = ContextVar("customer", default="nobody")


@router.get("/logi-a01")
async def basket(item: str):
    log.info("put %s into the basket", item)
    return {}


@router.get("/logi-a02")
async def basket_encoded(item: str):
    log.info("put %s into the basket", urllib.parse.quote(item))
    return {}


async def remembered(x_customer: Annotated[str, Header()]):
    customer.set(urllib.parse.unquote(x_customer))
    return customer


@router.get("/logi-a03")
async def checkout(who: Annotated[ContextVar[str], Depends(remembered)], background: BackgroundTasks):
    background.add_task(log.warning, "checkout of " + who.get())
    return {}


@router.get("/logi-a04")
async def checkout_hashed(who: Annotated[ContextVar[str], Depends(remembered)], background: BackgroundTasks):
    name = hashlib.sha256(who.get().encode()).hexdigest()
    background.add_task(log.warning, "checkout of " + name)
    return {}


@router.post("/logi-a05")
def complaint(text: Annotated[str, Form()]):
    words = text.split(" ")
    log.error("complaint: {}...".format(" ".join(words[:6])))
    return {}


@router.post("/logi-a06")
def complaint_cleaned(text: Annotated[str, Form()]):
    words = " ".join(text.splitlines()).split(" ")
    log.error("complaint: {}...".format(" ".join(words[:6])))
    return {}
