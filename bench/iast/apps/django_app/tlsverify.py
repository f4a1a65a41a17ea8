"""Partners over TLS."""

import ssl
import urllib.request

import httpx
import requests
import urllib3
from django.http import HttpResponse
from django.urls import path
from django.views import View
from shoplib import config

URL = f"https://localhost:{config.TLS_PORT}/partner"
urllib3.disable_warnings()


class Partner(View):
    verify = False

    def session(self):
        session = requests.Session()
        session.verify = self.verify
        return session

    def get(self, request, name):
        with self.session() as session:
            return HttpResponse(session.get(URL, headers={"X-Partner": name}, timeout=5).text)


class PartnerVerified(Partner):
    verify = "ca.pem"


def rates(request):
    with httpx.Client(verify=False) as client:
        return HttpResponse(client.post(URL, data={"currency": request.GET["currency"]}).text)


def rates_verified(request):
    with httpx.Client(verify=ssl.create_default_context(cafile="ca.pem")) as client:
        return HttpResponse(client.post(URL, data={"currency": request.GET["currency"]}).text)


def news(request):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    wanted = urllib.request.Request(URL, data=request.body)
    with urllib.request.urlopen(wanted, context=context, timeout=5) as answer:
        return HttpResponse(answer.read())


def news_verified(request):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations("ca.pem")
    wanted = urllib.request.Request(URL, data=request.body)
    with urllib.request.urlopen(wanted, context=context, timeout=5) as answer:
        return HttpResponse(answer.read())


urlpatterns = [
    path("tlsverify/tlsverify-d01/<str:name>", Partner.as_view()),
    path("tlsverify/tlsverify-d02/<str:name>", PartnerVerified.as_view()),
    path("tlsverify/tlsverify-d03", rates),
    path("tlsverify/tlsverify-d04", rates_verified),
    path("tlsverify/tlsverify-d05", news),
    path("tlsverify/tlsverify-d06", news_verified),
]
