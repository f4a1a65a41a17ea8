"""Jobs that run programs."""

import json
import os
import shlex
import subprocess

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.views import View

GREETING = "good morning"


class Jobs:
    """Runs what it is told by the shell."""

    def __init__(self, shell="/bin/sh"):
        self.shell = shell

    def run(self, line):
        return subprocess.run([self.shell, "-c", line], capture_output=True, text=True, timeout=20).stdout


def archive(request):
    return HttpResponse(Jobs().run("echo archiving {}".format(request.GET["title"])), content_type="text/plain")


def archive_by_argument(request):
    line = ["sh", "-c", 'echo archiving "$1"', "sh", request.GET["title"]]
    return HttpResponse(subprocess.check_output(line), content_type="text/plain")


class Convert(View):
    def post(self, request):
        job = json.loads(request.body)
        options = {"colour": "auto"} | job["options"]
        line = "echo convert --colour=%(colour)s" % options
        return HttpResponse(subprocess.getoutput(line), content_type="text/plain")


class ConvertChecked(View):
    palette = frozenset({"teal", "olive", "maroon"})

    def post(self, request):
        job = json.loads(request.body)
        options = {"colour": "auto"} | job["options"]
        if options["colour"] not in self.palette:
            return HttpResponseBadRequest("no such colour")
        line = "echo convert --colour=%(colour)s" % options
        return HttpResponse(subprocess.getoutput(line), content_type="text/plain")


def greet(request):
    cookie = request.COOKIES["who"].split("~")
    return HttpResponse(os.popen("echo hello " + " ".join(cookie)), content_type="text/plain")


def greet_constant(request):
    cookie = " ".join(request.COOKIES["who"].split("~"))
    words = GREETING if cookie else ""
    return HttpResponse(os.popen("echo " + words), content_type="text/plain")


def resize(request):
    wanted = list(request.GET)[0]
    status = os.spawnlp(os.P_WAIT, "sh", "sh", "-c", f"echo {wanted} > exports/size.txt")
    return JsonResponse({"status": status})


def resize_split(request):
    wanted = list(request.GET)[0]
    status = os.spawnvp(os.P_WAIT, "echo", shlex.split("echo --") + [wanted])
    return JsonResponse({"status": status})


urlpatterns = [
    path("cmdi/cmdi-d01", archive),
    path("cmdi/cmdi-d02", archive_by_argument),
    path("cmdi/cmdi-d03", Convert.as_view()),
    path("cmdi/cmdi-d04", ConvertChecked.as_view()),
    path("cmdi/cmdi-d05", greet),
    path("cmdi/cmdi-d06", greet_constant),
    path("cmdi/cmdi-d07", resize),
    path("cmdi/cmdi-d08", resize_split),
]
