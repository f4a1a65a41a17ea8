"""Databases of RPM before SQLite: those that Berkeley DB itself wrote, in both byte orders, and ndb."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.intent.sbom.ecosystems.rpm_headers import HEADERS, ndb

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Distro, Found, Source
from setpoint.intent.sbom.ecosystems.registry import reader_of
from setpoint.intent.sbom.ecosystems.rpm import read_rpm_packages
from setpoint.intent.sbom.ecosystems.rpm_stores import bdb_headers, ndb_headers

ASSETS = Path(__file__).parents[4] / "assets" / "sbom"
BERKELEY = {each: gzip.decompress((ASSETS / f"Packages.{each}.gz").read_bytes()) for each in ("little", "big")}
NDB = ndb(*HEADERS)
NUMBERED = dict(enumerate(HEADERS, start=1))


@pytest.mark.parametrize(
    ("path", "octets"),
    [
        ("var/lib/rpm/Packages", BERKELEY["little"]),
        ("rootfs/var/lib/rpm/Packages", BERKELEY["big"]),
        ("usr/lib/sysimage/rpm/Packages.db", NDB),
    ],
)
def test_packages_are_read_out_of_every_form(path: str, octets: bytes) -> None:
    assert reader_of(path) is read_rpm_packages
    found = read_rpm_packages(Source(path, octets, Distro("centos", "7")))
    assert {str(each.purl) for each in found if isinstance(each, Found)} == {
        "pkg:rpm/centos/bash@5.1.8-9.el9?arch=x86_64&distro=centos-7&upstream=bash-5.1.8-9.el9.src.rpm",
        "pkg:rpm/centos/perl@5.32.1-481.el9?arch=x86_64&distro=centos-7&epoch=4",
        "pkg:rpm/centos/kernel@5.14.0-1.el9?arch=x86_64&distro=centos-7",
    }


def test_headers_come_back_as_they_were_written() -> None:
    assert dict(bdb_headers(BERKELEY["little"])) == dict(bdb_headers(BERKELEY["big"])) == NUMBERED
    assert dict(ndb_headers(NDB)) == NUMBERED
    assert list(ndb_headers(ndb())) == []


def changed(octets: bytes, at: int, new: bytes) -> bytes:
    return octets[:at] + new + octets[at + len(new) :]


BLOB = 4096
NO_SENSE = {
    "empty": (b"", "damaged"),
    "of something else": (b"#!/bin/sh\n" * 100, "no hash table"),
    "cut short": (BERKELEY["little"][:2000], "damaged"),
    "encrypted": (changed(BERKELEY["little"], 24, b"\1"), "encrypted"),
    "with pages of no size": (changed(BERKELEY["little"], 20, struct.pack("<I", 511)), "no hash table"),
    "an ndb that is cut short": (NDB[:4000], "damaged"),
    "an ndb without its blobs": (NDB[:4200], "damaged"),
    "an ndb that begins only": (b"RpmP", "damaged"),
    "an ndb of another version": (ndb(*HEADERS, version=1), "version 1"),
    "an ndb with a bit that flipped": (changed(NDB, BLOB + 40, b"\xff"), "damaged"),
    "an ndb whose blob is another's": (changed(NDB, BLOB + 4, b"\x09"), "damaged"),
    "an ndb whose slots are none": (changed(NDB, 32, b"tolS"), "damaged"),
    "an ndb with a slot for all of it": (changed(NDB, 32 + 12, b"\xff\xff\xff\x0f"), "damaged"),
}


@pytest.mark.parametrize("kind", NO_SENSE)
def test_what_is_damaged_is_told_and_nothing_of_it_is_taken(kind: str) -> None:
    octets, what = NO_SENSE[kind]
    with pytest.raises(InputError, match=what):
        list(read_rpm_packages(Source("var/lib/rpm/Packages", octets)))


def test_a_page_that_two_headers_claim_is_damage() -> None:
    """Else a small file could make a reader hand out the same megabytes a thousand times."""
    slot = NDB[32:48]
    with pytest.raises(InputError, match="damaged"):
        list(ndb_headers(changed(NDB, 48, slot * 200)))
    octets = BERKELEY["little"]
    size = struct.unpack_from("<I", octets, 20)[0]
    for page in range(1, len(octets) // size):
        if octets[page * size + 25] == 7:
            octets = changed(octets, page * size + 16, struct.pack("<I", page))  # it goes on with itself
    with pytest.raises(InputError, match="damaged"):
        list(bdb_headers(octets))


@settings(max_examples=300)
@given(st.sampled_from((BERKELEY["little"], BERKELEY["big"], NDB)), st.data())
def test_whatever_is_broken_ends_in_one_error(octets: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(octets) - 1))
        octets = changed(octets, at, data.draw(st.binary(min_size=1, max_size=4)))[: len(octets)]
    try:
        found = list(read_rpm_packages(Source("var/lib/rpm/Packages", octets)))
    except InputError:
        return
    assert len(found) <= len(octets)
