"""Doors of the back office."""

import socket
import socketserver
from contextlib import closing

from django.http import HttpResponse, JsonResponse
from django.test.utils import override_settings
from django.urls import path
from django.views import View


class Door(View):
    address = ("0.0.0.0", 0)

    def get(self, request):
        with socketserver.TCPServer(self.address, socketserver.BaseRequestHandler) as server:
            return JsonResponse({"name": request.GET["name"], "port": server.server_address[1]})


class DoorHere(Door):
    address = ("127.0.0.1", 0)


def preview(request):
    with override_settings(DEBUG=True):
        return HttpResponse("preview of " + str(len(request.POST["page"])))


def preview_plain(request):
    with override_settings(DEBUG=False):
        return HttpResponse("preview of " + str(len(request.POST["page"])))


def beacon(request):
    host = ".".join(["0"] * 4)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as radio:
        radio.bind((host, 0))
        return JsonResponse({"zone": request.headers["X-Zone"], "port": radio.getsockname()[1]})


def beacon_here(request):
    host = ".".join(["127", "0", "0", "1"])
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as radio:
        radio.bind((host, 0))
        return JsonResponse({"zone": request.headers["X-Zone"], "port": radio.getsockname()[1]})


urlpatterns = [
    path("exposure/exposure-d01", Door.as_view()),
    path("exposure/exposure-d02", DoorHere.as_view()),
    path("exposure/exposure-d03", preview),
    path("exposure/exposure-d04", preview_plain),
    path("exposure/exposure-d05", beacon),
    path("exposure/exposure-d06", beacon_here),
]
