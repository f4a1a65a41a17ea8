"""Archives of suppliers."""

import base64
import io
import json
import os
import shutil
import tarfile
import zipfile

from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import path
from django.views import View


class Catalogue(View):
    def names(self, archive):
        return archive.namelist()

    def place(self, name):
        return "unpacked/" + name

    def post(self, request):
        with zipfile.ZipFile(request.FILES["catalogue"]) as archive:
            for name in self.names(archive):
                with archive.open(name) as source, open(self.place(name), "wb") as out:
                    shutil.copyfileobj(source, out)
        return HttpResponse("unpacked")


class CatalogueBase(Catalogue):
    def place(self, name):
        return "unpacked/" + os.path.basename(name)


def pricing(request):
    blob = base64.b64decode(json.loads(request.body)["archive"])
    with tarfile.open(fileobj=io.BytesIO(blob)) as archive:
        for member in archive.getmembers():
            data = archive.extractfile(member)
            with open(os.path.normpath(f"unpacked/{member.name}"), "wb") as out:
                out.write(data.read())
    return HttpResponse("unpacked")


def pricing_checked(request):
    blob = base64.b64decode(json.loads(request.body)["archive"])
    with tarfile.open(fileobj=io.BytesIO(blob)) as archive:
        for member in archive.getmembers():
            if ".." in member.name or "/" in member.name:
                return HttpResponseBadRequest("plain names please")
            data = archive.extractfile(member)
            with open(os.path.normpath(f"unpacked/{member.name}"), "wb") as out:
                out.write(data.read())
    return HttpResponse("unpacked")


def backup(request):
    with open("uploads/backup-d05.tar", "wb") as out:
        out.write(request.body)
    shutil.unpack_archive("uploads/backup-d05.tar", "unpacked", "tar")
    return HttpResponse("unpacked")


def backup_numbered(request):
    with tarfile.open(fileobj=io.BytesIO(request.body)) as archive:
        for number, member in enumerate(archive.getmembers()):
            with open(f"unpacked/part-{number}", "wb") as out:
                out.write(archive.extractfile(member).read())
    return HttpResponse("unpacked")


urlpatterns = [
    path("zipslip/zipslip-d01", Catalogue.as_view()),
    path("zipslip/zipslip-d02", CatalogueBase.as_view()),
    path("zipslip/zipslip-d03", pricing),
    path("zipslip/zipslip-d04", pricing_checked),
    path("zipslip/zipslip-d05", backup),
    path("zipslip/zipslip-d06", backup_numbered),
]
