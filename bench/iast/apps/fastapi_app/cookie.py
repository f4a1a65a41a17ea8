"""Cookies of an API."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel

router = APIRouter(prefix="/cookie")


class Preference(BaseModel):
    colour: str


@router.post("/cookie-a01")
async def colour(preference: Preference, response: Response):
    response.set_cookie("colour", preference.colour, httponly=True)
    return {}


@router.post("/cookie-a02")
async def colour_flagged(preference: Preference, response: Response):
    response.set_cookie("colour", preference.colour, httponly=True, secure=True)
    return {}


@router.post("/cookie-a03")
async def sign_in(user: Annotated[str, Form()]):
    answer = RedirectResponse("/ready", status_code=303)
    answer.set_cookie(key="user", value=user, secure=True, samesite="lax")
    return answer


@router.post("/cookie-a04")
async def sign_in_session(request: Request, user: Annotated[str, Form()]):
    request.session["signed_in"] = bool(user)
    return RedirectResponse("/ready", status_code=303)


@router.get("/cookie-a05")
def opened(page: str):
    return JSONResponse({"page": len(page)}, headers={"set-cookie": "opened=yes; Secure; HttpOnly"})


@router.get("/cookie-a06")
def opened_flagged(page: str):
    return JSONResponse({"page": len(page)}, headers={"set-cookie": "opened=yes; Secure; HttpOnly; SameSite=Strict"})
