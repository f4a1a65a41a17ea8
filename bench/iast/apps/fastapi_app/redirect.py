"""Redirections of the sign-in."""

import urllib.parse
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Request, Response
from fastapi.responses import RedirectResponse

router = APIRouter(prefix="/redirect")


@router.get("/redirect-a01")
async def signed_out(return_to: str):
    return RedirectResponse(return_to)


@router.get("/redirect-a02")
async def signed_out_locally(return_to: str):
    if not return_to.startswith("/") or return_to.startswith("//") or "\\" in return_to:
        return_to = "/ready"
    return RedirectResponse(return_to)


def callback(state: Annotated[str, Form()]):
    return urllib.parse.parse_qs(urllib.parse.unquote(state))["return"][0]


@router.post("/redirect-a03")
async def callback_sent(target: Annotated[str, Depends(callback)]):
    return RedirectResponse(url="".join(["http://", target, "/done"]), status_code=303)


@router.post("/redirect-a04")
async def callback_listed(target: Annotated[str, Depends(callback)]):
    if target not in ["shop.test", "partner.shop.test"]:
        return RedirectResponse("/ready", status_code=303)
    return RedirectResponse(url="".join(["http://", target, "/done"]), status_code=303)


@router.get("/redirect-a05")
def back(referer: Annotated[str, Header()]):
    return Response(status_code=302, headers={"Location": referer})


@router.get("/redirect-a06")
def back_to_path(referer: Annotated[str, Header()], request: Request):
    parts = urllib.parse.urlsplit(referer)
    if parts.hostname != request.url.hostname:
        return Response(status_code=302, headers={"Location": "/ready"})
    return Response(status_code=302, headers={"Location": referer})
