from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from setpoint.compare.component.asked import AskedPackage
from setpoint.errors import InputError
from setpoint.model.advisory import AffectedStatus
from setpoint.model.component import Component, PackageName

AFFECTED, NOT_AFFECTED, UNTOLD = (
    AffectedStatus.AFFECTED,
    AffectedStatus.NOT_AFFECTED,
    AffectedStatus.COULD_NOT_COMPARE,
)


def status(asked: str, version: str, package: PackageName | None = None) -> AffectedStatus | None:
    match = AskedPackage.parse(asked).match(Component(package or PackageName("pypi", "requests"), version))
    return match.status if match is not None else None


@pytest.mark.parametrize(
    ("asked", "version", "expected"),
    [
        ("pkg:pypi/requests@<2.32", "2.31.0", AFFECTED),
        ("pkg:pypi/requests@<2.32", "2.32", NOT_AFFECTED),
        ("pkg:pypi/requests@<2.32", "2.32rc1", AFFECTED),
        ("pkg:pypi/Requests@>=2.0,<2.32", "1.9", NOT_AFFECTED),
        ("pkg:pypi/requests@>2.0, !=2.1", "2.1", NOT_AFFECTED),
        ("pkg:pypi/requests@2.31", "2.31.0", AFFECTED),
        ("pkg:pypi/requests@==2.31", "2.31.1", NOT_AFFECTED),
        ("pkg:pypi/requests@%3C2.32", "2.31", AFFECTED),
        ("pkg:pypi/requests", "anything", AFFECTED),
        ("pkg:pypi/requests@<2.32", "2004d!", UNTOLD),
        ("pkg:pypi/requests@2004d!", "2004d!", AFFECTED),
    ],
)
def test_versions(asked: str, version: str, expected: AffectedStatus) -> None:
    assert status(asked, version) is expected


def test_names_with_a_scope() -> None:
    babel = PackageName("npm", "@babel/core")
    assert status("pkg:npm/@babel/core@<7.1", "7.0.9", babel) is AFFECTED
    assert status("pkg:npm/%40babel/core@<7.1", "7.1.0", babel) is NOT_AFFECTED
    assert status("pkg:npm/@babel/core", "1", babel) is AFFECTED
    assert status("pkg:npm/@babel/core", "1") is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("requests<2", "no package URL"),
        ("pkg:pypi/@<2", "no name"),
        ("pkg:pypi/requests@<", "compares with no version"),
        ("pkg:pypi/requests@<<2", "compares with no version"),
        ("pkg:pypi/requests@<two", "no version by the rules of PEP 440"),
    ],
)
def test_what_asks_for_nothing(asked: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        AskedPackage.parse(asked)


versions = st.builds(lambda parts: ".".join(map(str, parts)), st.lists(st.integers(0, 12), min_size=1, max_size=4))


@given(versions, versions, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
def test_releases_compare_as_packaging_compares_them(one: str, other: str, operator: str) -> None:
    expected = SpecifierSet(f"{'==' if operator == '=' else operator}{other}").contains(Version(one))
    assert (status(f"pkg:pypi/requests@{operator}{other}", one) is AFFECTED) == expected
