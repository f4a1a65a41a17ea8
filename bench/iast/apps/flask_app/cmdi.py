"""What the shop leaves to programs of the system."""

import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

from flask import Blueprint, request
from shoplib.text import unbase64

bp = Blueprint("cmdi", __name__, url_prefix="/cmdi")
pool = ThreadPoolExecutor(max_workers=2)


def shell(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=20).stdout


@bp.get("/cmdi-f01")
def label():
    return shell("echo label for " + request.args["name"])


@bp.get("/cmdi-f02")
def label_quoted():
    return shell("echo label for " + shlex.quote(request.args["name"]))


@bp.post("/cmdi-f03")
def print_upload():
    document = request.files["document"]
    return os.popen(f"echo queued {document.filename}").read()


@bp.post("/cmdi-f04")
def print_upload_directly():
    document = request.files["document"]
    return subprocess.check_output(["echo", "queued", document.filename], text=True)


@bp.get("/cmdi-f05")
def later():
    task = unbase64(request.headers["X-Task"])
    return pool.submit(shell, f"printf '%s' \"{task}\"").result()


@bp.get("/cmdi-f06")
def later_checked():
    task = unbase64(request.headers["X-Task"])
    if any(each in task for each in "\"'`$;&|\\<>\n"):
        return "refused", 400
    return pool.submit(shell, f"printf '%s' \"{task}\"").result()


@bp.get("/cmdi-f07/<path:folder>")
def usage(folder):
    status = os.system("ls data/public/" + folder + " > exports/usage.txt")
    return {"status": status}


@bp.get("/cmdi-f08/<path:folder>")
def usage_of_known(folder):
    known = {"notes": "notes", "pt": "pt", "en": "en"}
    status = os.system("ls data/public/" + known.get(folder, "en") + " > exports/usage.txt")
    return {"status": status}
