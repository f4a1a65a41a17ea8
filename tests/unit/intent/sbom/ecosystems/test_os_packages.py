"""What distributions of Linux installed: dpkg, apk and rpm."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.intent.sbom.ecosystems.rpm_headers import BASH, KEY, header

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.apk import read_apk
from setpoint.intent.sbom.ecosystems.dpkg import read_dpkg
from setpoint.intent.sbom.ecosystems.found import Distro, Found, Source
from setpoint.intent.sbom.ecosystems.registry import reader_of
from setpoint.intent.sbom.ecosystems.rpm import read_rpm_sqlite
from setpoint.model.component import Problem, ProblemKind

DPKG = """Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc (2.36-9+deb12u3)
Version: 2.36-9+deb12u4
Description: GNU C Library
 Version: of the description

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: zlib1g
Status: install ok installed
Architecture: amd64
Source: zlib
Version: 1:1.2.13.dfsg-1

Version: 7
"""
APK = """C:Q1abc=
P:libssl3
V:3.1.4-r5
A:x86_64
L:Apache-2.0
o:openssl

P:busybox
V:1.36.1-r15
A:x86_64
L:GPL-2.0-only
o:busybox
"""


def purls(found: list[Found | Problem]) -> list[str]:
    return [str(each.purl) for each in found if isinstance(each, Found)]


def test_dpkg_lists_what_is_installed_with_its_source() -> None:
    found = list(read_dpkg(Source("var/lib/dpkg/status", DPKG.encode(), Distro("debian", "12"))))
    assert purls(found) == [
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc%402.36-9%2Bdeb12u3",
        "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib",
    ]
    assert [each for each in found if isinstance(each, Problem)] == [
        Problem(ProblemKind.NO_NAME, "var/lib/dpkg/status:20", "7")
    ]


def test_parts_of_images_without_dpkg_have_no_status() -> None:
    part = b"Package: tzdata\nVersion: 2024a\nArchitecture: all\n"
    assert purls(list(read_dpkg(Source("x", part, Distro("ubuntu", "24.04"))))) == [
        "pkg:deb/ubuntu/tzdata@2024a?arch=all&distro=ubuntu-24.04"
    ]


def test_apk_names_the_package_that_one_was_split_from() -> None:
    found = list(read_apk(Source("lib/apk/db/installed", APK.encode(), Distro("alpine", "3.19.1"))))
    assert purls(found) == [
        "pkg:apk/alpine/libssl3@3.1.4-r5?arch=x86_64&distro=alpine-3.19.1&upstream=openssl",
        "pkg:apk/alpine/busybox@1.36.1-r15?arch=x86_64&distro=alpine-3.19.1",
    ]
    assert [each.licences for each in found if isinstance(each, Found)] == [("Apache-2.0",), ("GPL-2.0-only",)]


def rpmdb(path: Path, *headers: bytes, log: str = "DELETE") -> bytes:
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA journal_mode = {log}")
    database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    database.executemany("INSERT INTO Packages (blob) VALUES (?)", [(each,) for each in headers])
    database.commit()
    database.close()
    return path.read_bytes()


@pytest.mark.parametrize("log", ["DELETE", "WAL"])
def test_rpm_is_read_out_of_its_database(tmp_path: Path, log: str) -> None:
    perl = header(t1000="perl", t1003=4, t1001="5.32.1", t1002="481.el9", t1022="x86_64")
    octets = rpmdb(tmp_path / "rpmdb.sqlite", BASH, perl, KEY, b"\0\0", b"\xff" * 40, log=log)
    found = list(read_rpm_sqlite(Source("rpmdb.sqlite", octets, Distro("rhel", "9.4"))))
    assert purls(found) == [
        "pkg:rpm/rhel/bash@5.1.8-9.el9?arch=x86_64&distro=rhel-9.4&upstream=bash-5.1.8-9.el9.src.rpm",
        "pkg:rpm/rhel/perl@5.32.1-481.el9?arch=x86_64&distro=rhel-9.4&epoch=4",
    ]
    assert [each.kind for each in found if isinstance(each, Problem)] == [ProblemKind.NO_NAME] * 2


def test_a_database_that_would_run_for_ever_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "rpmdb.sqlite"
    database = sqlite3.connect(path)
    database.execute(
        "CREATE VIEW Packages AS WITH RECURSIVE n(hnum) AS (SELECT 1 UNION ALL SELECT hnum FROM n) "
        "SELECT hnum, 1 AS blob FROM n WHERE hnum > 1"
    )
    database.close()
    with pytest.raises(InputError, match=r"no rpmdb\.sqlite"):
        list(read_rpm_sqlite(Source("rpmdb.sqlite", path.read_bytes())))


@given(st.binary(max_size=64))
def test_any_header_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, blob: bytes) -> None:
    octets = rpmdb(tmp_path_factory.mktemp("rpm") / "rpmdb.sqlite", blob)
    assert len(list(read_rpm_sqlite(Source("rpmdb.sqlite", octets)))) <= 1


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("var/lib/dpkg/status", True),
        ("rootfs/var/lib/dpkg/status", True),
        ("var/lib/dpkg/status.d/base-files", True),
        ("var/lib/dpkg/status.d/base-files.md5sums", False),
        ("var/lib/dpkg/status-old", False),
        ("lib/apk/db/installed", True),
        ("usr/lib/apk/db/installed", True),
        ("etc/status", False),
        ("Packages", False),
        ("app/METADATA", False),
        ("lib/a-1.dist-info/METADATA", True),
        ("lib/a.egg-info", True),
        ("a/package.json", False),
        ("a/node_modules/@s/b/package.json", True),
        ("a/node_modules/b/lib/package.json", False),
        ("requirements-dev.txt", True),
        ("requirements/prod.txt", True),
        ("notes.txt", False),
    ],
)
def test_files_are_known_by_where_they_lie(path: str, *, read: bool) -> None:
    assert (reader_of(path) is not None) is read
