"""Carriers: tracking, prices, bills."""

from typing import Annotated

from fastapi import APIRouter, Body, Form

from warehouse.services import carriers

router = APIRouter(prefix="/carriers")


@router.get("/track")
async def track(url: str):
    return await carriers.track(url)


@router.post("/logo")
def logo(url: Annotated[str, Body(embed=True)]):
    return carriers.logo(url)


@router.post("/announce")
def announce(url: Annotated[str, Form()]):
    return carriers.announce(url)


@router.get("/probe")
def probe(host: str, port: int):
    return carriers.probe(host, port)


@router.get("/quote")
def quote(url: str):
    return carriers.quote(url)


@router.get("/parcel/{number}")
def parcel(number: int):
    return [carriers.parcel(number), carriers.prices()]


@router.get("/secure")
def secure():
    return [carriers.secure_prices(), carriers.manifest(), carriers.bill(), carriers.checked_bill()]
