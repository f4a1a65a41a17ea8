"""What VEX statements mean for what runs: waivers, and the reasons where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from setpoint.compare.component.matcher import OsvMatcher
from setpoint.decide.component import ComponentAssessor
from setpoint.loop.flaws import ComponentParts
from setpoint.loop.vex import VexAnswer, VexReader, VexTerms
from setpoint.model.advisory import Advisory, Affected, EventKind, RangeEvent, RangeKind, VersionRange
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.purl import Purl
from setpoint.model.vex import VexStatement, VexStatus
from setpoint.store.interface import Ledger
from setpoint.store.ledger.opening import open_ledger

pytest.importorskip("packaging", reason="the extra sbom is not installed")

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TERMS = VexTerms("security", "T-1", NOW + timedelta(days=30))
REQUESTS = PackageName("pypi", "requests")
BELOW_2 = VersionRange(RangeKind.ECOSYSTEM, (RangeEvent(EventKind.INTRODUCED, "0"), RangeEvent(EventKind.FIXED, "2.0")))
ADVISORY = Advisory(
    "GHSA-1", ("CVE-2026-1",), NOW, None, None, "bad", (Affected(REQUESTS, "PyPI", (BELOW_2,)),), source="OSV PyPI"
)
RULE = "component/CVE-2026-1"
OLD, OLDER, NEW = (f"pkg:pypi/requests@{each}" for each in ("1.2", "1.0", "2.1"))


def said(
    component: str = OLD, product: str = "", status: VexStatus = VexStatus.NOT_AFFECTED, **more: Any
) -> VexStatement:
    plain = VexStatement(("CVE-2026-1",), status, "said", "said: why", product, component, "v.json: statements[0]")
    return replace(plain, **more)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(str(tmp_path / "ledger.sqlite"))
    inventory = opened.visitor().inventory()
    purls = (OLD, OLDER, NEW)
    sbom = Sbom(tuple(Component(REQUESTS, each.partition("@")[2], each) for each in sorted(purls)))
    inventory.add_sbom(sbom, NOW)
    inventory.set_release_sbom("payments", "1.4.2", sbom.digest, NOW)
    inventory.put_advisories([ADVISORY], NOW)
    yield opened
    opened.close()


def answer(ledger: Ledger, *statements: VexStatement, terms: VexTerms = TERMS) -> VexAnswer:
    parts = ComponentParts(OsvMatcher(), ComponentAssessor())
    return VexReader(ledger, parts, {"payments", "the shop"}).answer(statements, terms, NOW)


def waived(told: VexAnswer) -> set[tuple[str, str, str]]:
    return {(each.scope, each.policy, each.path) for each in told.waivers}


def test_a_component_is_waived_wherever_it_runs_by_whichever_name_of_the_flaw(ledger: Ledger) -> None:
    told = answer(ledger, said(names=("GHSA-1",)))
    assert waived(told) == {("*", RULE, OLD)}
    (waiver,) = told.waivers
    assert (waiver.reason, waiver.owner, waiver.ticket) == ("VEX said: why", "security", "T-1")
    assert (waiver.created_at, waiver.expires_at) == (NOW, TERMS.until)
    assert not told.untaken


def test_without_a_version_all_that_are_affected_here_are_meant(ledger: Ledger) -> None:
    assert waived(answer(ledger, said("pkg:pypi/Requests"))) == {("*", RULE, OLD), ("*", RULE, OLDER)}


def test_of_a_product_only_the_service_is_meant(ledger: Ledger) -> None:
    assert waived(answer(ledger, said(product="service:payments"))) == {("service:payments", RULE, OLD)}
    assert waived(answer(ledger, said("", "the shop"))) == {("service:the%20shop", RULE, "*")}
    terms = replace(TERMS, service="payments")
    assert waived(answer(ledger, said(product="pkg:oci/pay"), terms=terms)) == {("service:payments", RULE, OLD)}


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (said(names=("CVE-2026-9",)), "no advisory 'CVE-2026-9' is in force here"),
        (said("pkg:pypi/flask"), "no bill of materials here lists it"),
        (said("pkg:pypi/requests@3"), "no bill of materials here lists it"),
        (said(NEW), "no advisory here says that CVE-2026-1 bears on it"),
        (said("pkg:"), "is no package URL"),
        (said("pkg:pypi/requests@1.2?arch=arm"), "no bill of materials here lists it"),
        (said(product="stranger"), "nothing is known of a service 'stranger'"),
        (said(""), "it names no product; say which service it is about with --service"),
        (said(reason=""), "it does not say why"),
    ],
)
def test_what_fits_nothing_is_told(ledger: Ledger, statement: VexStatement, why: str) -> None:
    told = answer(ledger, statement)
    assert not told.waivers
    (untaken,) = told.untaken
    assert why in untaken.why
    assert untaken.is_unknown


DEBIAN = "pkg:deb/debian"
LIBSSL = f"{DEBIAN}/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl"
OPENSSL = f"{DEBIAN}/openssl@3.0.11-1?arch=amd64&distro=debian-12"
LIBC = f"{DEBIAN}/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc%402.36-9"
GLIBC = "pkg:rpm/redhat/glibc-common@2.34-60.el9?arch=x86_64&epoch=1&upstream=glibc-2.34-60.el9.src.rpm"


@pytest.fixture
def distribution(ledger: Ledger) -> Ledger:
    inventory = ledger.visitor().inventory()
    purls = [Purl.parse(each) for each in (LIBSSL, OPENSSL, LIBC, GLIBC)]
    sbom = Sbom(tuple(sorted(Component(each.package, each.version, str(each)) for each in purls)))
    inventory.add_sbom(sbom, NOW)
    below = VersionRange(RangeKind.ECOSYSTEM, (RangeEvent(EventKind.INTRODUCED, "0"), RangeEvent(EventKind.FIXED, "9")))
    named = {each: PackageName("deb", f"debian/{each}") for each in ("openssl", "glibc")}
    affected = [Affected(each, "Debian:12", (below,)) for each in named.values()]
    of_rpm = replace(below, events=(below.events[0], RangeEvent(EventKind.FIXED, "9:9")))
    affected.append(Affected(PackageName("rpm", "redhat/glibc"), "Red Hat", (of_rpm,)))
    inventory.put_advisories([replace(ADVISORY, id="DSA-1", aliases=("CVE-2026-2",), affected=tuple(affected))], NOW)
    return ledger


@pytest.mark.parametrize(
    ("component", "covered"),
    [
        (f"{DEBIAN}/openssl@3.0.11-1?arch=source", {LIBSSL, OPENSSL}),
        (f"{DEBIAN}/openssl?arch=source&distro=debian-12", {LIBSSL, OPENSSL}),
        (f"{DEBIAN}/openssl@3.0.11-1", {OPENSSL}),
        (f"{DEBIAN}/libssl3", {LIBSSL}),
        (f"{DEBIAN}/glibc", {LIBC}),
        (f"{DEBIAN}/glibc@2.36-9?arch=source", {LIBC}),
        ("pkg:rpm/redhat/glibc@2.34-60.el9?arch=src", {GLIBC}),
        ("pkg:rpm/redhat/glibc@2.34-60.el9?arch=src&epoch=1", {GLIBC}),
    ],
)
def test_what_is_said_of_a_source_package_bears_on_what_is_built_from_it(
    distribution: Ledger, component: str, covered: set[str]
) -> None:
    told = answer(distribution, said(component, names=("CVE-2026-2",)))
    assert {path for _, _, path in waived(told)} == covered


@pytest.mark.parametrize(
    "component",
    [
        f"{DEBIAN}/openssl@9?arch=source",
        f"{DEBIAN}/openssl?arch=source&distro=sid",
        f"{DEBIAN}/zlib?arch=source",
        "pkg:rpm/redhat/glibc@2.34-60.el9?arch=src&epoch=2",
    ],
)
def test_another_source_package_bears_on_nothing(distribution: Ledger, component: str) -> None:
    told = answer(distribution, said(component, names=("CVE-2026-2",)))
    assert not told.waivers
    assert [each.why for each in told.untaken] == ["no bill of materials here lists it"]


@pytest.mark.parametrize("status", [VexStatus.AFFECTED, VexStatus.UNDER_INVESTIGATION])
def test_what_counts_waives_nothing_and_is_told(ledger: Ledger, status: VexStatus) -> None:
    told = answer(ledger, said(status=status))
    assert not told.waivers
    assert [(each.why, each.is_unknown) for each in told.untaken] == [("that waives nothing", False)]


def test_of_two_statements_the_later_one_holds(ledger: Ledger) -> None:
    early, late = said(at=NOW - timedelta(days=2)), said(status=VexStatus.AFFECTED, at=NOW - timedelta(days=1))
    assert not answer(ledger, late, early).waivers
    again = replace(early, at=NOW)
    told = answer(ledger, late, again)
    assert waived(told) == {("*", RULE, OLD)}
    assert [each.why for each in told.untaken] == ["another statement about the same says otherwise"]


def test_no_waiver_reaches_what_the_same_document_says_is_affected(ledger: Ledger) -> None:
    affected = said(product="service:payments", status=VexStatus.AFFECTED)
    told = answer(ledger, affected, said("pkg:pypi/requests"))
    assert waived(told) == {("*", RULE, OLDER)}


def test_what_holds_already_is_not_entered_again_unless_it_is_to_hold_longer(ledger: Ledger) -> None:
    (waiver,) = answer(ledger, said()).waivers
    entered = ledger.visitor().add_waiver(waiver)
    again = answer(ledger, said(), terms=replace(TERMS, until=TERMS.until + timedelta(hours=1)))
    assert not again.waivers
    assert [each.id for each in again.known] == [entered.id]
    assert answer(ledger, said(), terms=replace(TERMS, until=TERMS.until + timedelta(days=2))).waivers
