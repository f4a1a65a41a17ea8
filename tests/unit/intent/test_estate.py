"""The estate: sources joined, secrets and read-only values removed, contradictions refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.estate import Estate
from setpoint.intent.interface import IntentReader
from setpoint.model.canonical import Unknown
from setpoint.model.paths import lookup
from setpoint.model.resource import Resource
from setpoint.model.schema import ResourceSchema
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent, Snapshot
from setpoint.model.urn import Urn

TYPE = "AWS::Test::Thing"


@dataclass
class FakeReader:
    """A source that holds what it is given."""

    resources: Sequence[Resource] = ()
    coverage: Sequence[AreaCoverage] = ()
    content: str = "content"

    def fingerprint(self) -> str:
        return self.content

    def busy(self) -> str:
        return ""

    def read(self) -> Snapshot:
        return Snapshot({each.urn: each for each in self.resources}, Coverage.of(self.coverage))


@dataclass
class Schemas:
    """One schema, for `AWS::Test::Thing`."""

    write_only: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()

    def __call__(self, type_name: str) -> ResourceSchema | None:
        if type_name != TYPE:
            return None
        return ResourceSchema(TYPE, "1", ("Name",), kinds={}, read_only=self.read_only, write_only=self.write_only)


def _thing(
    source: str, properties: Mapping[str, Any], *, name: str = "a", type_name: str = TYPE, unidentified: str = ""
) -> Resource:
    urn = Urn.aws("aws", "123456789012", "eu-west-1", type_name, name)
    return Resource(urn, properties, source, unidentified=unidentified)


def _read(*readers: IntentReader, write_only: Sequence[str] = (), read_only: Sequence[str] = ()) -> Snapshot:
    return Estate(readers, Schemas(frozenset(write_only), frozenset(read_only))).read()


def _only(snapshot: Snapshot) -> Resource:
    (resource,) = snapshot.resources.values()
    return resource


def test_all_sources_are_one() -> None:
    one, two = _thing("one: a", {"Size": 1}), _thing("two: b", {"Size": 2}, name="b")
    assert _read(FakeReader([one]), FakeReader([two])).resources == {one.urn: one, two.urn: two}


def test_an_estate_without_sources_declares_nothing() -> None:
    snapshot = _read()
    assert not snapshot.resources
    assert not snapshot.coverage.areas


def test_the_same_declared_twice_is_one() -> None:
    snapshot = _read(FakeReader([_thing("one: a", {"Size": 1})]), FakeReader([_thing("two: a", {"Size": 1})]))
    assert _only(snapshot).source == "one: a"


def test_two_sources_that_contradict_each_other_are_refused_with_both_names() -> None:
    one, two = _thing("one: a", {"Size": 1, "Tier": "x"}), _thing("two: a", {"Size": 2, "Tier": "x", "Zone": "y"})
    with pytest.raises(InputError, match=r"^two: a: .*AWS::Test::Thing:a .* by one: a \(they differ in Size, Zone\)"):
        _read(FakeReader([one]), FakeReader([two]))


def test_sources_may_differ_in_what_is_not_compared() -> None:
    one, two = _thing("one: a", {"Arn": "x", "Size": 1}), _thing("two: a", {"Size": 1})
    assert _only(_read(FakeReader([one]), FakeReader([two]), read_only=["Arn"])).properties == {"Size": 1}


def test_two_unidentified_resources_of_one_address_are_two() -> None:
    one = _thing("one: web", {"Size": 1}, name="web", unidentified="known after apply")
    two = _thing("two: web", {"Size": 2}, name="web", unidentified="known after apply")
    found = _read(FakeReader([one]), FakeReader([two])).resources
    assert [(urn.identifier, each.source) for urn, each in found.items()] == [
        ("web", "one: web"),
        ("two: web", "two: web"),
    ]
    assert all(urn == each.urn for urn, each in found.items())


@pytest.mark.parametrize("turned", [False, True])
def test_an_identified_resource_keeps_its_urn_beside_an_address_that_reads_like_it(turned: bool) -> None:
    known = _thing("one: web", {"Size": 1}, name="web")
    planned = _thing("two: web", {"Size": 2}, name="web", unidentified="known after apply")
    readers = [FakeReader([known]), FakeReader([planned])]
    found = _read(*(reversed(readers) if turned else readers)).resources
    assert found[known.urn] == known
    assert sorted(each.source for each in found.values()) == ["one: web", "two: web"]


@pytest.mark.parametrize(
    ("path", "properties", "left"),
    [
        ("Password", {"Password": "x", "Size": 1}, {"Size": 1}),
        ("Password", {"Password": None}, {}),
        ("Password", {"Password": Unknown("later")}, {}),
        ("Endpoint.Port", {"Endpoint": {"Port": 1, "Host": "a"}}, {"Endpoint": {"Host": "a"}}),
        ("Endpoint.Port", {"Endpoint": {"Port": 1}, "Size": 0}, {"Size": 0}),
        ("Endpoint.Port", {"Endpoint": Unknown("later")}, {"Endpoint": Unknown("later")}),
        ("Endpoint.Port", {"Endpoint": {}, "Size": 1}, {"Endpoint": {}, "Size": 1}),
        ("Rules[*].Secret", {"Rules": [{"Secret": "x", "Id": 1}, {"Id": 2}]}, {"Rules": [{"Id": 1}, {"Id": 2}]}),
        ("Rules.Secret", {"Rules": [{"Secret": "x", "Id": 1}]}, {"Rules": [{"Id": 1}]}),
        ("Map[*].Secret", {"Map": {"a": {"Secret": "x", "Id": 1}}}, {"Map": {"a": {"Id": 1}}}),
        ("Keys[*]", {"Keys": ["x", "y"], "Size": 1}, {"Size": 1}),
    ],
)
def test_what_is_never_compared_is_removed(path: str, properties: Any, left: Any) -> None:
    assert _only(_read(FakeReader([_thing("one: a", properties)]), write_only=[path])).properties == left
    assert _only(_read(FakeReader([_thing("one: a", properties)]), read_only=[path])).properties == left


def test_a_type_without_a_schema_is_left_as_it_is() -> None:
    thing = _thing("one: a", {"Password": "x"}, type_name="AWS::Test::Other")
    assert _only(_read(FakeReader([thing]), write_only=["Password"])) == thing


steps = st.sampled_from(["A", "B", "C"])
values = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(steps, children, max_size=3),
    max_leaves=12,
)
paths = st.lists(steps | st.just("[*]"), min_size=0, max_size=3).map(
    lambda rest: ".".join(["A", *rest]).replace(".[", "[")
)


@given(st.dictionaries(steps, values), paths)
def test_nothing_is_left_at_a_removed_path_and_nothing_else_is_lost(properties: dict[str, Any], path: str) -> None:
    left = _only(_read(FakeReader([_thing("one: a", properties)]), write_only=[path])).properties
    assert list(lookup(left, path)) == []
    assert {name: value for name, value in left.items() if name != "A"} == {
        name: value for name, value in properties.items() if name != "A"
    }


def _area(extent: Extent, *reasons: str) -> AreaCoverage:
    return AreaCoverage(Area("aws", "123456789012", "eu-west-1", TYPE), extent, reasons)


def test_coverage_of_one_area_is_joined_the_careful_way() -> None:
    one = FakeReader(coverage=[_area(Extent.NOT_COVERED, "2 in one")])
    two = FakeReader(coverage=[_area(Extent.PARTIAL, "half of two")])
    three = FakeReader(coverage=[_area(Extent.NOT_COVERED, "2 in one", "1 in three")])
    (joined,) = _read(one, two, three).coverage.areas.values()
    assert joined == _area(Extent.PARTIAL, "2 in one", "half of two", "1 in three")


def test_the_fingerprint_moves_with_every_source_and_their_order() -> None:
    def fingerprint(*contents: str) -> str:
        return Estate([FakeReader(content=each) for each in contents], Schemas()).fingerprint()

    assert fingerprint("a", "b") == fingerprint("a", "b")
    assert len({fingerprint("a", "b"), fingerprint("b", "a"), fingerprint("a"), fingerprint("ab"), fingerprint()}) == 5
