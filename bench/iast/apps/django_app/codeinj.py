"""What administrators may type in."""

import builtins
import operator
import urllib.parse
from types import SimpleNamespace

from django.http import HttpResponseBadRequest, JsonResponse
from django.urls import path

COLOURS = SimpleNamespace(teal="#008080", olive="#808000", walnut="#5d432c")
OPERATIONS = {"add": operator.add, "mul": operator.mul}


def attribute(request):
    expression = "colours." + request.GET["colour"]
    return JsonResponse({"value": str(eval(expression, {"colours": COLOURS}))})


def attribute_by_name(request):
    value = getattr(COLOURS, request.GET["colour"], None) if request.GET["colour"] in vars(COLOURS) else None
    return JsonResponse({"value": value})


def compute(request):
    parts = urllib.parse.parse_qs(request.META["QUERY_STRING"])
    code = compile("".join(parts["sum"]), "<sum>", "eval")
    return JsonResponse({"value": str(eval(code, {"width": 40, "height": 60}))})


def compute_plain(request):
    parts = urllib.parse.parse_qs(request.META["QUERY_STRING"])
    first, name, second = parts["sum"][0].split("-")
    if name not in OPERATIONS:
        return HttpResponseBadRequest("no such operation")
    return JsonResponse({"value": OPERATIONS[name](int(first), int(second))})


def hook(request):
    name = request.headers["X-Hook"].lower()
    scope = {"shop": SimpleNamespace(opened=lambda: "opened", closed=lambda: "closed")}
    builtins.exec(f"outcome = shop.{name}()", scope)
    return JsonResponse({"value": str(scope["outcome"])})


def hook_identifier(request):
    name = request.headers["X-Hook"].lower()
    if not name.isidentifier():
        return HttpResponseBadRequest("an identifier please")
    scope = {"shop": SimpleNamespace(opened=lambda: "opened", closed=lambda: "closed")}
    builtins.exec(f"outcome = shop.{name}()", scope)
    return JsonResponse({"value": str(scope["outcome"])})


urlpatterns = [
    path("codeinj/codeinj-d01", attribute),
    path("codeinj/codeinj-d02", attribute_by_name),
    path("codeinj/codeinj-d03", compute),
    path("codeinj/codeinj-d04", compute_plain),
    path("codeinj/codeinj-d05", hook),
    path("codeinj/codeinj-d06", hook_identifier),
]
