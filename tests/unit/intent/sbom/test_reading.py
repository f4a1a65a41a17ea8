"""Bills that others made: every format says the same, and bad ones get one clear error."""

import copy
import gzip
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.sbom import octets
from setpoint.intent.sbom.reading import read_sbom, read_sbom_file
from setpoint.model.component import Component, PackageName, ProblemKind, Sbom

REQUESTS = "pkg:pypi/requests@2.31.0"
IDNA = "pkg:pypi/idna@3.6"
OPENSSL = "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl"
COMPONENTS = (
    Component(PackageName("", "acme/ledger"), "0.3"),
    Component(PackageName("deb", "debian/libssl3"), "3.0.11-1~deb12u2", OPENSSL),
    Component(
        PackageName("npm", "@babel/core"),
        "7.24.0",
        "pkg:npm/%40babel/core@7.24.0",
        ("MIT OR Apache-2.0 WITH LLVM-exception",),
    ),
    Component(PackageName("pypi", "idna"), "3.6", IDNA, ("BSD License",)),
    Component(
        PackageName("pypi", "requests"),
        "2.31.0",
        REQUESTS,
        ("Apache-2.0",),
        (("sha-256", "58cd2187c01e70e6e26505bca751777aa9f2ee0b7f4300988b709f44e013003f"),),
    ),
)
FORMATS = {
    "payments.cdx.json": "CycloneDX 1.6 JSON",
    "payments.cdx.xml": "CycloneDX 1.4 XML",
    "payments.spdx.json": "SPDX 2.3 JSON",
    "payments.spdx3.json": "SPDX 3.0.1 JSON",
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(samples: Path, name: str) -> None:
    sbom = read_sbom_file(samples / name)
    assert sbom.components == COMPONENTS == tuple(sorted(COMPONENTS))
    assert sbom.dependencies == ((REQUESTS, (OPENSSL, IDNA)),)
    assert (sbom.subject, sbom.made_by, sbom.format) == ("payments 1.4.2", "builder 3.1", FORMATS[name])
    assert [(each.kind, each.what) for each in sbom.problems] == [(ProblemKind.LICENCE, "BSD License")]


@pytest.mark.parametrize("name", FORMATS)
def test_packed_and_marked_documents_are_read(samples: Path, name: str) -> None:
    plain = (samples / name).read_bytes()
    marked = b"\xef\xbb\xbf" + plain
    assert read_sbom(gzip.compress(marked), name).digest == read_sbom(plain, name).digest


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_every_version_of_cyclonedx_is_read(version: str) -> None:
    tools: Any = [{"vendor": "a", "name": "t", "version": "1"}]
    document = {"bomFormat": "CycloneDX", "specVersion": version, "metadata": {"tools": tools}, "components": []}
    sbom = read_sbom(orjson.dumps(document), "x")
    assert (sbom.format, sbom.made_by, sbom.components) == (f"CycloneDX {version} JSON", "t 1", ())


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"bomFormat":', "not JSON"),
        (b'{"bomFormat": NaN}', "not JSON"),
        (b'{"a": "\xff"}', "not JSON"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"b": ": {", "c": {"a" : 1, "\\u0061": 2}}', "stands twice"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "levels deep"),
        (b'{"a":' * 10_000, "not JSON"),
        (b"{}", "no bill of materials"),
        (b"[]", "neither JSON nor XML"),
        (b"SPDXVersion: SPDX-2.3\n", "tag-value"),
        (b"hello", "neither JSON nor XML"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b"\x1f\x8bnothing", "gzip"),
        (gzip.compress(b"{}", mtime=0)[:-6], "gzip"),
        (b"<bom", "not XML"),
        (b"<html/>", "no CycloneDX"),
        (b'<bom xmlns="http://cyclonedx.org/schema/bom/9.9"/>', "CycloneDX 9.9"),
        (b"<a>" * 10_000 + b"</a>" * 10_000, "levels deep"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>', "document type"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "encoding"),
        (b'{"bomFormat": "CycloneDX"}', "without its specVersion"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "2.0"}', "this is CycloneDX 2.0; read are"),
        (b'{"bomFormat": "CycloneDX", "specVersion": 1.6}', "specVersion is a number; text was expected"),
        (b'{"spdxVersion": "SPDX-2.1"}', "this is SPDX-2.1; read are"),
        (b'{"@context": "https://spdx.org/rdf/3.1.0/spdx-context.jsonld", "@graph": []}', "this is SPDX 3.1.0; read"),
        (b'{"@context": "https://schema.org", "@graph": []}', "none of SPDX"),
    ],
)
def test_bad_documents_get_one_clear_error(document: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what) as error:
        read_sbom(document, "bill.json")
    assert error.value.where.startswith("bill.json")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("components",), {}),
        (("components", 0), "requests"),
        (("components", 0, "name"), 7),
        (("components", 0, "version"), 2.31),
        (("components", 0, "purl"), []),
        (("components", 0, "licenses"), "MIT"),
        (("components", 0, "licenses", 0, "license"), "MIT"),
        (("components", 0, "hashes", 0), "58cd"),
        (("components", 0, "components", 0, "bom-ref"), True),
        (("dependencies", 0, "dependsOn"), "requests"),
        (("dependencies", 0, "dependsOn", 0), {}),
        (("metadata",), []),
        (("metadata", "component"), "payments"),
        (("metadata", "tools"), "builder"),
        (("services", 0), 1),
    ],
)
def test_a_member_of_the_wrong_type_is_named(samples: Path, path: tuple[str | int, ...], value: object) -> None:
    document = orjson.loads((samples / "payments.cdx.json").read_bytes())
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    with pytest.raises(InputError, match="was expected") as error:
        read_sbom(orjson.dumps(document), "bill.json")
    assert str(path[0]) in error.value.what


def read(*components: object, **members: object) -> Sbom:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components, **members}
    return read_sbom(orjson.dumps(document), "bill.json")


@pytest.mark.parametrize(
    ("component", "kind", "where"),
    [
        ({"name": "a", "version": "1", "purl": "pkg:pypi"}, ProblemKind.PURL, "components[0].purl"),
        ({"name": "a"}, ProblemKind.NO_VERSION, "components[0]"),
        ({"version": "1"}, ProblemKind.NO_NAME, "components[0]"),
        ({"name": "a", "version": "1\0"}, ProblemKind.NUL, "components[0]"),
        ({"name": "a\0", "version": "1"}, ProblemKind.NUL, "components[0]"),
        ({"name": "a", "purl": "pkg:pypi/a@1%002"}, ProblemKind.NUL, "components[0]"),
        ({"name": "a", "version": "1", "licenses": [{"expression": "MIT AND"}]}, ProblemKind.LICENCE, "components[0]"),
        ({"name": "a", "version": "1", "hashes": [{"alg": "MD5", "content": "00"}]}, ProblemKind.HASH, "components[0]"),
        ({"name": "a", "version": "1", "hashes": [{"alg": "MD9", "content": "00"}]}, ProblemKind.HASH, "components[0]"),
    ],
)
def test_an_entry_at_fault_is_told_and_the_others_count(
    component: dict[str, Any], kind: ProblemKind, where: str
) -> None:
    sbom = read(component, {"name": "good", "version": "1", "purl": "pkg:pypi/good@1"})
    assert [(each.kind, each.where) for each in sbom.problems] == [(kind, where)]
    assert "pkg:pypi/good@1" in [each.purl for each in sbom.components]


def test_a_component_whose_purl_does_not_parse_keeps_its_name() -> None:
    assert read({"name": "a", "version": "1", "purl": "pkg:nothing"}).components == (
        Component(PackageName("", "a"), "1"),
    )


def test_the_version_may_stand_in_the_purl_alone() -> None:
    sbom = read({"name": "a", "purl": "pkg:pypi/a@1"})
    assert (sbom.components[0].version, sbom.problems) == ("1", ())


def test_files_need_no_version() -> None:
    assert read({"type": "file", "name": "bin/app"}).problems == ()


def test_what_is_listed_twice_is_one_component_and_told() -> None:
    sbom = read({"name": "a", "version": "1"}, {"name": "a", "version": "1"})
    assert [each.kind for each in sbom.problems] == [ProblemKind.DUPLICATE]
    assert len(sbom.components) == 1


def test_references_that_stand_twice_or_lead_nowhere_are_told() -> None:
    sbom = read(
        {"name": "a", "version": "1", "purl": "pkg:pypi/a@1", "bom-ref": "x"},
        {"name": "b", "version": "1", "purl": "pkg:pypi/b@1", "bom-ref": "x"},
        dependencies=[{"ref": "x", "dependsOn": ["nowhere", "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#y"]}],
    )
    assert [(each.kind, each.what) for each in sbom.problems] == [
        (ProblemKind.DUPLICATE, "x"),
        (ProblemKind.REFERENCE, "nowhere"),
    ]


def test_what_is_shown_of_a_text_at_fault_is_bounded() -> None:
    assert len(read({"name": "a", "version": "1", "purl": "x" * 5000}).problems[0].what) == 200


def test_members_that_are_spelt_with_space_or_hold_colons_are_no_repetition() -> None:
    document = b'{"bomFormat" : "CycloneDX", "specVersion"\n:"1.6", "x": [":", "\\":", "a\\\\"]}'
    assert read_sbom(document, "x").format == "CycloneDX 1.6 JSON"


def test_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as stream:
        stream.truncate(200_000_000)
    with pytest.raises(InputError, match="200,000,000 bytes; at most 67,108,864 are read"):
        read_sbom_file(large)


def test_large_files_are_refused_while_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(octets, "MAX_BYTES", 1000)
    with pytest.raises(InputError, match="unpacked, the file has more than 1,000 bytes"):
        read_sbom(gzip.compress(b"{" + b" " * 2000 + b"}"), "x")


@pytest.mark.parametrize("document", [b"[" * 99, b'{"a": [' + b"[]," * 99 + b"[]]}", b"<a>" + b"<b/>" * 99 + b"</a>"])
def test_documents_of_too_many_values_are_refused_unparsed(document: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(octets, "MAX_VALUES", 50)
    with pytest.raises(InputError):
        read_sbom(document, "x")


def test_licences_of_the_list_of_spdx_are_known_by_their_address(samples: Path) -> None:
    document = (
        (samples / "payments.spdx3.json")
        .read_text()
        .replace('"to": ["https://example.org/l3"]', '"to": ["https://spdx.org/licenses/BSD-3-Clause"]')
    )
    idna = next(each for each in read_sbom(document.encode(), "x").components if each.package.name == "idna")
    assert idna.licences == ("BSD-3-Clause",)


def test_a_problem_is_no_reason_for_another_digest() -> None:
    one = read({"name": "a", "version": "1"})
    other = read({"name": "a", "version": "1"}, metadata={"component": {"name": "b"}}, dependencies=[{"ref": "z"}])
    assert one.digest == other.digest


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5), st.just("pkg:pypi/a@1")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "version", "purl", "license", "ref", "components"]), inner, max_size=3
        ),
    ),
    max_leaves=6,
)


def bill_or_refusal(document: bytes) -> Sbom | None:
    """None where it was refused, with its place."""
    place = ""
    try:
        return read_sbom(document, "x")
    except InputError as error:
        place = error.where
    assert place.startswith("x")
    return None


@given(st.data())
@pytest.mark.parametrize("name", [each for each in FORMATS if each.endswith("json")])
def test_whatever_is_changed_in_a_document_it_is_read_or_refused(name: str, data: st.DataObject) -> None:
    document = copy.deepcopy(orjson.loads((Path(__file__).parents[3] / "assets" / "sbom" / name).read_bytes()))
    parent: Any = document
    while True:
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(parent[key], dict | list) or not parent[key] or data.draw(st.booleans()):
            break
        parent = parent[key]
    parent[key] = data.draw(JSON)
    sbom = bill_or_refusal(orjson.dumps(document))
    assert sbom is None or sbom.components == tuple(sorted(set(sbom.components)))


@given(st.binary(max_size=200))
def test_any_octets_are_a_bill_or_refused(document: bytes) -> None:
    with pytest.raises(InputError):
        read_sbom(document, "x")


@given(st.sampled_from(sorted(FORMATS)), st.integers(0, 4000), st.binary(min_size=1, max_size=3))
def test_damaged_documents_are_read_or_refused(name: str, at: int, damage: bytes) -> None:
    whole = (Path(__file__).parents[3] / "assets" / "sbom" / name).read_bytes()
    for document in (whole[:at], whole[:at] + damage + whole[at + len(damage) :]):
        bill_or_refusal(document)


def test_a_hundred_bills_a_second_leave_time_to_store_them() -> None:
    """300 components: 4 ms on a free machine; four times that is told here."""
    document = orjson.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "components": [
                {
                    "type": "library",
                    "bom-ref": f"r{number}",
                    "name": f"name{number}",
                    "version": "1.0",
                    "purl": f"pkg:pypi/name{number}@1.0",
                    "licenses": [{"license": {"id": "MIT"}}],
                }
                for number in range(300)
            ],
            "dependencies": [{"ref": f"r{number}", "dependsOn": ["r1", "r2"]} for number in range(300)],
        }
    )
    assert len(read_sbom(document, "x").components) == 300
    took = []
    for _ in range(20):
        began = time.process_time()
        read_sbom(document, "x")
        took.append(time.process_time() - began)
    assert min(took) < 0.016
