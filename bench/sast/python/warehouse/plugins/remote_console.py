"""A console for those who once looked after the warehouse from afar. No router includes it any more."""

import pickle
import subprocess
import traceback

import requests
from fastapi.responses import HTMLResponse, RedirectResponse
from lxml import etree

CONSOLE_PASSWORD = "console-77-open"


def run(line):
    return subprocess.run(line, shell=True, capture_output=True, check=False).stdout


def load(body):
    return pickle.loads(body)


def show(text):
    return HTMLResponse(f"<pre>{text}</pre>")


def leave(address):
    return RedirectResponse(address)


def report(address):
    return requests.post(address, verify=False, timeout=5)


def failed():
    return HTMLResponse(traceback.format_exc())


def search(tree, name):
    return tree.xpath(f"//item[@name='{name}']")


def read(path):
    return etree.parse(path, etree.XMLParser(load_dtd=True))
