"""Pages and labels from templates."""

import base64
from typing import Annotated

from fastapi import APIRouter, Form, Header, HTTPException
from fastapi.responses import HTMLResponse
from jinja2 import Environment, select_autoescape
from jinja2.sandbox import SandboxedEnvironment
from mako.lookup import TemplateLookup

router = APIRouter(prefix="/ssti", default_response_class=HTMLResponse)
environment = Environment(autoescape=select_autoescape(default_for_string=True))


@router.get("/ssti-a01")
async def page(title: str):
    template = environment.from_string(f"<h1>{title}</h1><p>{{{{ stock }}}} left</p>")
    return template.render(stock=3)


@router.get("/ssti-a02")
async def page_with_variable(title: str):
    template = environment.from_string("<h1>{{ title }}</h1><p>{{ stock }} left</p>")
    return template.render(stock=3, title=title)


@router.get("/ssti-a03")
def label(x_label: Annotated[str, Header()]):
    text = base64.urlsafe_b64decode(x_label).decode()
    lookup = TemplateLookup()
    lookup.put_string("label", "Label: " + text)
    return lookup.get_template("label").render()


@router.get("/ssti-a04")
def label_checked(x_label: Annotated[str, Header()]):
    text = base64.urlsafe_b64decode(x_label).decode()
    if not text.replace(" ", "").isalnum():
        raise HTTPException(400, "letters and digits please")
    lookup = TemplateLookup()
    lookup.put_string("label", "Label: " + text)
    return lookup.get_template("label").render()


@router.post("/ssti-a05")
def greeting(parts: Annotated[list[str], Form()]):
    source = " and ".join(reversed(parts))
    return environment.from_string(source).render(shop="Setúbal")


@router.post("/ssti-a06")
def greeting_of_constant(parts: Annotated[list[str], Form()]):
    source = "hello everybody" if parts else ""
    return SandboxedEnvironment(autoescape=True).from_string(source).render(shop="Setúbal")
