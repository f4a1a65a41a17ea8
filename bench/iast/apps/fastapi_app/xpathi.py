"""Suppliers, for other services."""

from typing import Annotated

import elementpath
from fastapi import APIRouter, Cookie, Request
from lxml import etree
from pydantic import BaseModel
from shoplib.suppliers import CATALOGUE

router = APIRouter(prefix="/xpathi")
tree = etree.fromstring(CATALOGUE)


class Wish(BaseModel):
    supplier: dict[str, str]


def literal(value):
    """The value as an XPath literal, whichever quotes it holds."""
    if "'" not in value:
        return f"'{value}'"
    return "concat(" + ', "\'", '.join(f"'{part}'" for part in value.split("'")) + ")"


@router.post("/xpathi-a01")
async def wish(wish: Wish):
    return [str(each) for each in tree.xpath("//supplier[@city='%(city)s']/name/text()" % wish.supplier)]


@router.post("/xpathi-a02")
async def wish_bound(wish: Wish):
    return [str(each) for each in tree.xpath("//supplier[@city=$city]/name/text()", **wish.supplier)]


@router.get("/xpathi-a03")
async def raw(request: Request):
    goods = request.url.query.partition("goods=")[2]
    selector = elementpath.Selector("//supplier[goods='" + goods + "']/name/text()")
    return [str(each) for each in selector.select(tree)]


@router.get("/xpathi-a04")
async def raw_selector(request: Request):
    goods = request.url.query.partition("goods=")[2]
    selector = elementpath.Selector("//supplier[goods='linen']/name/text()")
    return [str(each) for each in selector.select(tree)] if goods == "linen" else []


@router.get("/xpathi-a05")
def remembered(supplier: Annotated[str, Cookie()]):
    name = bytes.fromhex(supplier).decode()
    return [
        str(each) for each in tree.xpath(f"//supplier[name='{name}']/@city | //supplier[name='{name}']/name/text()")
    ]


@router.get("/xpathi-a06")
def remembered_literal(supplier: Annotated[str, Cookie()]):
    name = bytes.fromhex(supplier).decode()
    return [str(each) for each in tree.xpath(f"//supplier[name={literal(name)}]/@city")]
