"""Audit lines."""

import json
import logging
import uuid

from django.http import HttpResponse
from django.urls import path
from django.views import View

log = logging.getLogger("shop")


class Audit:
    def __init__(self, actor):
        self.actor = actor

    def write(self, action):
        log.info("actor=" + self.actor + " action=" + action)


class AuditOneLine(Audit):
    def write(self, action):
        log.info("actor=" + self.actor.replace("\r", " ").replace("\n", " ") + " action=" + action)


class Delete(View):
    audit = Audit

    def post(self, request):
        self.audit(request.POST["actor"]).write("delete")
        return HttpResponse("deleted")


class DeleteOneLine(Delete):
    audit = AuditOneLine


def visited(request):
    log.warning("page %s is missing" % request.GET["page"].replace("_", " "))
    return HttpResponse("missing")


def visited_number(request, page):
    log.warning("page %s is missing", uuid.UUID(page))
    return HttpResponse("missing")


def uploaded(request):
    listing = json.loads(request.FILES["listing"].read())
    for line in (entry["title"] for entry in listing["entries"]):
        log.info(f"imported {line}")
    return HttpResponse("imported")


def uploaded_counted(request):
    listing = json.loads(request.FILES["listing"].read())
    for number, entry in enumerate(listing["entries"]):
        log.info("imported entry %d of %d letters", number, len(entry["title"]))
    return HttpResponse("imported")


urlpatterns = [
    path("logi/logi-d01", Delete.as_view()),
    path("logi/logi-d02", DeleteOneLine.as_view()),
    path("logi/logi-d03", visited),
    path("logi/logi-d04/<path:page>", visited_number),
    path("logi/logi-d05", uploaded),
    path("logi/logi-d06", uploaded_counted),
]
