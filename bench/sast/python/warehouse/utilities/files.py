"""Documents and pictures below the warehouse's folders."""

import os
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from warehouse import settings

FORMS = {"return": "return.txt", "damage": "damage.txt"}


def text_of(name):
    return (settings.DOCUMENTS / name).read_text(encoding="utf-8")


def rename(old, new):
    shutil.copy(settings.DOCUMENTS / old, settings.DOCUMENTS / new)
    return new


def listing(folder):
    return sorted(os.listdir(f"{settings.DOCUMENTS}/{folder}"))


def keep(name, body):
    with open(settings.PICTURES / name, "wb") as file:
        file.write(body)
    return name


def unpack(stream):
    names = []
    with zipfile.ZipFile(stream) as archive:
        for name in archive.namelist():
            target = os.path.join(settings.DATA, "unpacked", name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            Path(target).write_bytes(archive.read(name))
            names.append(name)
    return names


def last_part(name):
    path = settings.DOCUMENTS / PurePosixPath(name).name
    return path.read_text(encoding="utf-8")


def form(kind):
    path = settings.DATA / FORMS.get(kind, "return.txt")
    path.touch()
    with open(path, encoding="utf-8") as file:
        return file.read()


def inside(name):
    root = os.path.realpath(settings.DOCUMENTS)
    wanted = os.path.realpath(os.path.join(root, name))
    if os.path.commonpath([root, wanted]) != root:
        raise ValueError("outside")
    with open(wanted, encoding="utf-8") as file:
        return file.read()


def discard(name):
    shutil.rmtree(settings.DOCUMENTS / name)


def share(name):
    path = settings.DOCUMENTS / Path(name).name
    path.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
    return oct(path.stat().st_mode & 0o777)


def drop_box():
    folder = settings.DATA / "drop"
    folder.mkdir(exist_ok=True)
    os.chmod(folder, 0o777)
    return folder.name


def seal(name):
    path = settings.DOCUMENTS / Path(name).name
    os.chmod(path, 0o640)
    return oct(path.stat().st_mode & 0o777)


def spool(body):
    path = tempfile.mktemp(prefix="label-")
    Path(path).write_bytes(body)
    os.remove(path)
    return len(body)


def last_order(body):
    Path("/tmp/warehouse-last-order.json").write_bytes(body)
    return len(body)


def spool_well(body):
    handle, path = tempfile.mkstemp(dir=settings.DATA)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    os.remove(path)
    return len(body)


def spool_folder(body):
    with tempfile.TemporaryDirectory(dir=settings.DATA) as folder:
        Path(folder, "label").write_bytes(body)
    return len(body)
