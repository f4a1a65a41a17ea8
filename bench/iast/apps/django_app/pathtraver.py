"""Documents and exports."""

import codecs
import json
import os
import shutil
from dataclasses import dataclass

from django.core.files.storage import FileSystemStorage
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.urls import path
from django.utils._os import safe_join
from django.views import View


@dataclass
class Document:
    folder: str
    name: str

    @property
    def place(self):
        return self.folder + "/" + self.name


def text_of(place):
    try:
        with codecs.open(place, encoding="utf-8") as stream:
            return HttpResponse(stream.read(), content_type="text/plain")
    except OSError:
        raise Http404 from None


def read(request):
    return text_of(Document("data/public", request.GET["file"]).place)


def read_basename(request):
    return text_of(Document("data/public", os.path.basename(request.GET["file"])).place)


class Greeting(View):
    def get(self, request):
        language = request.headers["Accept-Language"].split(",")[0]
        return text_of("data/public/{}/greeting.txt".format(language))


class GreetingKnown(View):
    languages = ["en", "pt"]

    def get(self, request):
        language = request.headers["Accept-Language"].split(",")[0]
        if language not in self.languages:
            raise Http404
        return text_of("data/public/{}/greeting.txt".format(language))


def exists(request):
    settings = json.loads(request.body)
    place = os.path.join("data", "public", settings["export"]["names"][1])
    return JsonResponse({"there": os.path.exists(place), "size": os.path.getsize(place)})


def exists_joined(request):
    settings = json.loads(request.body)
    place = safe_join(os.path.abspath("data/public"), settings["export"]["names"][1])
    return JsonResponse({"there": os.path.exists(place), "size": os.path.getsize(place)})


def copied(request):
    source = "%s/%s" % ("data/public", request.POST["source"])
    shutil.copyfile(source, "exports/copied-d07.txt")
    with open("exports/copied-d07.txt", "rb") as stream:
        return FileResponse(io_bytes(stream))


def io_bytes(stream):
    import io

    return io.BytesIO(stream.read())


def stored(request):
    storage = FileSystemStorage(location="data/public")
    with storage.open(request.POST["source"]) as stream:
        return FileResponse(io_bytes(stream))


urlpatterns = [
    path("pathtraver/pathtraver-d01", read),
    path("pathtraver/pathtraver-d02", read_basename),
    path("pathtraver/pathtraver-d03", Greeting.as_view()),
    path("pathtraver/pathtraver-d04", GreetingKnown.as_view()),
    path("pathtraver/pathtraver-d05", exists),
    path("pathtraver/pathtraver-d06", exists_joined),
    path("pathtraver/pathtraver-d07", copied),
    path("pathtraver/pathtraver-d08", stored),
]
