"""Sessions and tokens."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any

import jwt
from fastapi import APIRouter, Cookie, Depends, Form, Request
from pydantic import BaseModel
from shoplib import config
from shoplib.text import tidy, unpercent

router = APIRouter(prefix="/trustbound")


class Customer(BaseModel):
    name: str
    attributes: dict[str, Any]


@router.post("/trustbound-a01")
async def join(request: Request, group: Annotated[str, Form()]):
    request.session["group"] = group
    return dict(request.session)


@router.post("/trustbound-a02")
async def join_at(request: Request, group: Annotated[str, Form()]):
    request.session["joined"] = datetime.now(UTC).year
    request.session["group"] = "customers"
    return {"asked": len(group), **request.session}


def discount(voucher: Annotated[str, Cookie()]):
    return tidy(unpercent(voucher))


@router.get("/trustbound-a03")
async def voucher(request: Request, voucher: Annotated[str, Depends(discount)]):
    request.session.setdefault("vouchers", []).append(voucher)
    return dict(request.session)


@router.get("/trustbound-a04")
async def voucher_hashed(request: Request, voucher: Annotated[str, Depends(discount)]):
    request.session.setdefault("vouchers", []).append(hashlib.sha256(voucher.encode()).hexdigest())
    return dict(request.session)


@router.post("/trustbound-a05")
def token(customer: Customer):
    claims = {"sub": "customer", **customer.attributes}
    token = jwt.encode(claims, config.SIGNING_KEY, algorithm="HS256")
    return {"token": token, "claims": jwt.decode(token, config.SIGNING_KEY, algorithms=["HS256"])}


@router.post("/trustbound-a06")
def token_of_known(customer: Customer):
    claims = {"sub": "customer", "beta": customer.attributes.get("city") == "Porto"}
    token = jwt.encode(claims, config.SIGNING_KEY, algorithm="HS256")
    return {"token": token, "claims": jwt.decode(token, config.SIGNING_KEY, algorithms=["HS256"])}
