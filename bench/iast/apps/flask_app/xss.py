"""Pages made in the handler."""

import html

import nh3
from flask import Blueprint, Response, make_response, render_template_string, request
from markupsafe import Markup
from shoplib.text import Builder, unescape

bp = Blueprint("xss", __name__, url_prefix="/xss")


@bp.get("/xss-f01")
def search():
    return "<h1>Results for " + request.args["q"] + "</h1>"


@bp.get("/xss-f02")
def search_escaped():
    return "<h1>Results for " + html.escape(request.args["q"]) + "</h1>"


@bp.post("/xss-f03")
def comment():
    text = request.form["comment"].strip()
    return render_template_string("<blockquote>{{ text|safe }}</blockquote>", text=text)


@bp.post("/xss-f04")
def comment_escaped():
    text = request.form["comment"].strip()
    return render_template_string("<blockquote>{{ text }}</blockquote>", text=text)


@bp.post("/xss-f05")
def review():
    body = request.get_json()["review"]["body"]
    page = Builder().add("<article>").add(unescape(body)).add("</article>")
    return make_response(page.build(), 200)


@bp.post("/xss-f06")
def review_cleaned():
    body = request.get_json()["review"]["body"]
    page = Builder().add("<article>").add(nh3.clean(unescape(body), tags=set())).add("</article>")
    return make_response(page.build(), 200)


@bp.get("/xss-f07/<name>")
def profile(name):
    return Response(Markup("<p title='%s'>profile</p>") % Markup(name), mimetype="text/html")


@bp.get("/xss-f08/<name>")
def profile_escaped(name):
    return Response(Markup("<p title='%s'>profile</p>") % name, mimetype="text/html")
