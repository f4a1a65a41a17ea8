from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setpoint.compare.component.difference import ChangeKind, differences
from setpoint.model.component import Component, PackageName, Sbom


def component(name: str, version: str, sha256: str = "", licences: tuple[str, ...] = ()) -> Component:
    return Component(
        PackageName("pypi", name), version, licences=licences, hashes=(("sha-256", sha256),) if sha256 else ()
    )


def changed(before: list[Component], after: list[Component]) -> list[tuple[ChangeKind, str, tuple[str, str]]]:
    found = differences(Sbom(tuple(sorted(before))), Sbom(tuple(sorted(after))))
    return [(each.kind, each.package.name, each.versions) for each in found]


def test_each_kind() -> None:
    before = [
        component("gone", "1"),
        component("moved", "1"),
        component("same", "1", "aa"),
        component("tampered", "1", "aa"),
        component("relicensed", "1", licences=("MIT",)),
    ]
    after = [
        component("moved", "2"),
        component("new", "1"),
        component("relicensed", "1", licences=("SSPL-1.0",)),
        component("same", "1", "aa"),
        component("tampered", "1", "bb"),
    ]
    assert changed(before, after) == [
        (ChangeKind.REMOVED, "gone", ("1", "")),
        (ChangeKind.VERSION, "moved", ("1", "2")),
        (ChangeKind.ADDED, "new", ("", "1")),
        (ChangeKind.LICENCE, "relicensed", ("1", "1")),
        (ChangeKind.CONTENT, "tampered", ("1", "1")),
    ]


def test_what_one_side_does_not_say_is_no_change() -> None:
    assert changed([component("a", "1", "aa", ("MIT",))], [component("a", "1")]) == []
    assert changed([component("a", "1"), component("a", "2")], [component("a", "2")]) == [
        (ChangeKind.VERSION, "a", ("1, 2", "2"))
    ]


components = st.lists(st.builds(component, st.sampled_from("abcdef"), st.sampled_from("123")), unique=True)


@given(components, components)
def test_nothing_differs_from_itself_and_the_two_directions_mirror(
    one: list[Component], other: list[Component]
) -> None:
    assert changed(one, one) == []
    mirrored = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}
    assert changed(other, one) == [
        (mirrored.get(kind, kind), name, (after, before)) for kind, name, (before, after) in changed(one, other)
    ]
