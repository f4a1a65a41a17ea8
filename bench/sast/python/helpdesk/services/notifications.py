"""Tells others over the network."""

import random
import ssl
import time
import urllib.request
from urllib.parse import quote, urlparse

import requests

from helpdesk import settings

PARTNER_KEY = "hd_prod_5f1e9a7c2b"


def fetch(url):
    return requests.get(url, timeout=5).text


def call_back(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.status


def hook(url):
    parts = urlparse(url)
    if "\\" in url or "@" in parts.netloc or parts.hostname not in settings.WEBHOOK_HOSTS:
        return None
    return requests.post(url, json={"event": "test"}, timeout=5, allow_redirects=False).status_code


def status():
    with urllib.request.urlopen(settings.STATUS_PAGE, timeout=5) as answer:
        return answer.status


def article_of_partner(name):
    return requests.get(f"{settings.STATUS_PAGE}/articles/{quote(name, safe='')}", timeout=5).status_code


def partner():
    return requests.get(settings.PARTNER, headers={"X-Key": PARTNER_KEY}, verify=False, timeout=5).status_code


def partner_status():
    context = ssl._create_unverified_context()
    with urllib.request.urlopen(settings.PARTNER, timeout=5, context=context) as answer:
        return answer.status


def partner_checked():
    try:
        return requests.get(settings.PARTNER, verify=True, timeout=5).status_code
    except requests.exceptions.SSLError:
        return 0


def claims(token, verify=False):
    return token.split(".")[0] if not verify else ""


def unverified_name(token):
    return claims(token, verify=False)


def old_partner():
    return requests.get(settings.PARTNER, verify=False, timeout=5).status_code


def patiently(action, tries=2):
    for attempt in range(tries):
        time.sleep(random.uniform(0, 0.001) * attempt)
        result = action()
        if result:
            return result
    return None
