"""The plan of the building and the directory of its staff."""

from typing import Annotated

from fastapi import APIRouter, Body, Form, Header
from ldap3 import MOCK_SYNC, Connection, Server
from ldap3.utils.conv import escape_filter_chars
from lxml import etree

router = APIRouter(prefix="/plans")
PLAN = etree.fromstring("<plan><lane name='a' doors='2'/><lane name='b' doors='4'/></plan>")
BASE = "ou=staff,dc=warehouse,dc=example"
LANE = etree.XPath("//lane[@name=$name]")


def directory():
    made = Connection(Server("staff"), client_strategy=MOCK_SYNC)
    made.strategy.add_entry(f"cn=grace,{BASE}", {"objectClass": "person", "cn": "grace", "sn": "Hopper"})
    made.bind()
    return made


def found(condition):
    with directory() as connection:
        connection.search(BASE, condition)
        return len(connection.entries)


@router.get("/staff")
def staff(name: str):
    with directory() as connection:
        connection.search(BASE, "(cn=%s)" % name)
        return len(connection.entries)


@router.get("/staff/any")
def staff_any(part: str):
    with directory() as connection:
        connection.search(BASE, f"(|(cn={part}*)(sn={part}*))")
        return len(connection.entries)


@router.post("/staff/check")
def staff_check(user: Annotated[str, Body(embed=True)]):
    with directory() as connection:
        connection.search(search_base=f"cn={user},{BASE}", search_filter="(objectClass=*)")
        return len(connection.entries)


@router.get("/staff/escaped")
def staff_escaped(name: str):
    condition = "(cn={})".format(escape_filter_chars(name))
    return found(condition)


@router.get("/staff/all")
def staff_all(surname: bool = False):
    return found("({}=*)".format("sn" if surname else "cn"))


@router.get("/lane")
def lane(name: str):
    return [node.get("doors") for node in PLAN.xpath("//lane[@name='" + name + "']")]


@router.get("/lane/find")
def find(x_lane: Annotated[str, Header()]):
    wanted = etree.XPath(f"//lane[@name='{x_lane}']/@doors")
    return [str(value) for value in wanted(PLAN)]


@router.post("/lane/doors")
def doors(count: Annotated[str, Form()]):
    return len(PLAN.findall(f"lane[@doors='{count}']"))


@router.get("/lane/bound")
def bound(name: str):
    return [node.get("doors") for node in LANE(PLAN, name=name)]


@router.get("/lane/letter/{name}")
def letter(name: str):
    known = name if name in {"a", "b"} else "a"
    return len(PLAN.xpath(f"//lane[@name='{known}']"))
