import html
import logging
from urllib.parse import urlparse

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from markupsafe import Markup, escape

pages = Blueprint("pages", __name__)
router = APIRouter()
log = logging.getLogger(__name__)
HOMES = {"shop": "/shop", "help": "/help"}


@pages.route("/hello/<name>")
def hello(name):
    # ruleid: setpoint.python.cross-site-scripting
    first = make_response("<p>Hello " + request.args["name"] + "</p>")
    # ruleid: setpoint.python.cross-site-scripting
    second = Markup("<b>%s</b>" % request.args["name"])
    if name == "raw":
        # ruleid: setpoint.python.cross-site-scripting
        return f"<p>Hello {name}</p>"
    # ok: setpoint.python.cross-site-scripting
    third = make_response("<p>Hello " + html.escape(name) + "</p>")
    # ok: setpoint.python.cross-site-scripting
    fourth = render_template("hello.html", name=name)
    # ok: setpoint.python.cross-site-scripting
    fifth = Response(request.args["name"], mimetype="text/plain")
    # ok: setpoint.python.cross-site-scripting
    sixth = jsonify(name=name)
    # ok: setpoint.python.cross-site-scripting
    return f"<p>Hello {escape(name)}</p>"


@router.get("/page/{title}", response_class=HTMLResponse)
async def page(title: str, number: int):
    # ok: setpoint.python.cross-site-scripting
    plain = {"title": title}
    if number:
        # ok: setpoint.python.cross-site-scripting
        return HTMLResponse(f"<h1>{number}</h1>")
    # ruleid: setpoint.python.cross-site-scripting
    return HTMLResponse("<h1>{}</h1>".format(title))


def profile(request, name):
    # ruleid: setpoint.python.cross-site-scripting
    label = mark_safe("<b>" + name + "</b>")
    # ok: setpoint.python.cross-site-scripting
    safe = format_html("<b>{}</b>", name)
    # ruleid: setpoint.python.cross-site-scripting
    return HttpResponse("<p>" + request.GET["q"])


@pages.route("/login")
def login():
    # ruleid: setpoint.python.open-redirect
    first = redirect(request.args["next"])
    target = request.args.get("next", "/")
    # ruleid: setpoint.python.open-redirect
    second = redirect(target, code=303)
    # ok: setpoint.python.open-redirect
    third = redirect(url_for("pages.hello", name=request.args["name"]))
    # ok: setpoint.python.open-redirect
    fourth = redirect(HOMES[request.args["home"]])
    # ok: setpoint.python.open-redirect
    fifth = redirect("/hello/" + request.args["name"])
    # ok: setpoint.python.open-redirect
    sixth = redirect(f"https://example.org/search?q={request.args['q']}")
    if urlparse(target).netloc:
        return first, second, third, fourth, fifth, sixth
    # ok: setpoint.python.open-redirect
    return redirect(target)


@router.get("/out")
async def out(to: str):
    # ruleid: setpoint.python.open-redirect
    return RedirectResponse(url=to)


def after(request):
    target = request.GET["next"]
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={"example.org"}):
        return HttpResponseRedirect("/")
    # ok: setpoint.python.open-redirect
    return HttpResponseRedirect(target)


@pages.post("/search")
def search():
    query = request.form["query"]
    # ruleid: setpoint.python.log-injection
    log.info("somebody looks for %s", query)
    # ruleid: setpoint.python.log-injection
    logging.warning("nothing was found for " + request.form["query"])
    # ruleid: setpoint.python.log-injection
    log.error(f"looking for {query} failed")
    # ok: setpoint.python.log-injection
    log.info("somebody looks for %r", query)
    # ok: setpoint.python.log-injection
    log.info("somebody looks for %s", query.replace("\n", " "))
    # ok: setpoint.python.log-injection
    log.info("somebody looks for %d things", len(query))
    # ok: setpoint.python.log-injection
    log.info("searched", query=query)
    # ok: setpoint.python.log-injection
    log.info("somebody looks for something")
