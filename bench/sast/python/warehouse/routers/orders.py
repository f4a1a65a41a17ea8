"""Orders and suppliers."""

import traceback
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Header
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from warehouse import worker
from warehouse.repositories import orders
from warehouse.services import reading

router = APIRouter(prefix="/orders")


class City(BaseModel):
    city: str


@router.get("/mine")
def mine(x_buyer: Annotated[str, Header()]):
    return orders.of_buyer(x_buyer)


@router.get("/state/{state}")
def in_state(state: str):
    return orders.in_state(state)


@router.get("/item")
async def of_item(item: str):
    return await orders.of_item(item)


@router.get("/supplier/{number}")
async def supplier(number: UUID):
    return await orders.supplier(number)


@router.post("/suppliers/move", status_code=202)
def move(city: City, later: BackgroundTasks):
    later.add_task(worker.move_supplier, city.city)
    return {"moving": True}


@router.get("/amount")
def amount(value: str):
    try:
        return reading.quantities(value)
    except ValueError:
        return PlainTextResponse(traceback.format_exc(), status_code=400)


@router.get("/share")
def share(part: str):
    try:
        return 1 / int(part)
    except (ValueError, ZeroDivisionError) as error:
        return JSONResponse({"error": repr(error), "frames": str(error.__traceback__.tb_frame)}, 400)


@router.get("/due")
def due(days: str):
    try:
        return int(days)
    except ValueError:
        return JSONResponse({"error": f"days must be a number, not {len(days)} letters"}, 400)
