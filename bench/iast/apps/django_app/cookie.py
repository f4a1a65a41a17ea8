"""Cookies of the back office."""

import json

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views import View


class Kept:
    """Adds a cookie to an answer in the house's way."""

    secure = True

    def add(self, response, name, value):
        response.set_cookie(name, value, max_age=3600, secure=self.secure, httponly=True, samesite="Lax")
        return response


class KeptOnPlainHttp(Kept):
    secure = False


class Layout(View):
    kept = KeptOnPlainHttp()

    def get(self, request):
        return self.kept.add(HttpResponse("kept"), "layout", request.GET["layout"])


class LayoutFlagged(Layout):
    kept = Kept()


def basket(request):
    response = JsonResponse({"kept": True})
    response.set_cookie("basket", json.loads(request.body)["basket"], secure=True, httponly=True)
    return response


def basket_flagged(request):
    response = JsonResponse({"kept": True})
    response.set_cookie("basket", json.loads(request.body)["basket"], secure=True, httponly=True, samesite="None")
    return response


def visit(request):
    response = HttpResponse("kept")
    response.set_signed_cookie("visit", request.headers["X-Visit"], secure=True, samesite="Strict")
    return response


def visit_flagged(request):
    response = HttpResponse("kept")
    response.set_signed_cookie("visit", request.headers["X-Visit"], secure=True, httponly=True, samesite="Strict")
    return response


urlpatterns = [
    path("cookie/cookie-d01", Layout.as_view()),
    path("cookie/cookie-d02", LayoutFlagged.as_view()),
    path("cookie/cookie-d03", basket),
    path("cookie/cookie-d04", basket_flagged),
    path("cookie/cookie-d05", visit),
    path("cookie/cookie-d06", visit_flagged),
]
