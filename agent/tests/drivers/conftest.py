"""Servers for drivers that are built against libraries of the system: MariaDB and OpenLDAP, from Debian's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from tests.control_plane import free_port

PATIENCE: Final = 60.0
"""Seconds that a server may take to answer on a busy machine."""
PASSWORD: Final = "a-password-of-the-tests"


@pytest.fixture(scope="module")
def mariadb() -> Iterator[str]:
    """The socket of a server of its own, which lets root in."""
    if shutil.which("mariadbd") is None:
        pytest.skip("MariaDB's server is not installed")
    place = Path(tempfile.mkdtemp(prefix="db"))
    user = "mysql" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    try:
        shutil.chown(place, user)
        as_user = [f"--datadir={place}/data", f"--user={user}"]
        made = ["mariadb-install-db", *as_user, "--auth-root-authentication-method=normal"]
        subprocess.run(made, check=True, capture_output=True)
        line = f"{place}/socket"
        served = [
            "mariadbd",
            "--no-defaults",
            *as_user,
            f"--socket={line}",
            "--skip-networking",
            f"--pid-file={place}/pid",
        ]
        with _running(served, lambda: _answers(socket.AF_UNIX, line)):
            yield line
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def openldap() -> Iterator[str]:
    """The address of a server of its own; its administrator has `PASSWORD`."""
    program = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("OpenLDAP's server is not installed")
    place, port = Path(tempfile.mkdtemp(prefix="ldap")), free_port()
    try:
        (place / "data").mkdir()
        (place / "slapd.conf").write_text(
            "include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
            f'database mdb\nsuffix "dc=shop"\nrootdn "cn=admin,dc=shop"\nrootpw {PASSWORD}\ndirectory {place}/data\n'
        )
        address = f"ldap://127.0.0.1:{port}"
        served = [program, "-f", f"{place}/slapd.conf", "-h", address, "-d", "0"]
        with _running(served, lambda: _answers(socket.AF_INET, ("127.0.0.1", port))):
            yield address
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _running(command: list[str], is_up: Callable[[], bool]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while not is_up():
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family) as line:
        return line.connect_ex(address) == 0
