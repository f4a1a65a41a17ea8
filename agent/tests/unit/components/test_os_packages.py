from __future__ import annotations

import sqlite3
from pathlib import Path

from setpoint_agent.components.os_packages import System
from setpoint_agent.components.rpm_headers import read_header

STATUS = """\
Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.15-1~deb12u1
Description: toolkit
 that goes on
 Version: of no package

Package: gone
Status: deinstall ok config-files
Version: 1

Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc (2.36-9)
Version: 2.36-9+deb12u9
"""

APK = """\
P:musl
V:1.2.5-r0
A:x86_64
L:MIT
o:musl
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755

P:libcrypto3
V:3.3.2-r0
A:x86_64
L:Apache-2.0
o:openssl
F:usr/lib
R:libcrypto.so.3
"""


def write(root: Path, files: dict[str, str]) -> System:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return System(root)


def test_dpkg(tmp_path: Path) -> None:
    system = write(
        tmp_path,
        {
            "etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
            "var/lib/dpkg/status": STATUS,
            "var/lib/dpkg/info/libssl3:amd64.list": "/.\n/usr/lib/x86_64-linux-gnu/libssl.so.3\n",
        },
    )
    assert [each.purl for each in system.packages()] == [
        "pkg:deb/debian/libssl3@3.0.15-1~deb12u1?arch=amd64&distro=debian-12&upstream=openssl",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u9?arch=amd64&distro=debian-12&upstream=glibc%402.36-9",
    ]
    file = "/lib/x86_64-linux-gnu/libssl.so.3"  # as it is mapped where /lib is a link
    assert system.owners([file, "/opt/other.so"]) == {file: system.packages()[0].purl}


def test_distroless(tmp_path: Path) -> None:
    system = write(
        tmp_path,
        {
            "var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12\n",
            "var/lib/dpkg/status.d/base.md5sums": "x y\n",
        },
    )
    assert [(each.name, each.version) for each in system.packages()] == [("base-files", "12")]


def test_apk(tmp_path: Path) -> None:
    system = write(tmp_path, {"etc/os-release": "ID=alpine\nVERSION_ID=3.20.3\n", "lib/apk/db/installed": APK})
    musl, crypto = system.packages()
    assert musl.purl == "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3"
    assert musl.licences == ("MIT",)
    assert "upstream=openssl" in crypto.purl
    assert system.owners(["/usr/lib/libcrypto.so.3"]) == {"/usr/lib/libcrypto.so.3": crypto.purl}


def header(tags: dict[int, tuple[int, bytes]]) -> bytes:
    """As rpm lays it out: two counts, the index, the store."""
    index, store = b"", b""
    for tag, (kind, value) in tags.items():
        index += b"".join(each.to_bytes(4) for each in (tag, kind, len(store), 1))
        store += value
    return len(tags).to_bytes(4) + len(store).to_bytes(4) + index + store


BASH = {
    1000: (6, b"bash\0"),
    1001: (6, b"5.1.8\0"),
    1002: (6, b"9.el9\0"),
    1003: (4, (2).to_bytes(4)),
    1014: (6, b"GPLv3+\0"),
    1022: (6, b"x86_64\0"),
}


def test_rpm(tmp_path: Path) -> None:
    database = tmp_path / "var/lib/rpm/rpmdb.sqlite"
    database.parent.mkdir(parents=True)
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    connection.execute(
        "INSERT INTO Packages (blob) VALUES (?), (?)", (header(BASH), header({1000: (6, b"gpg-pubkey\0")}))
    )
    connection.commit()
    connection.close()
    (found,) = write(tmp_path, {"etc/os-release": "ID=rocky\nVERSION_ID=9.4\n"}).packages()
    assert found.purl == "pkg:rpm/rocky/bash@5.1.8-9.el9?arch=x86_64&distro=rocky-9.4&epoch=2"
    assert found.licences == ("GPLv3+",)


def test_damaged_databases_have_nothing(tmp_path: Path) -> None:
    system = write(
        tmp_path,
        {"var/lib/rpm/rpmdb.sqlite": "no database", "lib/apk/db/installed": "\n\n:\nP", "etc/os-release": "=\n"},
    )
    assert system.packages() == []
    assert system.itself() is None
    for cut in range(len(header(BASH))):
        assert read_header(header(BASH)[:cut]) == {}
