"""State from outside."""

import base64
import hashlib
import hmac
import json
import marshal
import pickle
import shelve
import zlib

import yaml
from django.conf import settings
from django.http import HttpResponseForbidden, JsonResponse
from django.urls import path
from django.views import View


def answer(value):
    return JsonResponse({"value": str(value)})


def wishlist(request):
    return answer(pickle.loads(base64.urlsafe_b64decode(request.GET["list"])))


def wishlist_signed(request):
    body, _, signature = request.GET["list"].rpartition(".")
    expected = hmac.new(settings.SECRET_KEY.encode(), body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        return HttpResponseForbidden("not ours")
    return answer(pickle.loads(base64.urlsafe_b64decode(body)))


class Theme(View):
    def post(self, request):
        text = "theme:\n  " + request.POST["colours"]
        return answer(yaml.load(text, Loader=yaml.Loader))


class ThemeSafe(View):
    def post(self, request):
        text = "theme:\n  " + request.POST["colours"]
        return answer(yaml.load(text, Loader=yaml.SafeLoader))


def cached(request):
    packed = base64.b64decode(request.headers["X-State"])
    return answer(marshal.loads(zlib.decompress(packed)))


def cached_json(request):
    packed = base64.b64decode(request.headers["X-State"])
    return answer(json.loads(zlib.decompress(packed)))


def shelf(request):
    stored = {b"profile": base64.b64decode(json.loads(request.body)["profile"])}
    with shelve.Shelf(stored) as opened:
        return answer(opened["profile"])


def shelf_of_own(request):
    stored = {b"asked": base64.b64decode(json.loads(request.body)["profile"]), b"profile": pickle.dumps("own profile")}
    with shelve.Shelf(stored) as opened:
        return answer(opened["profile"])


urlpatterns = [
    path("deserial/deserial-d01", wishlist),
    path("deserial/deserial-d02", wishlist_signed),
    path("deserial/deserial-d03", Theme.as_view()),
    path("deserial/deserial-d04", ThemeSafe.as_view()),
    path("deserial/deserial-d05", cached),
    path("deserial/deserial-d06", cached_json),
    path("deserial/deserial-d07", shelf),
    path("deserial/deserial-d08", shelf_of_own),
]
