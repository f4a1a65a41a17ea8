"""Redirections."""

import json
import uuid

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import RedirectView


def leave(request):
    return HttpResponseRedirect(request.GET["to"])


def leave_checked(request):
    to = request.GET["to"]
    if not url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}):
        to = "/ready"
    return HttpResponseRedirect(to)


class Moved(RedirectView):
    def get_redirect_url(self, *args, **kwargs):
        host, tail = kwargs["host"], kwargs["tail"]
        return "//" + host.replace("-at-", ".") + "/" + tail


class MovedByReference(RedirectView):
    def get_redirect_url(self, *args, **kwargs):
        return "/orders/" + str(uuid.UUID(kwargs["reference"]))


def short(request):
    links = json.loads(request.body)["links"]
    response = HttpResponse(status=302)
    response["Location"] = next(link["href"] for link in links if link["rel"] == "next")
    return response


def short_by_branch(request):
    links = json.loads(request.body)["links"]
    response = HttpResponse(status=302)
    response["Location"] = "/ready" if links[0]["href"].startswith("http://shop.test/") else "/"
    return response


urlpatterns = [
    path("redirect/redirect-d01", leave),
    path("redirect/redirect-d02", leave_checked),
    path("redirect/redirect-d03/<str:host>/<str:tail>", Moved.as_view()),
    path("redirect/redirect-d04/<str:reference>", MovedByReference.as_view()),
    path("redirect/redirect-d05", short),
    path("redirect/redirect-d06", short_by_branch),
]
