"""HTML answers of an API."""

import urllib.parse
from typing import Annotated

import markupsafe
from fastapi import APIRouter, Depends, Header, HTTPException, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from jinja2 import Environment
from pydantic import BaseModel

router = APIRouter(prefix="/xss")
plain = Environment(autoescape=False)
escaping = Environment(autoescape=True)
PAGE = "<html><body><h2>{{ heading }}</h2></body></html>"


@router.get("/xss-a01", response_class=HTMLResponse)
async def page(heading: str):
    return plain.from_string(PAGE).render(heading=heading)


@router.get("/xss-a02", response_class=HTMLResponse)
async def page_escaped(heading: str):
    return escaping.from_string(PAGE).render(heading=heading)


class Notice(BaseModel):
    title: str
    lines: list[str]


def rendered(notice: Notice):
    return "<br>".join(each.upper() for each in notice.lines)


@router.post("/xss-a03")
async def notice(lines: Annotated[str, Depends(rendered)]):
    return HTMLResponse("<div>" + lines + "</div>")


@router.post("/xss-a04")
async def notice_as_text(lines: Annotated[str, Depends(rendered)]):
    return PlainTextResponse("<div>" + lines + "</div>")


@router.post("/xss-a05")
async def listing(listing: UploadFile):
    name = urllib.parse.unquote(listing.filename)
    return Response("<p>%s is kept</p>" % name, media_type="text/html; charset=utf-8")


@router.post("/xss-a06")
async def listing_escaped(listing: UploadFile):
    name = markupsafe.escape(urllib.parse.unquote(listing.filename))
    return Response("<p>%s is kept</p>" % name, media_type="text/html; charset=utf-8")


@router.get("/xss-a07", response_class=HTMLResponse)
def agent(x_device: Annotated[str, Header()]):
    context = {"device": x_device, "kind": "phone"}
    return '<span data-device="{device}">{kind}</span>'.format(**context)


@router.get("/xss-a08", response_class=HTMLResponse)
def agent_checked(x_device: Annotated[str, Header()]):
    if "<" in x_device or ">" in x_device or '"' in x_device or "&" in x_device:
        raise HTTPException(400, "no markup please")
    context = {"device": x_device, "kind": "phone"}
    return '<span data-device="{device}">{kind}</span>'.format(**context)
