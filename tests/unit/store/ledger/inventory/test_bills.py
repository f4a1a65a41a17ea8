"""Bills of materials come back as they were, and are kept once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.errors import NotFoundError
from setpoint.model.component import Component, PackageName, Problem, ProblemKind, Sbom

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_bill_comes_back_as_it_was(shelf: Any, component: Callable[..., Component]) -> None:
    flask, nameless = (
        component("flask", licences=("MIT",), hashes=(("sha-256", "ab"),)),
        Component(PackageName("", "x"), ""),
    )
    sbom = Sbom(
        tuple(sorted([flask, component("click", "8.1"), nameless])),
        (("pkg:pypi/flask@1.0", ("pkg:pypi/click@8.1", "pkg:pypi/elsewhere@1")),),
        "shop 1.4",
        "a tool 1.0",
        "CycloneDX 1.6 JSON",
        (Problem(ProblemKind.NO_VERSION, "components[2]", "x"),),
    )
    assert shelf.writer.add_sbom(sbom, NOW)
    assert not shelf.writer.add_sbom(sbom, NOW)
    assert shelf.reader.sbom(sbom.digest) == sbom


def test_an_empty_bill_is_one(shelf: Any) -> None:
    assert shelf.writer.add_sbom(Sbom(()), NOW)
    assert shelf.reader.sbom(Sbom(()).digest) == Sbom(())


def test_what_several_bills_list_is_kept_once(shelf: Any, bill: Callable[..., Sbom]) -> None:
    shelf.writer.add_sbom(bill("flask@1.0", "click@8.1"), NOW)
    shelf.writer.add_sbom(bill("flask@1.0", "click@8.2"), NOW)
    summary = shelf.reader.summary()
    assert (summary.sboms, summary.components) == (2, 3)


@pytest.mark.parametrize("digest", ["", "00" * 16, "no digest", "sha256:ab"])
def test_of_a_bill_that_was_never_added_there_is_none(shelf: Any, digest: str) -> None:
    assert shelf.reader.sbom(digest) is None
    with pytest.raises(NotFoundError, match="no bill of materials"):
        shelf.writer.set_release_sbom("shop", "1.4", digest, NOW)
    assert shelf.reader.sboms_of_releases("shop") == {}


def test_a_release_and_an_image_are_made_of_a_bill(shelf: Any, bill: Callable[..., Sbom]) -> None:
    first, second = bill("flask@1.0"), bill("flask@2.0")
    for each in (first, second):
        shelf.writer.add_sbom(each, NOW)
    shelf.writer.set_release_sbom("shop", "1.4", first.digest, NOW)
    shelf.writer.set_release_sbom("shop", "1.4", second.digest, NOW)
    shelf.writer.set_image_sbom("sha256:ab", first.digest, NOW)
    assert shelf.reader.sbom_of_release("shop", "1.4") == second.digest
    assert shelf.reader.sbom_of_image("sha256:ab") == first.digest
    assert [each.component.version for each in shelf.reader.components_of_release("shop", "1.4")] == ["2.0"]
    assert shelf.reader.components_of_release("shop", "1.5") == []


def test_a_binary_package_is_found_by_its_source(shelf: Any) -> None:
    purl = "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl"
    libssl = Component(PackageName("deb", "debian/libssl3"), "3.0.11-1", purl)
    shelf.writer.add_sbom(Sbom((libssl,)), NOW)
    for name in ("debian/libssl3", "debian/openssl"):
        found = shelf.reader.components_of([PackageName("deb", name)])
        assert [each.component for each in found] == [libssl]
