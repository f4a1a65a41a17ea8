"""State that clients send back."""

import ast
import asyncio
import base64
import pickle
from typing import Annotated

import jsonpickle
import yaml
from fastapi import APIRouter, Cookie, Depends, Form, HTTPException, Request, UploadFile, WebSocket
from pydantic import BaseModel, ValidationError

router = APIRouter(prefix="/deserial")


class Basket(BaseModel):
    items: list[str]
    total: int = 0


@router.post("/deserial-a01")
async def restore(request: Request):
    return {"value": str(pickle.loads(await request.body()))}


@router.post("/deserial-a02")
async def restore_model(request: Request):
    try:
        return {"value": str(Basket.model_validate_json(await request.body()))}
    except ValidationError:
        raise HTTPException(400, "a basket please") from None


def decoded(session: Annotated[str, Cookie()]):
    return base64.b64decode(session)


@router.get("/deserial-a03")
def resume(state: Annotated[bytes, Depends(decoded)]):
    loader = yaml.UnsafeLoader(state.decode())
    return {"value": str(loader.get_single_data())}


@router.get("/deserial-a04")
def resume_literal(state: Annotated[bytes, Depends(decoded)]):
    try:
        return {"value": str(ast.literal_eval(state.decode()))}
    except (ValueError, SyntaxError):
        raise HTTPException(400, "a literal please") from None


@router.websocket("/deserial-a05")
async def exchange(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_json()
    value = await asyncio.to_thread(pickle.loads, base64.b64decode(message["state"]))
    await socket.send_json({"value": str(value)})
    await socket.close()


@router.websocket("/deserial-a06")
async def exchange_fixed(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_json()
    state = base64.b64decode(message["state"])
    value = await asyncio.to_thread(pickle.loads, pickle.dumps(len(state)))
    await socket.send_json({"value": str(value)})
    await socket.close()


@router.post("/deserial-a07")
async def template(template: UploadFile):
    text = (await template.read()).decode().replace("\r\n", "\n")
    return {"value": str(jsonpickle.loads(text))}


@router.post("/deserial-a08")
async def template_full(kind: Annotated[str, Form()]):
    text = "colour: teal" if kind == "full" else "colour: olive"
    return {"value": str(yaml.load(text, Loader=yaml.UnsafeLoader))}
