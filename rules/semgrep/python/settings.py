import asyncio
import os
import re
import stat
import tempfile
from pathlib import Path

import uvicorn
from django.views.decorators.csrf import csrf_exempt
from fastapi import FastAPI
from flask import Flask, make_response
from starlette.middleware.sessions import SessionMiddleware

app = Flask(__name__)


def start(api):
    # ruleid: setpoint.python.debugger-on
    app.run(host="0.0.0.0", debug=True)
    # ruleid: setpoint.python.debugger-on
    app.config["DEBUG"] = True
    # ruleid: setpoint.python.debugger-on
    first = FastAPI(title="shop", debug=True)
    # ok: setpoint.python.debugger-on
    app.run(debug=os.environ.get("SHOP_DEBUG") == "1")
    # ok: setpoint.python.debugger-on
    asyncio.run(main(), debug=True)
    # ok: setpoint.python.debugger-on
    second = FastAPI(title="shop")
    # ok: setpoint.python.debugger-on
    uvicorn.run(api, host="127.0.0.1")
    return first, second


def cookies(token):
    response = make_response("welcome")
    # ruleid: setpoint.python.cookie-unprotected
    response.set_cookie("session", token)
    # ruleid: setpoint.python.cookie-unprotected
    response.set_cookie("auth_token", token, httponly=True)
    # ruleid: setpoint.python.cookie-unprotected
    response.set_cookie("sid", token, secure=False, httponly=True)
    # ok: setpoint.python.cookie-unprotected
    response.set_cookie("session", token, secure=True, httponly=True)
    # ok: setpoint.python.cookie-unprotected
    response.set_cookie("session", token, httponly=True, samesite="Lax", secure=True)
    # ok: setpoint.python.cookie-unprotected
    response.set_cookie("session", token, **OPTIONS)
    # ok: setpoint.python.cookie-unprotected
    response.set_cookie("language", "en")
    # ruleid: setpoint.python.session-cookie-unprotected
    app.config["SESSION_COOKIE_SECURE"] = False
    # ruleid: setpoint.python.session-cookie-unprotected
    app.config.update(SESSION_COOKIE_HTTPONLY=False)
    # ruleid: setpoint.python.session-cookie-unprotected
    app.add_middleware(SessionMiddleware, secret_key=token, https_only=False)
    # ok: setpoint.python.session-cookie-unprotected
    app.config["SESSION_COOKIE_SECURE"] = True
    # ok: setpoint.python.session-cookie-unprotected
    app.config.update(SESSION_COOKIE_HTTPONLY=True)
    # ok: setpoint.python.session-cookie-unprotected
    app.add_middleware(SessionMiddleware, secret_key=token, https_only=True)
    # ok: setpoint.python.session-cookie-unprotected
    app.config["SESSION_COOKIE_NAME"] = "shop"
    return response


@csrf_exempt
# ruleid: setpoint.python.request-forgery-unchecked
def transfer(request):
    return request.POST["to"]


# ruleid: setpoint.python.request-forgery-unchecked
hook = csrf_exempt(transfer)
# ruleid: setpoint.python.request-forgery-unchecked
app.config["WTF_CSRF_ENABLED"] = False
# ok: setpoint.python.request-forgery-unchecked
app.config["WTF_CSRF_ENABLED"] = True
# ok: setpoint.python.request-forgery-unchecked
app.config["WTF_CSRF_TIME_LIMIT"] = 3600


# ok: setpoint.python.request-forgery-unchecked
def balance(request):
    return request.GET["account"]


# ok: setpoint.python.request-forgery-unchecked
view = transfer


def permissions(path):
    # ruleid: setpoint.python.open-to-everybody
    os.chmod(path, 0o777)
    # ruleid: setpoint.python.open-to-everybody
    Path(path).chmod(0o666)
    # ruleid: setpoint.python.open-to-everybody
    os.chmod(path, stat.S_IRUSR | stat.S_IWOTH)
    # ok: setpoint.python.open-to-everybody
    os.chmod(path, 0o600)
    # ok: setpoint.python.open-to-everybody
    Path(path).chmod(0o755)
    # ok: setpoint.python.open-to-everybody
    os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
    # ok: setpoint.python.open-to-everybody
    os.makedirs(path, 0o700)
    # ruleid: setpoint.python.umask-taken-away
    os.umask(0)
    # ruleid: setpoint.python.umask-taken-away
    before = os.umask(0o000)
    # ruleid: setpoint.python.umask-taken-away
    os.umask(0x0)
    # ok: setpoint.python.umask-taken-away
    os.umask(0o077)
    # ok: setpoint.python.umask-taken-away
    os.umask(0o027)
    # ok: setpoint.python.umask-taken-away
    os.umask(before)
    # ok: setpoint.python.umask-taken-away
    os.umask(0o022)


def temporary(name):
    # ruleid: setpoint.python.temporary-file
    one = tempfile.mktemp(".txt")
    # ruleid: setpoint.python.temporary-file
    with open("/tmp/shop.txt", "w") as stream:
        stream.write(one)
    # ruleid: setpoint.python.temporary-file
    with open(f"/tmp/shop-{name}.txt", "wb") as stream:
        stream.write(b"")
    # ok: setpoint.python.temporary-file
    with tempfile.NamedTemporaryFile() as stream:
        stream.write(b"")
    # ok: setpoint.python.temporary-file
    with open("/tmp/shop.txt") as stream:
        stream.read()
    # ok: setpoint.python.temporary-file
    with open("/srv/tmp/shop.txt", "w") as stream:
        stream.write(name)
    with tempfile.TemporaryDirectory() as folder:
        # ok: setpoint.python.temporary-file
        (Path(folder) / "a").write_text(name)


# ruleid: setpoint.python.slow-expression
WORDS = re.compile(r"^(\w+\s?)*$")
# ruleid: setpoint.python.slow-expression
LIST = re.match(r"(a+)+b", "aaaa")
# ruleid: setpoint.python.slow-expression
MAIL = re.compile(r"([a-zA-Z0-9]+)*@x")
# ok: setpoint.python.slow-expression
NUMBER = re.compile(r"^\d+(\.\d+)?$")
# ok: setpoint.python.slow-expression
NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
# ok: setpoint.python.slow-expression
DATE = re.match(r"\d{4}-\d{2}-\d{2}", "2026-01-01")
# ok: setpoint.python.slow-expression
FIELDS = re.compile(r"[^,]*,[^,]*")
