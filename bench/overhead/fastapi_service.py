"""The FastAPI service, run by uvicorn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Body, FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates

from bench.overhead.data import orders, terms

app = FastAPI()
templates = Jinja2Templates(Path(__file__).with_name("templates"))


@app.post("/echo")
async def echo(document: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008 - FastAPI's way
    return document


@app.get("/orders/{customer}")
async def table(request: Request, customer: str) -> HTMLResponse:
    return templates.TemplateResponse(request, "orders.html", {"customer": customer, "orders": orders(customer)})


@app.get("/terms")
async def read() -> PlainTextResponse:
    return PlainTextResponse(terms())
