"""The staff directory behind the intranet."""

import base64

from django.http import JsonResponse
from django.urls import path
from django.views.generic import View
from ldap3 import SUBTREE
from ldap3.utils.conv import escape_filter_chars
from shoplib.directory import BASE, connect, mails


class Directory:
    def __init__(self):
        self.connection = connect()

    def with_attribute(self, name, value):
        self.connection.search(BASE, "(%s=%s)" % (name, value), SUBTREE, attributes=["mail"])
        return [str(entry.mail) for entry in self.connection.entries]


def found(addresses):
    return JsonResponse({"mails": addresses})


def phone_book(request):
    return found(Directory().with_attribute("sn", request.GET["surname"].strip()))


def phone_book_escaped(request):
    return found(Directory().with_attribute("sn", escape_filter_chars(request.GET["surname"].strip())))


class ByUser(View):
    def get(self, request, user):
        return found(mails("(uid=" + user + ")"))


class ByUserChecked(View):
    def get(self, request, user):
        if not user.isalnum():
            return found([])
        return found(mails("(uid=" + user + ")"))


def from_gateway(request):
    user, _, _ = base64.b64decode(request.headers["X-Remote-User"]).decode().partition("@")
    return found(mails("(&(uid={})(objectClass=inetOrgPerson))".format(user)))


def from_gateway_fixed(request):
    user, _, _ = base64.b64decode(request.headers["X-Remote-User"]).decode().partition("@")
    filters = {"asked": user, "default": "bruno"}
    return found(mails("(&(uid={})(objectClass=inetOrgPerson))".format(filters["default"])))


urlpatterns = [
    path("ldapi/ldapi-d01", phone_book),
    path("ldapi/ldapi-d02", phone_book_escaped),
    path("ldapi/ldapi-d03/<path:user>", ByUser.as_view()),
    path("ldapi/ldapi-d04/<path:user>", ByUserChecked.as_view()),
    path("ldapi/ldapi-d05", from_gateway),
    path("ldapi/ldapi-d06", from_gateway_fixed),
]
