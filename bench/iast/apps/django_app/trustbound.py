"""Sessions of the back office."""

import json
from collections import namedtuple
from enum import Enum

from django.core import signing
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import path

Grant = namedtuple("Grant", "group level")


class Level(Enum):
    READ = "read only"
    WRITE = "read and write"


def session_of(request):
    return JsonResponse({key: request.session[key] for key in request.session.keys()})


def switch(request):
    request.session["account"] = request.GET["account"]
    return session_of(request)


def switch_fixed(request):
    account = request.GET["account"]
    account = "guest" if account else "nobody"
    request.session["account"] = account
    return session_of(request)


def enable(request):
    feature = next(iter(request.POST.keys()))
    request.session["feature:" + feature] = True
    return session_of(request)


def enable_known(request):
    feature = next(iter(request.POST.keys()))
    if feature in ("compact view", "large print"):
        request.session["feature:" + feature] = True
    return session_of(request)


def grant(request):
    body = json.loads(request.body)
    grant = Grant(*body["grant"])
    response = HttpResponse("granted")
    token = signing.dumps({"group": grant.group})
    response.headers["X-Grant"] = json.dumps(signing.loads(token))
    response.set_cookie("grant", token, secure=True, httponly=True, samesite="Lax")
    return response


def grant_level(request):
    body = json.loads(request.body)
    try:
        level = Level(Grant(*body["grant"]).group)
    except ValueError:
        return HttpResponseBadRequest("no such level")
    response = HttpResponse("granted")
    response.set_cookie("grant", signing.dumps({"level": level.name}), secure=True, httponly=True, samesite="Lax")
    return response


urlpatterns = [
    path("trustbound/trustbound-d01", switch),
    path("trustbound/trustbound-d02", switch_fixed),
    path("trustbound/trustbound-d03", enable),
    path("trustbound/trustbound-d04", enable_known),
    path("trustbound/trustbound-d05", grant),
    path("trustbound/trustbound-d06", grant_level),
]
