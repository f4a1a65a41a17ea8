"""Printers, scales, rules, and what staff need to find faults."""

import os
from typing import Annotated

from fastapi import APIRouter, Body, Form, Header, Path

from warehouse.utilities import commands, rules

router = APIRouter(prefix="/tools")


@router.post("/print")
async def print_label(text: Annotated[str, Form()]):
    return [await commands.print_label(text), await commands.print_safely("done")]


@router.get("/weigh")
def weigh(scale: str):
    return commands.weigh(scale)


@router.post("/compress")
def compress(name: Annotated[str, Body(embed=True)]):
    return commands.compress(name)


@router.get("/barcode/{code}")
def barcode(code: str):
    return commands.barcode(code)


@router.get("/barcode/kind/{kind}")
def barcode_of_kind(kind: str):
    return [commands.barcode_of_kind(kind), commands.describe()]


@router.post("/ring")
def ring(x_bell: Annotated[str, Header()]):
    return commands.ring(x_bell)


@router.get("/copies")
def copies(count: str):
    return commands.copies(count)


@router.post("/print/safe")
async def print_safely(text: Annotated[str, Form()]):
    return await commands.print_safely(text)


@router.get("/price")
def price(rule: str):
    return rules.price(rule, 10)


@router.post("/rules")
def apply(lines: Annotated[list[str], Body(embed=True)]):
    return rules.apply(lines, {"stock": 1})


@router.post("/rule")
def prepared(rule: Annotated[str, Form()]):
    return rules.prepared(rule)


@router.get("/driver")
def driver(x_driver: Annotated[str, Header()]):
    return rules.driver(x_driver)


@router.get("/counted/{number}")
def counted(number: Annotated[int, Path(gt=0)]):
    return [rules.counted(number), rules.self_test(), rules.combine("add", number, 1)]


@router.get("/debug/environment")
def environment():
    return {name: value for name, value in os.environ.items() if name.startswith("WAREHOUSE_")}
