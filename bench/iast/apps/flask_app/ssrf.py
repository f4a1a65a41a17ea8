"""Feeds and pictures that are fetched for customers."""

import http.client
import socket
import urllib.request
from urllib.parse import urlparse

import requests
from flask import Blueprint, request
from flask.views import MethodView
from shoplib import config
from shoplib.text import unpercent

bp = Blueprint("ssrf", __name__, url_prefix="/ssrf")
OWN = f"localhost:{config.LISTENER_PORT}"


@bp.get("/ssrf-f01")
def feed():
    return requests.get(request.args["url"], timeout=5).text


@bp.get("/ssrf-f02")
def feed_of_own_host():
    url = request.args["url"]
    if urlparse(url).netloc != OWN or urlparse(url).scheme != "http":
        return "not ours", 400
    return requests.get(url, timeout=5, allow_redirects=False).text


class Picture(MethodView):
    def post(self):
        with urllib.request.urlopen(unpercent(request.form["picture"]), timeout=5) as answer:
            return answer.read()


class PictureByName(MethodView):
    pictures = {"oak": "oak.png", "teal": "teal.png"}

    def post(self):
        name = self.pictures.get(unpercent(request.form["picture"]), "none.png")
        with urllib.request.urlopen(f"http://{OWN}/pictures/{name}", timeout=5) as answer:
            return answer.read()


bp.add_url_rule("/ssrf-f03", view_func=Picture.as_view("picture"))
bp.add_url_rule("/ssrf-f04", view_func=PictureByName.as_view("picture_by_name"))


def status_of(host, path="/status"):
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.request("GET", path)
    return connection.getresponse().read()


@bp.post("/ssrf-f05")
def webhook():
    hook = request.get_json()["hooks"][-1]
    target = "{host}:{port}".format(**hook)
    return status_of(target, "/hooks/" + hook["event"])


@bp.post("/ssrf-f06")
def webhook_of_own():
    hook = request.get_json()["hooks"][-1]
    target = "{host}:{port}".format(**(hook | {"host": "localhost", "port": config.LISTENER_PORT}))
    return status_of(target, "/hooks")


@bp.get("/ssrf-f07")
def reachable():
    host, _, port = request.cookies["backend"].partition("~")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"GET /status HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        return connection.recv(4096).split(b"\r\n\r\n", 1)[-1]


@bp.get("/ssrf-f08")
def reachable_known():
    host, _, _ = request.cookies["backend"].partition("~")
    if host not in ("localhost",):
        return "unknown backend", 400
    with socket.create_connection((host, config.LISTENER_PORT), timeout=5) as connection:
        connection.sendall(b"GET /status HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return connection.recv(4096).split(b"\r\n\r\n", 1)[-1]
