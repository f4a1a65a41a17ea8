"""Advisories and components: which is about which, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.compare.component.conftest import (
    LONG_AGO,
    make_advisory,
    make_affected,
    make_component,
    make_range,
    of_purl,
)

from setpoint.compare.component.matching import AdvisoryIndex, matches
from setpoint.model.advisory import AffectedStatus
from setpoint.model.component import PackageName

AFFECTED, CLEAR, UNKNOWN = AffectedStatus.AFFECTED, AffectedStatus.NOT_AFFECTED, AffectedStatus.COULD_NOT_COMPARE

BELOW_TWO = make_range(("introduced", "0"), ("fixed", "2"))


def test_a_match_says_which_fixed_and_why() -> None:
    match = matches(make_advisory(make_affected(BELOW_TWO)), make_component("1.5"))
    assert match is not None
    assert (match.advisory, match.status, match.fixed, match.reason) == ("T-1", AFFECTED, ("2",), "in range [0, 2)")


def test_another_package_and_what_was_withdrawn_match_nothing() -> None:
    advisory = make_advisory(make_affected(BELOW_TWO))
    assert matches(advisory, make_component("1.5", name="other")) is None
    assert matches(advisory, make_component("1.5", ecosystem="npm")) is None
    assert matches(replace(advisory, withdrawn=LONG_AGO), make_component("1.5")) is None


def test_names_are_one_by_the_rules_of_their_ecosystem() -> None:
    advisory = make_advisory(make_affected(BELOW_TWO, name="Zope.Interface"))
    assert matches(advisory, of_purl("pkg:pypi/zope_interface@1.0")) is not None


def test_of_several_entries_of_a_package_the_worst_counts() -> None:
    not_comparable = make_range(("introduced", "0"), ("fixed", "2004d"))
    advisory = make_advisory(make_affected(not_comparable), make_affected(BELOW_TWO))
    assert [matches(advisory, make_component(each)).status for each in ("1", "3")] == [AFFECTED, UNKNOWN]  # type: ignore[union-attr]


DEBIAN = make_advisory(
    make_affected(
        make_range(("introduced", "0"), ("fixed", "3.0.11-1~deb12u2")), ecosystem="Debian:12", name="openssl"
    ),
    make_affected(make_range(("introduced", "0"), ("fixed", "3.2.0-1")), ecosystem="Debian:13", name="openssl"),
)


@pytest.mark.parametrize(
    ("purl", "status", "fixed"),
    [
        ("pkg:deb/debian/openssl@3.0.9-1?distro=debian-12", AFFECTED, ("3.0.11-1~deb12u2",)),
        ("pkg:deb/debian/openssl@3.0.9-1?distro=debian-12.5", AFFECTED, ("3.0.11-1~deb12u2",)),
        ("pkg:deb/debian/openssl@3.0.9-1?distro=bookworm", AFFECTED, ("3.0.11-1~deb12u2",)),
        ("pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-12", CLEAR, ()),
        ("pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-13", AFFECTED, ("3.2.0-1",)),
        ("pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12&upstream=openssl", AFFECTED, ("3.0.11-1~deb12u2",)),
        ("pkg:deb/debian/libssl3@9?distro=debian-12&upstream=openssl%403.0.9-1", AFFECTED, ("3.0.11-1~deb12u2",)),
        ("pkg:deb/debian/openssl@3.0.9-1", UNKNOWN, ()),
        ("pkg:deb/debian/openssl@3.5.0-1", CLEAR, ()),
        ("pkg:deb/debian/openssl@3.0.9-1?distro=debian-11", None, ()),
        ("pkg:deb/ubuntu/openssl@3.0.9-1?distro=ubuntu-22.04", None, ()),
    ],
)
def test_a_release_of_a_distribution(purl: str, status: AffectedStatus | None, fixed: tuple[str, ...]) -> None:
    match = matches(DEBIAN, of_purl(purl))
    assert (match and match.status) == status
    assert (match.fixed if match else ()) == fixed


@pytest.mark.parametrize(
    ("ecosystem", "purl"),
    [
        ("Ubuntu:22.04:LTS", "pkg:deb/ubuntu/demo@1.0-1?distro=ubuntu-22.04"),
        ("Ubuntu:Pro:18.04:LTS", "pkg:deb/ubuntu/demo@1.0-1?distro=bionic"),
        ("Alpine:v3.19", "pkg:apk/alpine/demo@1.0-r1?distro=alpine-3.19.1"),
        ("Wolfi", "pkg:apk/wolfi/demo@1.0-r1"),
        ("Rocky Linux:9", "pkg:rpm/rocky/demo@1.0-1.el9?distro=rocky-9.3"),
        ("Rocky Linux:9", "pkg:rpm/rocky/demo-libs@1.0-1.el9?distro=rocky-9.3&upstream=demo-1.0-1.el9.src.rpm"),
        ("AlmaLinux:8", "pkg:rpm/almalinux/demo@1.0-1.el8?distro=almalinux-8.9"),
        ("openSUSE:Tumbleweed", "pkg:rpm/opensuse/demo@1.0-1?distro=opensuse-tumbleweed-20261120"),
        ("Alpine:edge", "pkg:apk/alpine/demo@1.0-r1?distro=alpine-edge"),
        ("Debian:13", "pkg:deb/debian/demo@1.0-1?distro=trixie/sid"),
        ("openSUSE:Leap 15.5", "pkg:rpm/opensuse/demo@1.0-1?distro=opensuse-leap-15.5"),
        ("SUSE:Linux Enterprise Server 15 SP5", "pkg:rpm/suse/demo@1.0-1?distro=sles-15.5"),
        ("Red Hat:enterprise_linux:9::baseos", "pkg:rpm/redhat/demo@1.0-1.el9?distro=rhel-9.2"),
    ],
)
def test_releases_as_bills_spell_them(ecosystem: str, purl: str) -> None:
    entry = make_affected(make_range(("introduced", "0"), ("fixed", "2.0")), ecosystem=ecosystem)
    match = matches(make_advisory(entry), of_purl(purl))
    assert match is not None
    assert match.status is AFFECTED


def test_what_a_release_leaves_open_could_not_be_compared() -> None:
    fixed = make_range(("introduced", "0"), ("fixed", "2.0"))
    product = make_advisory(make_affected(fixed, ecosystem="Red Hat:openshift:4.12::el8"))
    minor = make_advisory(make_affected(fixed, ecosystem="Red Hat:rhel_eus:9.2::appstream"))
    for advisory in (product, minor):
        match = matches(advisory, of_purl("pkg:rpm/redhat/demo@1.0-1?distro=rhel-9"))
        assert match is not None
        assert match.status is UNKNOWN


def test_builds_for_fips_are_packages_of_their_own() -> None:
    entry = make_affected(
        make_range(("introduced", "0"), ("fixed", "2.0")), ecosystem="Ubuntu:Pro:FIPS-updates:22.04:LTS"
    )
    advisory = make_advisory(entry)
    assert matches(advisory, of_purl("pkg:deb/ubuntu/demo@1.0-1?distro=ubuntu-22.04")) is None
    assert matches(advisory, of_purl("pkg:deb/ubuntu/demo@1.0-1+Fips1?distro=ubuntu-22.04")) is not None


def test_the_epoch_of_an_rpm_counts() -> None:
    entry = make_affected(make_range(("introduced", "0"), ("fixed", "1:1.1-1")), ecosystem="Rocky Linux:9")
    match = matches(make_advisory(entry), of_purl("pkg:rpm/rocky/demo@1.2-1?distro=rocky-9&epoch=1"))
    assert match is not None
    assert match.status is CLEAR


def test_an_index_tells_what_affects_and_what_could_not_be_compared_by_id() -> None:
    index = AdvisoryIndex(
        (
            make_advisory(make_affected(BELOW_TWO), identity="T-3"),
            make_advisory(make_affected(make_range(("introduced", "0"), ("fixed", "1"))), identity="T-2"),
            make_advisory(make_affected(make_range(("introduced", "0"), ("fixed", "2004d"))), identity="T-1"),
            make_advisory(make_affected(BELOW_TWO, name="other"), identity="T-0"),
            make_advisory(make_affected(BELOW_TWO), identity="T-4", withdrawn=LONG_AGO),
        )
    )
    found = [(each.advisory, each.status) for each in index.matches(make_component("1.5"))]
    assert found == [("T-1", UNKNOWN), ("T-3", AFFECTED)]
    assert [each.id for each in index.advisories(PackageName("pypi", "demo"))] == ["T-1", "T-2", "T-3"]


def test_a_changed_advisory_takes_the_place_of_the_older_one() -> None:
    old = make_advisory(make_affected(BELOW_TWO))
    new = replace(old, modified=LONG_AGO + timedelta(days=1), affected=(make_affected(BELOW_TWO, name="other"),))
    for order in ((old, new), (new, old)):
        index = AdvisoryIndex(order)
        assert index.matches(make_component("1.5")) == []
        assert len(index.matches(make_component("1.5", name="other"))) == 1


def test_an_index_knows_a_binary_by_its_source() -> None:
    found = AdvisoryIndex([DEBIAN]).matches(of_purl("pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12&upstream=openssl"))
    assert [each.status for each in found] == [AFFECTED]
