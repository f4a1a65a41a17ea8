"""Pages of the shop's back office."""

import base64
import io
import json

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.template import Context, Engine
from django.urls import path
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.views import View

ENGINE = Engine()
GREETING = ENGINE.from_string("<p>Welcome {{ name }}</p>")
PALETTE = {"teal": "teal", "olive": "olive"}


def welcome(request):
    return HttpResponse(f"<p>Welcome {request.GET['name']}</p>")


def welcome_escaped(request):
    return HttpResponse(f"<p>Welcome {escape(request.GET['name'])}</p>")


class Greeting(View):
    def get(self, request):
        name = base64.b64decode(request.COOKIES["name"]).decode()
        return HttpResponse(GREETING.render(Context({"name": mark_safe(name)})))


class GreetingEscaped(View):
    def get(self, request):
        name = base64.b64decode(request.COOKIES["name"]).decode()
        return HttpResponse(GREETING.render(Context({"name": name})))


def lines(request):
    page = io.StringIO()
    page.write("<ul>")
    for item in json.loads(request.body)["items"]:
        page.write("<li>{}</li>".format(item["title"]))
    page.write("</ul>")
    return HttpResponse(page.getvalue())


def lines_formatted(request):
    page = io.StringIO()
    page.write("<ul>")
    for item in json.loads(request.body)["items"]:
        page.write(format_html("<li>{}</li>", item["title"]))
    page.write("</ul>")
    return HttpResponse(page.getvalue())


def tracked(request):
    source = request.headers["Referer"].split("?from=")[-1]

    def parts():
        yield "<html><body><!-- from "
        yield source
        yield " --></body></html>"

    return StreamingHttpResponse(parts())


def tracked_as_json(request):
    source = request.headers["Referer"].split("?from=")[-1]
    return JsonResponse({"from": source, "colour": PALETTE.get(source, "olive")})


urlpatterns = [
    path("xss/xss-d01", welcome),
    path("xss/xss-d02", welcome_escaped),
    path("xss/xss-d03", Greeting.as_view()),
    path("xss/xss-d04", GreetingEscaped.as_view()),
    path("xss/xss-d05", lines),
    path("xss/xss-d06", lines_formatted),
    path("xss/xss-d07", tracked),
    path("xss/xss-d08", tracked_as_json),
]
