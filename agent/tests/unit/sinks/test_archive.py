"""Names inside of an archive that came with the request are input; what libraries refuse by themselves is none."""

from __future__ import annotations

import base64
import io
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Watch

from setpoint_agent.request import FILE, FILE_NAME, JSON, Request, Value, current

FAMILIES = ("sinks.path", "sinks.archive")

pytestmark = pytest.mark.filterwarnings("ignore:Python 3.14 will:DeprecationWarning")


def tar(name: str, mode: str = "w") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]  # a mode of several
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"sand"))
    return packed.getvalue()


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "sand")
    return packed.getvalue()


@contextmanager
def upload(content: bytes, part: str = FILE) -> Iterator[None]:
    request = Request("POST", "/photos")
    text = content.decode("utf-8", "replace")
    request.add_source(lambda: [Value(FILE_NAME, "photos", "photos.tar.gz"), Value(part, "photos", text)])
    token = current.set(request)
    try:
        yield
    finally:
        current.reset(token)


@pytest.fixture
def beach() -> str:
    return "/".join(["holidays", "beach.jpg"])


@pytest.fixture
def plain(beach: str) -> bytes:
    return tar(beach, "w")


@pytest.fixture
def gzipped(beach: str) -> bytes:
    return tar(beach, "w:gz")


@pytest.fixture
def zip_file(beach: str) -> bytes:
    return zipped(beach)


def all_of_it(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder)


def one_by_one(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            archive.extract(member, folder)


def with_full_trust(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="fully_trusted")


def from_disk(content: bytes, folder: Path) -> None:
    (folder / "kept.tar.gz").write_bytes(content)
    shutil.unpack_archive(folder / "kept.tar.gz", folder)


def by_hand(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            target = os.path.join(folder, member.name)  # noqa: PTH118 - what is tested
            Path(target).parent.mkdir(exist_ok=True)
            Path(target).write_bytes(b"x")


@pytest.mark.parametrize("extract", [all_of_it, one_by_one, with_full_trust, by_hand])
def test_members_of_an_upload_are_written_unfiltered(
    watching: Watch, tmp_path: Path, plain: bytes, extract: Callable[[bytes, Path], None]
) -> None:
    kept = watching(*FAMILIES)
    with upload(plain):
        extract(plain, tmp_path)
    assert {each.kind.cwe for each in kept} == {22}
    assert {each.frames[-1].function for each in kept} == {extract.__name__}


@pytest.mark.parametrize("extract", [all_of_it, one_by_one, with_full_trust, from_disk, by_hand])
def test_compressed_ones_as_well(
    watching: Watch, tmp_path: Path, gzipped: bytes, extract: Callable[[bytes, Path], None]
) -> None:
    kept = watching(*FAMILIES)
    with upload(gzipped):
        extract(gzipped, tmp_path)
    assert {each.kind.cwe for each in kept} == {22}
    assert {each.frames[-1].function for each in kept} == {extract.__name__}


def test_an_archive_in_base64(watching: Watch, tmp_path: Path, gzipped: bytes) -> None:
    kept = watching(*FAMILIES)
    with upload(base64.b64encode(gzipped), JSON):
        all_of_it(gzipped, tmp_path)
    assert [each.kind.name for each in kept] == ["archive-traversal"]


def filtered(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")


def filtered_by_function(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter=tarfile.data_filter)


def refused_before(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            if member.name.startswith("/") or ".." in member.name:
                raise ValueError
        archive.extractall(folder)


def refused_by_function(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        check(archive, folder)
        archive.extractall(folder)


def check(archive: tarfile.TarFile, folder: Path) -> None:
    for member in archive.getmembers():
        target = os.path.realpath(os.path.join(folder, member.name))  # noqa: PTH118 - what is tested
        if not target.startswith(f"{folder}{os.sep}"):
            raise ValueError


def left_out(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, members=[each for each in archive.getmembers() if ".." not in each.name])


def by_bare_name(content: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            (folder / os.path.basename(member.name)).write_bytes(b"x")  # noqa: PTH119 - what is tested


@pytest.mark.parametrize(
    "extract", [filtered, filtered_by_function, refused_before, refused_by_function, left_out, by_bare_name]
)
def test_members_that_are_filtered_are_not(
    watching: Watch, tmp_path: Path, gzipped: bytes, extract: Callable[[bytes, Path], None]
) -> None:
    kept = watching(*FAMILIES)
    with upload(gzipped):
        extract(gzipped, tmp_path)
    assert kept == []


def test_archives_of_the_application_itself_are_its_own(watching: Watch, tmp_path: Path, gzipped: bytes) -> None:
    kept = watching(*FAMILIES)
    with upload(b"no archive at all"):
        all_of_it(gzipped, tmp_path)
    assert kept == []


def test_zipfile_strips_names_by_itself(watching: Watch, tmp_path: Path, zip_file: bytes, beach: str) -> None:
    kept = watching(*FAMILIES)
    with upload(zip_file), zipfile.ZipFile(io.BytesIO(zip_file)) as archive:
        assert archive.namelist() == [beach]
        archive.extractall(tmp_path)
        archive.extract(archive.infolist()[0], tmp_path)
    assert kept == []


def test_names_of_a_zip_written_by_hand(watching: Watch, tmp_path: Path, zip_file: bytes) -> None:
    kept = watching(*FAMILIES)
    (tmp_path / "holidays").mkdir()
    with upload(zip_file):
        unzip(zip_file, tmp_path)
    assert [(each.kind.name, each.sink) for each in kept] == [("path-traversal", "open")]
    assert [(each.part, each.name) for each in kept[0].origins] == [("file-name", "photos")]


def unzip(content: bytes, folder: Path) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            (folder / member.filename).write_bytes(archive.read(member))


def test_what_is_extracted_stays_the_same(watching: Watch, tmp_path: Path, gzipped: bytes, beach: str) -> None:
    watching(*FAMILIES)
    with upload(gzipped), tarfile.open(fileobj=io.BytesIO(gzipped), mode="r|gz") as stream:
        stream.extractall(tmp_path)
    assert (tmp_path / beach).read_text() == "sand"
