"""What suppliers send: deliveries, plans, invoices."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile

from warehouse.services import reading

router = APIRouter(prefix="/feeds")


@router.post("/delivery")
async def delivery(request: Request):
    return reading.delivery(await request.body())


@router.post("/plan")
async def plan(request: Request):
    return reading.plan((await request.body()).decode())


@router.post("/plan/plain")
async def plain_plan(request: Request):
    return reading.copied(reading.plain_plan((await request.body()).decode()))


@router.post("/state")
async def state(request: Request):
    return reading.state((await request.body()).decode())


@router.post("/compact")
def compact(file: UploadFile):
    return reading.compact(file.file.read())


@router.get("/snapshot")
def snapshot():
    return [reading.snapshot(), reading.layout()]


@router.post("/invoice")
async def invoice(request: Request):
    return reading.invoice(await request.body())


@router.post("/catalogue")
def catalogue(file: UploadFile):
    return reading.catalogue(file.file.read())


@router.post("/stream")
def stream(text: Annotated[str, Form()]):
    return reading.stream(text)


@router.post("/catalogue/safe")
async def safe_catalogue(request: Request):
    return reading.safe_catalogue(await request.body())
