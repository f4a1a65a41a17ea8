"""People: signing in, tokens, what their browsers keep."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Header, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import text

from warehouse import database
from warehouse.services import keys

router = APIRouter(prefix="/people")
log = logging.getLogger("warehouse.people")
STARTS = {"items": "/items/?name=B", "orders": "/orders/state/open"}


class Sealed(BaseModel):
    text: str


@router.post("/login")
def login(name: Annotated[str, Form()], password: Annotated[str, Form()], response: Response):
    log.warning("%s signs in", name)
    values = {"name": name, "digest": keys.digest(password)}
    database.change(text("insert or replace into people values (:name, :digest)"), values)
    response.set_cookie("sid", keys.session(), httponly=False, secure=False)
    return {"master": keys.is_master(password)}


@router.get("/token")
def token(name: str, response: Response):
    response.set_cookie("token", keys.token(name), httponly=True)
    return {"first": keys.first_password()}


@router.get("/invite")
def invite(response: Response):
    response.set_cookie("invitation", keys.invitation(), httponly=True, secure=True, samesite="strict")
    return keys.fields()


@router.get("/language")
def language(code: str, response: Response):
    response.set_cookie("language", "de" if code == "de" else "en")
    log.info("language of %d letters", len(code))
    return {"language": code[:2]}


@router.get("/header")
def by_header(response: Response):
    response.headers["set-cookie"] = f"sid={keys.session()}; Path=/"
    return {"ok": True}


@router.post("/seal")
def seal(body: Sealed):
    key = keys.fingerprint(body.text)[:32].encode()
    return {"sealed": keys.seal(body.text), "wrapped": keys.wrap(body.text, key), "well": keys.wrap_well(body.text, key)}


@router.get("/pass")
def gate_pass(name: str, day: str):
    return {"code": keys.pass_code(name, day), "voucher": keys.voucher(), "lane": keys.pick_lane(["a", "b"])}


@router.get("/gate")
def gate(name: str):
    credentials = keys.credentials(name, password="gate-keeper-77")
    return {"authorization": f"Basic {credentials}"}


@router.get("/go")
def go(to: str):
    return RedirectResponse(to)


@router.get("/back")
def back(referer: Annotated[str, Header()]):
    return RedirectResponse(url=referer, status_code=303)


@router.post("/done")
def done(to: Annotated[str, Form()]):
    return Response(status_code=302, headers={"location": "https://" + to})


@router.get("/start")
def start(page: str):
    return RedirectResponse(STARTS.get(page, "/ready"))


@router.get("/item/{number}")
def item(number: int):
    return RedirectResponse(f"/items/stock/{number}")
