"""Headers of answers."""

import json
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import path
from django.utils.http import content_disposition_header
from django.views import View


class Export(View):
    def get(self, request, name):
        response = HttpResponse("name,price\n", content_type="text/csv")
        response.headers["Content-Disposition"] = 'inline; filename="%s"' % name.replace("_", " ")
        return response


class ExportQuoted(View):
    def get(self, request, name):
        response = HttpResponse("name,price\n", content_type="text/csv")
        response.headers["Content-Disposition"] = content_disposition_header(False, name.replace("_", " "))
        return response


def preload(request):
    assets = json.loads(request.body)["page"]["assets"]
    response = HttpResponse("page")
    response["Link"] = ", ".join("<{}>; rel=preload".format(each) for each in assets)
    return response


def preload_quoted(request):
    assets = json.loads(request.body)["page"]["assets"]
    response = HttpResponse("page")
    response["Link"] = ", ".join("<{}>; rel=preload".format(quote(each)) for each in assets)
    return response


def refresh(request):
    response = HttpResponse("soon")
    response["Refresh"] = "5; url=" + request.COOKIES["home"]
    return response


def refresh_plain(request):
    home = request.COOKIES["home"]
    for each in "\r\n;,:\"'":
        if each in home:
            return HttpResponseBadRequest("a page please")
    response = HttpResponse("soon")
    response["X-Home"] = home
    return response


urlpatterns = [
    path("headeri/headeri-d01/<path:name>", Export.as_view()),
    path("headeri/headeri-d02/<path:name>", ExportQuoted.as_view()),
    path("headeri/headeri-d03", preload),
    path("headeri/headeri-d04", preload_quoted),
    path("headeri/headeri-d05", refresh),
    path("headeri/headeri-d06", refresh_plain),
]
