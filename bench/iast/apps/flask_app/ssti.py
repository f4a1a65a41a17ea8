"""Messages made of templates."""

import jinja2
from flask import Blueprint, render_template_string, request
from mako.template import Template
from shoplib.text import Builder, unpercent

bp = Blueprint("ssti", __name__, url_prefix="/ssti")


@bp.get("/ssti-f01")
def card():
    return render_template_string("Dear " + request.args["name"] + ", thank you!")


@bp.get("/ssti-f02")
def card_with_variable():
    return render_template_string("Dear {{ name }}, thank you!", name=request.args["name"])


@bp.post("/ssti-f03")
def letter():
    layout = request.files["layout"].read().decode("utf-8")
    source = Builder().add("To all:").add(layout).build()
    return Template(source).render(count=3)


@bp.post("/ssti-f04")
def letter_as_value():
    layout = request.files["layout"].read().decode("utf-8")
    source = Builder().add("To all:").add("${layout | h}").build()
    return Template(source).render(layout=layout)


@bp.get("/ssti-f05")
def banner():
    source = f"Now in {unpercent(request.cookies['colour'])}: {{{{ items }}}}"
    return jinja2.Environment(autoescape=True).from_string(source).render(items=4)


@bp.get("/ssti-f06")
def banner_of_known():
    colour = unpercent(request.cookies["colour"])
    if "{" in colour or "}" in colour:
        return "no braces please", 400
    source = f"Now in {jinja2.filters.escape(colour)}: {{{{ items }}}}"
    return jinja2.Environment(autoescape=True).from_string(source).render(items=4)
