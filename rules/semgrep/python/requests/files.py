import os
import shutil
import tarfile
from pathlib import Path
from urllib.parse import urlparse

import aiofiles
import httpx
import requests
from fastapi import APIRouter
from fastapi.responses import FileResponse
from flask import Blueprint, abort, request, send_file, send_from_directory
from werkzeug.utils import secure_filename

files = Blueprint("files", __name__)
router = APIRouter()
ROOT = Path("/srv/files")
HOSTS = {"api.example.org", "static.example.org"}
BASE_URL = "https://api.example.org"


@files.route("/files")
def one():
    name = request.args["name"]
    # ruleid: setpoint.python.path-traversal
    with open("/srv/files/" + name) as stream:
        text = stream.read()
    # ruleid: setpoint.python.path-traversal
    data = (ROOT / request.form["name"]).read_bytes()
    # ruleid: setpoint.python.path-traversal
    os.remove(os.path.join("/srv/files", name))
    # ok: setpoint.python.path-traversal
    with open(os.path.join("/srv/files", secure_filename(name))) as stream:
        text += stream.read()
    # ok: setpoint.python.path-traversal
    data += (ROOT / os.path.basename(name)).read_bytes()
    # ok: setpoint.python.path-traversal
    data += (ROOT / Path(name).name).read_bytes()
    # ok: setpoint.python.path-traversal
    send_from_directory(ROOT, name)
    path = (ROOT / name).resolve()
    if not path.is_relative_to(ROOT):
        abort(404)
    # ok: setpoint.python.path-traversal
    return path.read_text() + text + str(data)


@files.post("/upload")
def upload():
    sent = request.files["file"]
    # ruleid: setpoint.python.path-traversal
    sent.save("/srv/files/" + sent.filename)
    # ok: setpoint.python.path-traversal
    sent.save("/srv/files/" + secure_filename(sent.filename))
    path = os.path.realpath(os.path.join("/srv/files", request.args["name"]))
    if not path.startswith("/srv/files/"):
        abort(404)
    # ok: setpoint.python.path-traversal
    return send_file(path)


@router.get("/reports/{name}")
async def report(name: str, number: int):
    # ok: setpoint.python.path-traversal
    first = (ROOT / f"{number}.pdf").read_bytes()
    if not first:
        # ruleid: setpoint.python.path-traversal
        return FileResponse(ROOT / name)
    # ruleid: setpoint.python.path-traversal
    async with aiofiles.open(f"/srv/reports/{name}") as stream:
        return await stream.read()


class Storage:
    def read(self, name):
        # ruleid: setpoint.python.path-from-parameter
        with open(os.path.join(self.root, name), "rb") as stream:
            return stream.read()

    def write(self, folder, name, data):
        path = self.root / name
        # ruleid: setpoint.python.path-from-parameter
        path.write_bytes(data)
        # ruleid: setpoint.python.path-from-parameter
        shutil.rmtree(f"{self.root}/{folder}")

    def settings(self, path):
        # ok: setpoint.python.path-from-parameter
        with open(path) as stream:
            return stream.read()

    def manifest(self, folder):
        # ok: setpoint.python.path-from-parameter
        return (folder / "manifest.json").read_text()

    def page(self, number: int):
        # ok: setpoint.python.path-from-parameter
        return (self.root / f"{number}.html").read_text()

    def checked(self, name):
        path = (self.root / name).resolve()
        if self.root not in path.parents:
            raise PermissionError(name)
        # ok: setpoint.python.path-from-parameter
        return path.read_text()

    def plain(self, name):
        # ok: setpoint.python.path-from-parameter
        return (self.root / secure_filename(name)).read_text()


def unpack(archive, folder):
    # ruleid: setpoint.python.archive-extracted-anywhere
    tarfile.open(archive).extractall(folder)
    with tarfile.open(archive) as opened:
        # ruleid: setpoint.python.archive-extracted-anywhere
        opened.extractall(folder)
        # ruleid: setpoint.python.archive-extracted-anywhere
        opened.extract("a", folder)
        # ok: setpoint.python.archive-extracted-anywhere
        opened.extractall(folder, filter="data")
        # ok: setpoint.python.archive-extracted-anywhere
        opened.extractall(folder, members=inside(opened, folder))
        # ok: setpoint.python.archive-extracted-anywhere
        opened.getnames()
    # ok: setpoint.python.archive-extracted-anywhere
    shutil.unpack_archive("assets.tar.gz", folder)
    # ruleid: setpoint.python.archive-extracted-anywhere
    shutil.unpack_archive(archive, folder)


@files.post("/preview")
def preview():
    address = request.json["address"]
    # ruleid: setpoint.python.server-side-request
    first = requests.get(address, timeout=5)
    # ruleid: setpoint.python.server-side-request
    second = httpx.post(request.form["hook"], json={})
    # ruleid: setpoint.python.server-side-request
    third = requests.get(f"http://{request.args['host']}/status", timeout=5)
    # ok: setpoint.python.server-side-request
    fourth = requests.get(f"https://api.example.org/orders/{request.args['id']}", timeout=5)
    # ok: setpoint.python.server-side-request
    fifth = requests.get("https://api.example.org/orders", params={"id": request.args["id"]}, timeout=5)
    # ok: setpoint.python.server-side-request
    sixth = requests.get(BASE_URL + "/orders/" + request.args["id"], timeout=5)
    parsed = urlparse(address)
    if parsed.hostname not in HOSTS:
        abort(400)
    # ok: setpoint.python.server-side-request
    return requests.get(address, timeout=5), first, second, third, fourth, fifth, sixth


class Hooks:
    def deliver(self, address, body):
        # ruleid: setpoint.python.server-side-request-from-parameter
        return requests.post(address, json=body, timeout=5)

    async def ask(self, host, number: int):
        # ruleid: setpoint.python.server-side-request-from-parameter
        await self._client.get(f"http://{host}/status")
        # ok: setpoint.python.server-side-request-from-parameter
        await self._client.get(f"https://api.example.org/{number}")
        # ruleid: setpoint.python.server-side-request-from-parameter
        return await self._client.request("GET", "https://" + host)

    def order(self, name):
        # ok: setpoint.python.server-side-request-from-parameter
        return self._client.get(f"{self.base_url}/orders/{name}")

    def known(self, address):
        if urlparse(address).hostname not in HOSTS:
            raise ValueError(address)
        # ok: setpoint.python.server-side-request-from-parameter
        return requests.get(address, timeout=5)

    def kept(self, key):
        # ok: setpoint.python.server-side-request-from-parameter
        return self._cache.get(key)
