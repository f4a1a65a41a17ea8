from __future__ import annotations

import base64
import csv
import hashlib
import io
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint_agent.components.component import purl
from setpoint_agent.components.digests import recorded, sha256_of
from setpoint_agent.components.distributions import _fields, installed, normalised


def test_it_finds_what_importlib_finds() -> None:
    expected = {normalised(each.name): each.version for each in distributions() if each.name}
    assert {normalised(each.name): each.version for each in installed(sys.path)} == expected


def test_their_records_are_read_as_importlib_reads_them() -> None:
    by_name = {normalised(each.name): each for each in installed(sys.path)}
    for each in distributions():
        listed = {str(file): file.hash.value for file in each.files or () if file.hash}
        own = {name: text.partition("=")[2] for name, text in by_name[normalised(each.name)].record() if text}
        assert own == listed


def write(folder: Path, metadata: str) -> None:
    information = folder / "shop_tools-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(metadata, encoding="utf-8")


@pytest.mark.parametrize(
    ("lines", "licences", "is_expression"),
    [
        ("License-Expression: MIT OR Apache-2.0\n", ("MIT OR Apache-2.0",), True),
        ("License: BSD\n", ("BSD",), False),
        ("License: see LICENCE\nClassifier: License :: OSI Approved :: MIT License\n", ("MIT License",), False),
        ("License: UNKNOWN\n", (), False),
        ("\nLicense: of the description, not of the head\n", (), False),
    ],
)
def test_licences(tmp_path: Path, lines: str, licences: tuple[str, ...], is_expression: bool) -> None:
    write(tmp_path, f"Metadata-Version: 2.4\nName: Shop.Tools\nVersion: 1.0\n{lines}")
    (found,) = installed([str(tmp_path)])
    assert (found.licences, found.has_expression) == (licences, is_expression)
    assert found.component.purl == "pkg:pypi/shop.tools@1.0"


@pytest.mark.parametrize("metadata", ["", "Version: 1.0\n", "\n\nName: late\n", "\x00\xff"])
def test_what_has_no_name_is_none(tmp_path: Path, metadata: str) -> None:
    write(tmp_path, metadata)
    assert installed([str(tmp_path), str(tmp_path / "nowhere")]) == []


def test_of_two_the_first_is_imported(tmp_path: Path) -> None:
    for version, name in (("2.0", "first"), ("1.0", "second")):
        (tmp_path / name).mkdir()
        write(tmp_path / name, f"Name: Shop_Tools\nVersion: {version}\n")
    (found,) = installed([str(tmp_path / "first"), str(tmp_path / "second")])
    assert found.version == "2.0"


@given(st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), min_size=1))
def test_a_name_with_commas_and_quotes_is_read_as_csv_is(name: str) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([name, "sha256=abc", "17"])
    assert _fields(line.getvalue()) == (name, "17", "sha256=abc")


@given(st.binary(max_size=100))
def test_digests_are_those_of_records(content: bytes) -> None:
    digest = hashlib.sha256(content)
    encoded = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    assert recorded(f"sha256={encoded}") == digest.hexdigest()
    assert recorded(f"md5={encoded}") is None


def test_the_digest_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"setpoint" * 200_000)
    assert sha256_of(str(tmp_path / "file")) == hashlib.sha256(b"setpoint" * 200_000).hexdigest()
    assert sha256_of(str(tmp_path)) is None
    assert recorded("sha256=!") is None


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (purl("pypi", "a", "1.0+local"), "pkg:pypi/a@1.0%2Blocal"),
        (purl("deb", "libc6", "1:2.36-9", namespace="debian", qualifiers={"distro": "debian-12", "arch": ""}),
         "pkg:deb/debian/libc6@1:2.36-9?distro=debian-12"),
        (purl("generic", "ä", ""), "pkg:generic/%C3%A4"),
    ],
)  # fmt: skip
def test_package_urls(made: str, expected: str) -> None:
    assert made == expected
