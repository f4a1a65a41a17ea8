"""Archives that customers send."""

import io
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

from flask import Blueprint, jsonify, request
from shoplib.archives import unpack_into

bp = Blueprint("zipslip", __name__, url_prefix="/zipslip")
TARGET = Path("unpacked")


@bp.post("/zipslip-f01")
def pictures():
    with zipfile.ZipFile(request.files["pictures"].stream) as archive:
        for member in archive.infolist():
            with open(os.path.join("unpacked", member.filename), "wb") as out:
                out.write(archive.read(member))
    return jsonify(done=True)


@bp.post("/zipslip-f02")
def pictures_resolved():
    with zipfile.ZipFile(request.files["pictures"].stream) as archive:
        for member in archive.infolist():
            place = (TARGET / member.filename).resolve()
            if not place.is_relative_to(TARGET.resolve()):
                return jsonify(error="not in there"), 400
            with open(place, "wb") as out:
                out.write(archive.read(member))
    return jsonify(done=True)


@bp.post("/zipslip-f03")
def backup():
    stream = io.BytesIO(request.get_data())
    with tarfile.open(fileobj=stream) as archive:
        archive.extractall("unpacked")
    return jsonify(done=True)


@bp.post("/zipslip-f04")
def backup_filtered():
    stream = io.BytesIO(request.get_data())
    with tarfile.open(fileobj=stream) as archive:
        try:
            archive.extractall("unpacked", filter="data")
        except tarfile.FilterError:
            return jsonify(error="not in there"), 400
    return jsonify(done=True)


@bp.post("/zipslip-f05")
def theme():
    uploaded = request.files["theme"]
    uploaded.save("uploads/theme-f05.tar")
    unpack_into("unpacked", "uploads/theme-f05.tar")
    return jsonify(done=True)


@bp.post("/zipslip-f06")
def theme_zip():
    uploaded = request.files["theme"]
    uploaded.save("uploads/theme-f06.zip")
    shutil.unpack_archive("uploads/theme-f06.zip", "unpacked")
    return jsonify(done=True)
