"""Patterns over products."""

import base64
import re
import uuid

from django.http import HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.views import View

from django_app.models import Product

KINDS = {"chairs": "chair$", "lamps": "lamp$"}


def names():
    return list(Product.objects.values_list("name", flat=True))


class Find(View):
    def pattern(self, request):
        return "^%s" % request.POST["start"].lower()

    def post(self, request):
        found = [name for name in names() if re.match(self.pattern(request), name.lower())]
        return JsonResponse({"names": [name.title() for name in found]})


class FindByKind(Find):
    def pattern(self, request):
        return KINDS.get(request.POST["start"].lower(), "^$")


def split(request):
    separator = base64.b64decode(request.headers["X-Separator"]).decode()
    parts = re.split(separator, "teal and olive and maroon")
    return JsonResponse({"parts": len(parts), "first": parts[0]})


def split_plainly(request):
    separator = base64.b64decode(request.headers["X-Separator"]).decode()
    parts = "teal and olive and maroon".split(separator)
    return JsonResponse({"parts": len(parts), "first": parts[0]})


def lookup(request, start):
    pattern = re.compile("^" + start.replace("-", " "))
    return JsonResponse({"names": [name for name in names() if pattern.match(name)]})


def lookup_reference(request, start):
    try:
        pattern = re.compile("^" + str(uuid.UUID(start)))
    except ValueError:
        return HttpResponseBadRequest("a reference please")
    return JsonResponse({"names": [name for name in names() if pattern.match(name)]})


urlpatterns = [
    path("regexi/regexi-d01", Find.as_view()),
    path("regexi/regexi-d02", FindByKind.as_view()),
    path("regexi/regexi-d03", split),
    path("regexi/regexi-d04", split_plainly),
    path("regexi/regexi-d05/<path:start>", lookup),
    path("regexi/regexi-d06/<path:start>", lookup_reference),
]
