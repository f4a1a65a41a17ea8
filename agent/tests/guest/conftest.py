"""What the guest tests stand on: an environment and source distributions of their own below `agent/.run`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
RUN = PROJECT / ".run" / "guests"
REQUIREMENTS = PROJECT / "requirements" / "guests.txt"
SUITES = ("flask", "starlette", "requests")
BUILD_TOOLS = ("flit-core", "hatchling", "setuptools", "wheel")


@pytest.fixture(scope="session")
def guests() -> Path:
    """The Python of the guests' environment, made from the hashed list when that has changed."""
    python, made = RUN / "venv" / "bin" / "python", RUN / ".ready"
    if not made.exists() or made.read_bytes() != REQUIREMENTS.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(RUN / "venv")], check=True)
        install(python, "install", "-r", str(REQUIREMENTS))
        made.write_bytes(REQUIREMENTS.read_bytes())
    return python


@pytest.fixture(scope="session")
def sources(guests: Path) -> dict[str, Path]:
    """Each suite's source distribution, unpacked; its hash is one of those that the list names."""
    folder = RUN / "sources"
    versions = dict(line.split(" ")[0].split("==") for line in _pinned(*SUITES))
    if not all((folder / f"{name}-{version}").is_dir() for name, version in versions.items()):
        only = RUN / "sources.txt"
        only.write_text("".join(_pinned(*SUITES)))
        options = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation", "-d", str(folder))
        install(guests, "download", *options, "-r", str(only))
        for each in folder.glob("*.tar.gz"):
            subprocess.run(["tar", "-xzf", str(each), "-C", str(folder)], check=True)
    return {name: folder / f"{name}-{version}" for name, version in versions.items()}


def install(python: Path, command: str, *arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--require-hashes")
    subprocess.run([str(python), "-m", "pip", command, *quiet, *arguments], check=True)


def _pinned(*names: str) -> list[str]:
    """What the list says of each: its pin and its hashes, in one piece."""
    entries: list[str] = []
    for line in REQUIREMENTS.read_text().splitlines(keepends=True):
        if line.startswith((" ", "#")) and entries:
            entries[-1] += line
        elif not line.startswith("#"):
            entries.append(line)
    return [each for each in entries if each.startswith(tuple(f"{name}==" for name in names))]
