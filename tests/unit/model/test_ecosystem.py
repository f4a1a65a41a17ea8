"""Packages as advisories name them, in the words in which bills of materials do."""

from __future__ import annotations

import pytest

from setpoint.model.component import PackageName
from setpoint.model.ecosystem import RUST, Ordering, ecosystem_of, package_of
from setpoint.model.purl import Purl


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("PyPI", "Zope.Interface", "pkg:pypi/zope_interface"),
        ("npm", "@babel/core", "pkg:npm/%40babel/core"),
        ("Maven", "org.example:demo", "pkg:maven/org.example/demo"),
        ("Maven:https://maven.example", "org.example:demo", "pkg:maven/org.example/demo"),
        ("Go", "github.com/Azure/demo", "pkg:golang/github.com/Azure/demo"),
        ("Packagist", "Drupal/core", "pkg:composer/drupal/core"),
        ("NuGet", "Newtonsoft.Json", "pkg:nuget/Newtonsoft.Json"),
        (RUST, "demo", "pkg:cargo/demo"),
        ("Debian:12", "openssl", "pkg:deb/debian/openssl?distro=debian-12"),
        ("Ubuntu:22.04:LTS", "openssl", "pkg:deb/ubuntu/openssl"),
        ("Alpine:v3.19", "openssl", "pkg:apk/alpine/openssl"),
        ("Rocky Linux:9", "openssl", "pkg:rpm/rocky/openssl"),
        ("GitHub Actions", "Owner/Repo/folder", "pkg:github/owner/repo"),
        ("VSCode", "Owner.demo", "pkg:vscode-extension/owner/demo"),
    ],
)
def test_an_advisory_and_a_bill_agree_on_a_package(ecosystem: str, name: str, purl: str) -> None:
    assert package_of(ecosystem, name) == Purl.parse(purl).package


def test_swift_goes_by_the_address_of_its_repository() -> None:
    package = PackageName("swift", "github.com/apple/demo")
    assert package_of("SwiftURL", "https://github.com/Apple/demo.git") == package
    assert package_of("SwiftURL", "github.com/apple/demo") == package


def test_an_ecosystem_that_nobody_knows_goes_by_its_package_url() -> None:
    assert package_of("Root:PyPI", "root-demo", "pkg:pypi/root-demo") == PackageName("pypi", "root-demo")
    assert package_of("Root:PyPI", "root-demo", "nonsense") == PackageName("root", "root-demo")
    assert package_of("Android", "platform/art") == PackageName("android", "platform/art")
    assert ecosystem_of("Android").ordering is Ordering.NONE
