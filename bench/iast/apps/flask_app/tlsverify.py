"""Calls to the till, over TLS."""

import http.client
import ssl

import requests
import urllib3
from flask import Blueprint, request
from shoplib import config
from shoplib.till import Till

bp = Blueprint("tlsverify", __name__, url_prefix="/tlsverify")
URL = f"https://localhost:{config.TLS_PORT}/till"
urllib3.disable_warnings()


@bp.get("/tlsverify-f01")
def total():
    return requests.get(URL, params={"shop": request.args["shop"]}, verify=False, timeout=5).text


@bp.get("/tlsverify-f02")
def total_verified():
    return requests.get(URL, params={"shop": request.args["shop"]}, verify="ca.pem", timeout=5).text


@bp.post("/tlsverify-f03")
def receipt():
    return Till(trusting=True).send(request.get_json()["receipt"]["name"])


@bp.post("/tlsverify-f04")
def receipt_verified():
    return Till(trusting=False).send(request.get_json()["receipt"]["name"])


@bp.post("/tlsverify-f05")
def opening():
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("localhost", config.TLS_PORT, context=context, timeout=5)
    connection.request("POST", "/till", body=request.form["day"])
    return connection.getresponse().read()


@bp.post("/tlsverify-f06")
def opening_verified():
    context = ssl.create_default_context(cafile="ca.pem")
    connection = http.client.HTTPSConnection("localhost", config.TLS_PORT, context=context, timeout=5)
    connection.request("POST", "/till", body=request.form["day"])
    return connection.getresponse().read()
