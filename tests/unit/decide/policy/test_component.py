from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from setpoint.decide.policy.component import bill_resource, components_in, components_of
from setpoint.model.canonical import Unknown
from setpoint.model.component import Component, PackageName
from setpoint.model.inventory import Flaw, FlawUse, KnownExploited, Reached, UsedComponent
from setpoint.model.policy import Severity
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

MUPDF = Component(PackageName("pypi", "pymupdf"), "1.0", "pkg:pypi/pymupdf@1.0", ("AGPL-3.0-only OR MIT", "ISC"))
BARE = Component(PackageName("", "thing"), "")
EXPLOITED = KnownExploited("CVE-1", datetime(2026, 5, 1, tzinfo=UTC))


def flaw(name: str, severity: Severity, *, doubtful: bool = False, **others: Any) -> FlawUse:
    return FlawUse(Flaw(name, (name,), (name,), "", severity), "shop", MUPDF, could_not_compare=doubtful, **others)


def component_resource(used: UsedComponent) -> Resource:
    (listed,) = components_of(bill_resource([used]))
    return listed


def seen(*flaws: FlawUse) -> tuple[Any, ...]:
    properties = component_resource(UsedComponent(MUPDF, flaws=flaws)).properties
    return tuple(properties[name] for name in ("severity", "known_exploited", "fixed_known"))


def test_a_component_is_seen_with_all_that_its_bill_says() -> None:
    assert component_resource(UsedComponent(MUPDF)).properties == {
        "type": "pypi",
        "name": "pymupdf",
        "version": "1.0",
        "purl": "pkg:pypi/pymupdf@1.0",
        "licences": ["AGPL-3.0-only", "MIT", "ISC"],
        "licence_expression": "(AGPL-3.0-only OR MIT) AND ISC",
        "is_loaded": None,
        "severity": None,
        "known_exploited": False,
        "fixed_known": None,
    }


def test_what_nobody_says_is_null() -> None:
    properties = component_resource(UsedComponent(BARE)).properties
    assert properties["licences"] == []
    assert {properties[name] for name in ("type", "version", "purl", "licence_expression")} == {None}


@pytest.mark.parametrize(
    ("reached", "is_loaded"),
    [
        (Reached.SYMBOL, True),
        (Reached.LOADED, True),
        (Reached.NOT_LOADED, False),
        (Reached.NOT_SEEN, None),
        (Reached.UNKNOWN, None),
    ],
)
def test_only_what_agents_are_sure_of_is_told(reached: Reached, *, is_loaded: bool | None) -> None:
    assert component_resource(UsedComponent(MUPDF, reached)).properties["is_loaded"] is is_loaded


def test_the_worst_of_its_flaws_counts() -> None:
    fixed, exploited = flaw("A", Severity.LOW, fixed=("2.0",)), flaw("B", Severity.HIGH, known_exploited=EXPLOITED)
    assert seen(fixed) == ("low", False, True)
    assert seen(fixed, exploited) == ("high", True, False)


def test_what_a_doubtful_flaw_could_change_is_not_known() -> None:
    doubtful = flaw("A", Severity.MEDIUM, doubtful=True)
    untold = Unknown("it could not be told whether it is affected by A")
    assert seen(doubtful) == (untold, False, untold)
    assert seen(doubtful, flaw("B", Severity.HIGH)) == ("high", False, False)
    assert seen(flaw("A", Severity.LOW, doubtful=True, known_exploited=EXPLOITED))[1] == untold


def test_a_bill_is_taken_apart_into_what_it_was_made_of() -> None:
    used = [UsedComponent(MUPDF, Reached.LOADED, (flaw("A", Severity.LOW),)), UsedComponent(BARE)]
    assert list(components_in(bill_resource(used))) == [component_resource(each) for each in used]
    bucket = Resource(Urn.aws("aws", "111122223333", "eu-west-1", "AWS::S3::Bucket", "b"), {}, "aws")
    assert list(components_in(bucket)) == [bucket]


def test_a_place_is_told_as_it_is_spelt() -> None:
    scoped = Component(PackageName("npm", "@babel/core"), "7", "pkg:npm/%40babel/core@7?a=b")
    resource = component_resource(UsedComponent(scoped))
    assert (resource.type, resource.urn.identifier) == ("Setpoint::Component", "pkg:npm/%40babel/core@7?a=b")
