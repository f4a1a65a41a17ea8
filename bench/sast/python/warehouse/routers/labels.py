"""Labels, pages and letters."""

from typing import Annotated

from fastapi import APIRouter, Body, Form
from fastapi.responses import HTMLResponse, JSONResponse

from warehouse.services import pages

router = APIRouter(prefix="/labels")


@router.get("/hello", response_class=HTMLResponse)
def hello(name: str):
    return "<h1>Welcome, " + name + "</h1>"


@router.get("/link")
def link(target: str):
    return HTMLResponse(f"<a title='{target}' href='/ready'>more</a>")


@router.get("/data")
def data(name: str):
    return JSONResponse({"page": f"<h1>{name}</h1>"})


@router.get("/label", response_class=HTMLResponse)
def label(text: str):
    return pages.label(text)


@router.post("/wrapped", response_class=HTMLResponse)
def wrapped(content: Annotated[str, Form()]):
    return pages.wrapped(content)


@router.post("/escaped", response_class=HTMLResponse)
def escaped(content: Annotated[str, Form()]):
    return pages.escaped(content)


@router.get("/item", response_class=HTMLResponse)
def item(name: str):
    return pages.item(name) + f"<p>{len(name):d}</p>"


@router.get("/search")
def search(q: str):
    body = "<form><input name=q value=\"%s\"></form>" % q
    return HTMLResponse(content=body)


@router.post("/custom")
def custom(source: Annotated[str, Form()]):
    return pages.custom(source)


@router.post("/letter")
def letter(source: Annotated[str, Body(embed=True)]):
    return pages.letter(source)


@router.get("/subject")
def subject(line: str):
    return pages.subject(line)


@router.get("/notice")
def notice(name: str, days: int):
    return [pages.notice(name), pages.reminder(days)]
