"""Imports from partners."""

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass

import httpx
import requests
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import path
from django.views import View
from shoplib import config


@dataclass(frozen=True)
class Partner:
    address: str
    scheme: str = "http"

    def url(self, page):
        return self.scheme + "://" + self.address + "/" + page


class Fetcher:
    def __init__(self):
        self.session = requests.Session()

    def text(self, url):
        return HttpResponse(self.session.get(url, timeout=5, allow_redirects=False).text, content_type="text/plain")


def partner(request):
    return Fetcher().text(Partner(request.GET["partner"]).url("status"))


def partner_listed(request):
    if request.GET["partner"] not in (f"localhost:{config.LISTENER_PORT}",):
        return HttpResponseBadRequest("no partner of ours")
    return Fetcher().text(Partner(request.GET["partner"]).url("status"))


class Import(View):
    def post(self, request):
        source = json.loads(request.body)["import"]["source"]["url"]
        return HttpResponse(httpx.get(source, timeout=5).text, content_type="text/plain")


class ImportChecked(View):
    def post(self, request):
        source = urllib.parse.urlsplit(json.loads(request.body)["import"]["source"]["url"])
        if source.hostname != "localhost" or source.port != config.LISTENER_PORT:
            return HttpResponseBadRequest("not from there")
        return HttpResponse(httpx.get(source.geturl(), timeout=5).text, content_type="text/plain")


def preview(request):
    page = urllib.parse.unquote(request.META["HTTP_REFERER"])
    with urllib.request.urlopen(urllib.request.Request(page)) as answer:
        return HttpResponse(answer.read(), content_type="text/plain")


def preview_of_number(request):
    page = urllib.parse.unquote(request.META["HTTP_REFERER"])
    number = int(page.rpartition("=")[2])
    with urllib.request.urlopen(f"http://localhost:{config.LISTENER_PORT}/pages/{number}") as answer:
        return HttpResponse(answer.read(), content_type="text/plain")


def stock(request, place):
    url = "http://%s/stock" % ".".join(place.split("_"))
    return Fetcher().text(url)


def stock_digits(request, place):
    if not place.isdigit():
        return HttpResponseBadRequest("a number please")
    url = f"http://localhost:{config.LISTENER_PORT}/stock/%s" % place
    return Fetcher().text(url)


urlpatterns = [
    path("ssrf/ssrf-d01", partner),
    path("ssrf/ssrf-d02", partner_listed),
    path("ssrf/ssrf-d03", Import.as_view()),
    path("ssrf/ssrf-d04", ImportChecked.as_view()),
    path("ssrf/ssrf-d05", preview),
    path("ssrf/ssrf-d06", preview_of_number),
    path("ssrf/ssrf-d07/<path:place>", stock),
    path("ssrf/ssrf-d08/<path:place>", stock_digits),
]
