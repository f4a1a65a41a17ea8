"""Package URLs: one spelling each, the same as that of the library that the ecosystem uses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.model.component import PackageName
from setpoint.model.purl import LONGEST, Purl, package_name

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda name: bool(name.strip())
)
TYPES = ("pypi", "npm", "maven", "golang", "deb", "rpm", "apk", "github", "nuget", "cargo", "composer", "oci", "pub")


@pytest.mark.parametrize(
    ("text", "canonical", "package"),
    [
        ("pkg:pypi/Django_Rest.Framework@1.0", "pkg:pypi/django-rest.framework@1.0", "pypi/django-rest-framework"),
        ("pkg:npm/%40babel/core@7.24.0", "pkg:npm/%40babel/core@7.24.0", "npm/@babel/core"),
        ("pkg:npm/@babel/core", "pkg:npm/%40babel/core", "npm/@babel/core"),
        ("pkg://maven//org.apache/Log4J@2?type=jar&classifier=x", None, "maven/org.apache/Log4J"),
        ("pkg:golang/github.com/Azure/x@v1%2Bincompatible#a/../b", None, "golang/github.com/azure/x"),
        ("pkg:deb/debian/zlib1g@1:1.2.13?distro=debian-12&arch=amd64", None, "deb/debian/zlib1g"),
        ("PKG:GitHub/Acme/Shop@v1", "pkg:github/acme/shop@v1", "github/acme/shop"),
        ("pkg:nuget/Newtonsoft.Json@13.0.3", "pkg:nuget/Newtonsoft.Json@13.0.3", "nuget/newtonsoft.json"),
        ("pkg:generic/a%20b@1%402?x=%26", "pkg:generic/a%20b@1%402?x=%26", "generic/a b"),
    ],
)
def test_each_has_one_spelling_and_names_one_package(text: str, canonical: str | None, package: str) -> None:
    purl = Purl.parse(text)
    assert str(purl.package) == package
    assert canonical is None or str(purl) == canonical
    assert Purl.parse(str(purl)) == purl


def test_qualifiers_are_kept_in_order_beside_the_name() -> None:
    purl = Purl.parse("pkg:rpm/fedora/curl@7.50.3-1.fc25?EPOCH=1&arch=i386&empty=&distro=fedora-25#sub/path")
    assert purl.qualifiers == (("arch", "i386"), ("distro", "fedora-25"), ("epoch", "1"))
    assert (purl.qualifier("distro"), purl.qualifier("upstream"), purl.subpath) == ("fedora-25", "", "sub/path")
    assert purl.package == PackageName("rpm", "fedora/curl")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "requests",
        "pkg:",
        "pkg:pypi",
        "pkg:pypi/",
        "pkg:/name",
        "pkg:1x/name",
        "pkg:a b/name",
        "pkg:npm/@1.0?a",
        "pkg:x/a?a=1&a=2",
        "pkg:x/a?%61=1",
        "pkg:x/%ff",
        "pkg:x/%20@1",
        "pkg:x/" + "a" * LONGEST,
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Purl.parse(text)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("pypi", "zope.interface", "Zope_Interface"),
        ("npm", "JSONStream", "jsonstream"),
        ("golang", "github.com/Azure/go", "github.com/azure/go"),
        ("nuget", "Newtonsoft.Json", "newtonsoft.json"),
        ("composer", "Symfony/Console", "symfony/console"),
    ],
)
def test_spellings_of_one_package_have_one_name(kind: str, one: str, other: str) -> None:
    assert package_name(kind, one) == package_name(kind, other)


def test_types_that_heed_case_keep_it() -> None:
    assert package_name("maven", "org.A/b") != package_name("maven", "org.a/b")


@given(st.sampled_from(TYPES), st.lists(NAMES, max_size=2), NAMES, NAMES, st.dictionaries(st.just("arch"), NAMES))
def test_what_was_written_is_read(
    kind: str, namespace: list[str], name: str, version: str, qualifiers: dict[str, str]
) -> None:
    purl = Purl.of(kind, "/".join(namespace), name, version, qualifiers=qualifiers)
    assert Purl.parse(str(purl)) == purl


@given(st.sampled_from(TYPES), st.lists(NAMES, max_size=2), NAMES, NAMES)
def test_the_library_reads_it_alike(kind: str, namespace: list[str], name: str, version: str) -> None:
    packageurl = pytest.importorskip("packageurl")
    purl = Purl.of(kind, "/".join(namespace), name, version)
    read = packageurl.PackageURL.from_string(str(purl))
    assert (read.type, read.version or "") == (purl.type, purl.version)
    assert [*filter(None, (read.namespace, read.name))] == [*filter(None, (purl.namespace, purl.name.strip("/")))]


@given(st.one_of(st.text(max_size=60), st.text("pkg:/@?#&=%41aZ._-~ ", max_size=60).map("pkg:".__add__)))
def test_any_text_is_a_package_url_or_refused(text: str) -> None:
    try:
        purl = Purl.parse(text)
    except InputError:
        return
    assert Purl.parse(str(purl)) == purl


@pytest.mark.parametrize("vendor", ["redhat", "rhel", "RHEL"])
def test_vendors_of_rpms_have_one_name(vendor: str) -> None:
    assert package_name("rpm", f"{vendor}/bash").name == "redhat/bash"
