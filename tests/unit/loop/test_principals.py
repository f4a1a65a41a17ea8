from __future__ import annotations

from collections.abc import Sequence

import pytest

from setpoint.errors import CouldNotTellError
from setpoint.loop.principals import PrincipalsObserver, PrincipalsOfAccount
from setpoint.model.principal import principal_urn
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.observe.nothing import NothingObserved

CI = Resource(principal_urn("arn:aws:iam::111122223333:role/ci"), {"kind": "role"}, "IAM", provided_by="IAM")
AREA = Area.of(CI.urn)


def observer(*seen: Resource, failure: str = "") -> PrincipalsObserver:
    def describe() -> Sequence[Resource]:
        if failure:
            raise CouldNotTellError(failure)
        return seen

    return PrincipalsObserver(NothingObserved(), [PrincipalsOfAccount(lambda: ("aws", "111122223333"), describe)])


def test_principals_come_with_an_area_of_their_own() -> None:
    assert list(observer(CI).observe()) == [CI, AreaCoverage(AREA, Extent.WHOLE)]
    assert list(observer(CI).areas()) == [AREA]
    assert list(observer(CI).observe(only={Area("aws", "1", "global", "x")})) == []


def test_what_could_not_be_read_is_not_clean() -> None:
    told = AreaCoverage(AREA, Extent.NONE, ("iam:GetAccountAuthorizationDetails denied",))
    failing = observer(failure="iam:GetAccountAuthorizationDetails denied")
    assert list(failing.observe()) == [told]
    assert failing.look(CI.urn) == Unread(CI.urn, "iam:GetAccountAuthorizationDetails denied")


@pytest.mark.parametrize("account", ["111122223333", "444455556666"])
def test_one_is_looked_at_where_it_is(account: str) -> None:
    urn = Urn.aws("aws", account, "global", AREA.type, "role/ci")
    expected = CI if urn == CI.urn else Unread(urn, "it is not in an account that is read")
    assert observer(CI).look(urn) == expected
    assert observer().look(CI.urn) == Absent(CI.urn)
