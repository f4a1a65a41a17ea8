"""From events to counts: whose permission, who stood behind it, and what does not count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.model.permission_use import Counts, SessionOrigin, Use
from setpoint.observe.cloudtrail import counting
from setpoint.observe.cloudtrail.actions import ActionList
from setpoint.observe.cloudtrail.counting import UseCounter
from setpoint.observe.cloudtrail.records import read_records

Make = Callable[..., dict[str, Any]]

ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/people/alice"
SHOP = f"arn:aws:iam::{ACCOUNT}:role/service/shop"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
ACTIONS = ActionList()


def counted(*events: Any, known: dict[str, SessionOrigin] | None = None) -> Counts:
    counter = UseCounter(ACTIONS, known)
    counter.take(events, "log")
    return counter.counts()


def of_file(path: Path) -> Counts:
    return counted(*read_records(path.read_bytes(), path.name))


def by_action(counts: Counts) -> dict[tuple[str, str], tuple[int, int, int]]:
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for each in counts.uses:
        before = found.get((each.principal, each.action), (0, 0, 0))
        found[each.principal, each.action] = (
            before[0] + each.used,
            before[1] + each.failed,
            before[2] + each.denied,
        )
    return found


def test_a_delivered_log(assets: Path) -> None:
    counts = of_file(assets / "delivered.json")
    assert by_action(counts) == {
        (SHOP, "s3:GetObject"): (3, 1, 0),
        (SHOP, "s3:PutObject"): (0, 0, 1),
        (ALICE, "lambda:UpdateFunctionCode"): (1, 0, 0),
        (ALICE, "cloudwatch:PutMetricAlarm"): (1, 0, 0),
        (ALICE, "ec2:TerminateInstances"): (0, 0, 1),
        ("secretsmanager.amazonaws.com", "kms:Decrypt"): (1, 0, 0),
        (f"arn:aws:iam::{ACCOUNT}:root", "s3:DeleteBucket"): (1, 0, 0),
        ("210987654321/AIDAEXAMPLEOTHER", "s3:GetObject"): (1, 0, 0),
    }
    assert counts.events == 13
    assert counts.not_permissions == 2
    assert counts.unmapped == {"made-up.amazonaws.com DoSomething": 1}
    assert not counts.tells_all


def test_first_and_last(assets: Path) -> None:
    shop = [each for each in of_file(assets / "delivered.json").uses if each.principal == SHOP]
    read = [each for each in shop if each.resource == "arn:aws:s3:::orders/2026/*" and each.used]
    assert [(each.used, each.first.minute, each.last.minute) for each in read] == [(2, 1, 2)]


def test_sessions_are_followed_to_who_began_the_first(assets: Path) -> None:
    behind = {each.principal.rpartition("/")[2]: each.original for each in of_file(assets / "sessions.json").uses}
    ci = "arn:aws:iam::123456789012:oidc-provider/ci.example.com:deployer"
    assert behind["admin"] == ci
    assert behind["ci"] == ci
    assert behind["support"] == ALICE
    assert behind["breakglass"] == "bob@example.com"
    assert behind["alice"] == ""


def test_a_session_that_was_begun_in_an_earlier_reading(assets: Path) -> None:
    first = of_file(assets / "sessions.json")
    later = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/deploy",
        "accessKeyId": "ASIAEXAMPLEADMIN",
    }
    event = {
        "userIdentity": later,
        "eventSource": "iam.amazonaws.com",
        "eventName": "ListUsers",
        "eventTime": "2026-05-31T10:30:00Z",
    }
    uses = counted(event, known=dict(first.sessions)).uses
    assert [(each.principal, each.original) for each in uses] == [
        (f"arn:aws:iam::{ACCOUNT}:role/admin", "arn:aws:iam::123456789012:oidc-provider/ci.example.com:deployer")
    ]


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, "arn:aws:identitystore:::user/u-1"),
        (
            {"type": "SAMLUser", "principalId": "hash=:eve", "identityProvider": "hash=", "userName": "eve"},
            "hash=:eve",
        ),
        ({"type": "SAMLUser", "identityProvider": "idp", "userName": "eve"}, "idp:eve"),
        (
            {
                "type": "WebIdentityUser",
                "principalId": f"{PROVIDER}:sts.amazonaws.com:repo:shop/web:ref:refs/heads/main",
                "userName": "repo:shop/web:ref:refs/heads/main",
                "identityProvider": PROVIDER,
            },
            f"{PROVIDER}:sts.amazonaws.com:repo:shop/web:ref:refs/heads/main",
        ),
        ({"type": "Root", "accountId": ACCOUNT}, f"arn:aws:iam::{ACCOUNT}:root"),
        (
            {
                "type": "FederatedUser",
                "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/kim",
                "sessionContext": {"sessionIssuer": {"arn": ALICE}},
            },
            ALICE,
        ),
        ({"type": "Role", "arn": SHOP}, SHOP),
        (
            {"type": "AssumedRole", "arn": f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/a/b"},
            f"arn:aws-cn:iam::{ACCOUNT}:role/a",
        ),
        ({"type": "Unknown", "accountId": ACCOUNT, "userName": "x"}, f"{ACCOUNT}/x"),
        ({"type": "AWSService"}, "somebody who is not named"),
        ({"type": ["AssumedRole"], "arn": ALICE}, ALICE),
        ({}, "somebody who is not named"),
        (None, "somebody who is not named"),
    ],
)
def test_every_kind_of_identity(event: Make, identity: object, principal: str) -> None:
    assert [each.principal for each in counted(event(userIdentity=identity)).uses] == [principal]


@pytest.mark.parametrize("error", ["AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation"])
def test_a_denied_call_uses_nothing(event: Make, error: str) -> None:
    (use,) = counted(event(errorCode=error)).uses
    assert (use.used, use.failed, use.denied) == (0, 0, 1)


def test_a_call_that_failed_otherwise_was_permitted(event: Make) -> None:
    (use,) = counted(event(errorCode="ThrottlingException")).uses
    assert (use.used, use.failed, use.denied) == (1, 1, 0)


def test_an_event_that_is_delivered_twice_counts_once(event: Make) -> None:
    counts = counted(event(eventID="a"), event(eventID="a"), event(eventID="b"), event(), event())
    assert counts.uses[0].used == 4
    assert counts.repeated == 1


def test_each_time_only_what_is_new(event: Make) -> None:
    counter = UseCounter(ACTIONS)
    counter.take([event(eventID="a")], "one")
    assert counter.counts().events == 1
    counter.take([event(eventID="a"), event(eventID="b")], "two")
    again = counter.counts()
    assert (again.events, again.repeated, again.uses[0].used) == (1, 1, 1)


def test_only_what_happened_in_time(event: Make) -> None:
    window = (datetime(2026, 5, 31, 10, tzinfo=UTC), datetime(2026, 5, 31, 11, tzinfo=UTC))
    counter = UseCounter(ACTIONS, window=window)
    times = ("09:59:59", "10:00:00", "10:59:59", "11:00:00")
    counter.take([event(eventTime=f"2026-05-31T{each}Z") for each in times], "log")
    counts = counter.counts()
    assert (counts.events, counts.uses[0].used) == (2, 2)


def test_there_is_an_end_to_resources(event: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_RESOURCES", 2)
    calls = [event("GetItem", "dynamodb", requestParameters={"tableName": f"t{n}"}) for n in (1, 2, 3, 4, 1)]
    uses = {each.resource.rpartition("/")[2]: each.used for each in counted(*calls).uses}
    assert uses == {"t1": 2, "t2": 1, "*": 2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"eventTime": "yesterday"},
        {"eventTime": "2026-02-30T10:00:00Z"},
        {"eventTime": "2026-05-31T25:00:00Z"},
        {"eventTime": "2026-05-31T10:00:60Z"},
        {"eventTime": 7},
        {"eventName": None},
        {"eventSource": ["s3"]},
        {"userIdentity": "alice"},
    ],
)
def test_what_is_no_event_is_told_by_its_number(event: Make, wrong: dict[str, Any]) -> None:
    counts = counted(event(), event(**wrong))
    assert (counts.events, counts.refused) == (1, 1)
    assert counts.first_refused[0].startswith("log:record 2: ")
    with pytest.raises(InputError, match="log:record 1: "):
        UseCounter(ACTIONS).take([event(**wrong)], "log", is_strict=True)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=6) | st.just("arn:aws:s3:::a/b"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["arn", "ARN", "items", "x"]), inner),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["userIdentity", "requestParameters", "resources", "responseElements", "errorCode", "eventID", "eventType",
             "eventCategory", "awsRegion", "recipientAccountId"]
        ),
        _VALUES,
    ),
    st.sampled_from([("sts", "AssumeRole"), ("s3", "GetObject"), ("ec2", "RunInstances"), ("x", "y")]),
)  # fmt: skip
def test_never_a_traceback(members: dict[str, Any], call: tuple[str, str]) -> None:
    event = {"eventTime": "2026-05-31T10:00:00Z", "eventSource": f"{call[0]}.amazonaws.com", "eventName": call[1]}
    counts = counted({**event, **members})
    assert counts.events + counts.refused == 1


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12), st.integers(1, 4))
def test_in_pieces_as_at_once(names: list[str], pieces: int) -> None:
    """However logs are cut, and whatever comes twice."""
    events = [
        orjson.loads(
            orjson.dumps(
                {
                    "eventID": name,
                    "eventTime": "2026-05-31T10:00:00Z",
                    "eventSource": "iam.amazonaws.com",
                    "eventName": "ListRoles",
                }
            )
        )
        for name in names
    ]
    counter, used = UseCounter(ACTIONS), 0
    for start in range(0, len(events), pieces):
        counter.take(events[start : start + pieces], "log")
        used += sum(each.used for each in counter.counts().uses)
    assert used == len(set(names))


def test_uses_are_of_one_day_each(event: Make) -> None:
    uses: tuple[Use, ...] = counted(event(), event(eventTime="2026-06-01T00:00:00Z")).uses
    assert sorted(each.day.isoformat() for each in uses) == ["2026-05-31", "2026-06-01"]
