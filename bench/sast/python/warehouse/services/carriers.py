"""Talks to carriers."""

import http.client
import ssl
import urllib.request
from urllib.parse import urlsplit

import httpx
import requests

from warehouse import settings


async def track(url):
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        return (await client.get(url)).status_code


def logo(url):
    return len(httpx.get(url, timeout=5, trust_env=False).content)


def announce(url):
    wanted = urllib.request.Request(url, data=b"arrived", method="POST")
    with urllib.request.urlopen(wanted, timeout=5) as answer:
        return answer.status


def probe(host, port):
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    connection.request("GET", "/")
    return connection.getresponse().status


def quote(url):
    parts = urlsplit(url)
    if "\\" in url or "@" in parts.netloc or parts.scheme != "http" or parts.hostname not in settings.CARRIER_HOSTS:
        return 0
    return requests.get(url, timeout=5, allow_redirects=False).status_code


def parcel(number: int):
    return requests.get(f"{settings.CARRIER}/parcels/{number:d}", timeout=5).status_code


def prices():
    with urllib.request.urlopen(settings.CARRIER, timeout=5) as answer:
        return answer.status


def old_quote(url):
    return requests.get(url, timeout=5).text


def secure_prices():
    with httpx.Client(verify=False, trust_env=False, timeout=5) as client:
        return client.get(settings.SECURE_CARRIER).status_code


def manifest():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with urllib.request.urlopen(settings.SECURE_CARRIER, timeout=5, context=context) as answer:
        return answer.status


def bill():
    session = requests.Session()
    session.verify = False
    session.trust_env = False
    return session.get(settings.SECURE_CARRIER, timeout=5).status_code


def checked_bill():
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        with urllib.request.urlopen(settings.SECURE_CARRIER, timeout=5, context=context) as answer:
            return answer.status
    except OSError:
        return 0
