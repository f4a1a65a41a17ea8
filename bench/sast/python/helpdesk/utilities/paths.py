"""Paths and files below the folders of the help desk."""

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from werkzeug.utils import secure_filename

from helpdesk import settings

PAGES = {"terms": "terms.txt", "privacy": "privacy.txt"}


def read(name):
    with open(os.path.join(settings.ATTACHMENTS, name), encoding="utf-8") as file:
        return file.read()


def read_secured(name):
    with open(os.path.join(settings.ATTACHMENTS, secure_filename(name)), encoding="utf-8") as file:
        return file.read()


def read_inside(name):
    path = (settings.ATTACHMENTS / name).resolve()
    if not path.is_relative_to(settings.ATTACHMENTS.resolve()):
        return None
    return path.read_text(encoding="utf-8")


def read_page(name):
    path = settings.DATA / PAGES.get(name, "terms.txt")
    path.touch()
    return path.read_text(encoding="utf-8")


def remove(name):
    Path(settings.ATTACHMENTS, name).unlink(missing_ok=True)


def unpack(stream):
    folder = tempfile.mkdtemp(dir=settings.DATA)
    with tarfile.open(fileobj=stream) as archive:
        archive.extractall(folder)
    return sorted(os.listdir(folder))


def unpack_filtered(stream):
    folder = tempfile.mkdtemp(dir=settings.DATA)
    with tarfile.open(fileobj=stream) as archive:
        archive.extractall(folder, filter="data")
    return sorted(os.listdir(folder))


def archive_all(target):
    return shutil.copytree(settings.ATTACHMENTS, "/srv/" + target)


def store(name, body):
    path = settings.ATTACHMENTS / secure_filename(name)
    path.write_bytes(body)
    os.chmod(path, 0o777)
    return path.name


def publish():
    folder = settings.DATA / "public"
    folder.mkdir(exist_ok=True)
    os.chmod(folder, 0o755)
    return oct(folder.stat().st_mode & 0o777)


def lock_down(name):
    path = settings.DATA / "audit.log"
    path.touch()
    path.chmod(0o600)
    return name


def open_up(path):
    os.chmod(path, 0o666)


def scratch(body):
    name = tempfile.mktemp(suffix=".txt")
    with open(name, "w", encoding="utf-8") as file:
        file.write(body)
    os.unlink(name)
    return len(body)


def scratch_fixed(body):
    name = "/tmp/helpdesk-last-import.txt"
    with open(name, "w", encoding="utf-8") as file:
        file.write(body)
    return len(body)


def scratch_safely(body):
    with tempfile.NamedTemporaryFile("w", dir=settings.DATA, suffix=".tmp") as file:
        file.write(body)
    return len(body)


def describe_scratch():
    return {"hint": "/tmp is cleaned at night"}


def old_scratch():
    return tempfile.mktemp()
