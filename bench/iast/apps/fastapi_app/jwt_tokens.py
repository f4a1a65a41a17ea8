"""Tokens between services."""

import os
import secrets
from typing import Annotated

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import APIRouter, Depends, Form, Header, HTTPException
from pydantic import BaseModel
from shoplib import config

router = APIRouter(prefix="/jwt")
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Login(BaseModel):
    user: str
    scopes: list[str] = []


def hard_coded_key():
    return "s3cr3t-of-the-shop-that-everybody-can-read"


def generated_key():
    return os.environ["SHOP_SIGNING_KEY"]


@router.post("/jwt-a01")
async def login(login: Login, key: Annotated[str, Depends(hard_coded_key)]):
    return {"token": jwt.encode(login.model_dump(), key, algorithm="HS256")}


@router.post("/jwt-a02")
async def login_of_environment(login: Login, key: Annotated[str, Depends(generated_key)]):
    return {"token": jwt.encode(login.model_dump(), key, algorithm="HS256")}


@router.get("/jwt-a03")
def opened(authorization: Annotated[str, Header()]):
    engine = jwt.PyJWT()
    try:
        return engine.decode(authorization.split(" ")[1], key="password123", algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


@router.get("/jwt-a04")
def opened_of_environment(authorization: Annotated[str, Header()]):
    engine = jwt.PyJWT()
    try:
        return engine.decode(authorization.split(" ")[1], key=config.SIGNING_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


@router.post("/jwt-a05")
async def handover(order: Annotated[str, Form()]):
    headers = {"typ": "JWT"}
    return {"token": jwt.encode({"order": order}, key=None, algorithm="none", headers=headers)}


@router.post("/jwt-a06")
async def handover_signed(order: Annotated[str, Form()]):
    once = jwt.encode({"order": order}, secrets.token_hex(32), algorithm="HS256")
    return {"token": jwt.encode({"order": order}, RSA_KEY, algorithm="RS256"), "receipt": once}
