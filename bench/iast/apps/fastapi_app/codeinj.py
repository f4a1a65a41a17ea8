"""Expressions in requests."""

from enum import Enum
from importlib import import_module
from typing import Annotated

from fastapi import APIRouter, Cookie
from pydantic import BaseModel

router = APIRouter(prefix="/codeinj")


class Step(BaseModel):
    expression: str


class Workflow(BaseModel):
    name: str
    steps: list[Step]


class Module(Enum):
    COLOURS = "colorsys"
    CALENDAR = "calendar"


@router.post("/codeinj-a01")
async def workflow(workflow: Workflow):
    return {"results": [str(eval(step.expression, {"stock": 7})) for step in workflow.steps]}


@router.post("/codeinj-a02")
async def workflow_dry(workflow: Workflow):
    accepted = [step.expression for step in workflow.steps if step.expression == "stock + 1"]
    return {"results": [str(eval("stock + 1", {"stock": 7})) for _ in accepted]}


@router.get("/codeinj-a03/{module}")
def formatter(module: str):
    return {"module": import_module(module.replace("-", "_")).__name__}


@router.get("/codeinj-a04/{module}")
def formatter_of_enum(module: Module):
    return {"module": import_module(module.value).__name__}


@router.get("/codeinj-a05")
def saved_view(view: Annotated[str, Cookie()]):
    code = compile("lambda width: " + view, "<view>", "eval")
    return {"value": str(eval(code)(40))}


@router.get("/codeinj-a06")
def saved_view_size(view: Annotated[str, Cookie()]):
    source = "width"
    if False:
        source = view
    code = compile("lambda width: " + source, "<view>", "eval")
    return {"value": str(eval(code)(40))}
