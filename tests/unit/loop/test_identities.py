"""Identities as commands and the API ask for them: whose name it is, who may see it, how far it is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.loop.conftest import START

from setpoint.compare.identity.permissions.accounts import PermissionComparator
from setpoint.errors import InputError, NotFoundError
from setpoint.loop import identities
from setpoint.loop.identities import Identities
from setpoint.loop.identity_parts import RecordRules
from setpoint.model.identity import AccountReading, PrincipalComparison
from setpoint.model.permission_use import Counts, TrailBatch
from setpoint.model.urn import GLOBAL, Urn
from setpoint.store.interface import ConcludedPrincipal, PrincipalKeys

ACCOUNT = "123456789012"
Start = Callable[..., Any]


@pytest.fixture
def worker(start: Start) -> Any:
    made = start()
    for kind, name, service in (("Role", "ci", "shop"), ("User", "ci", "pay"), ("Role", "web", "shop")):
        urn = Urn.aws("aws", ACCOUNT, GLOBAL, f"AWS::IAM::{kind}", name)
        compared = PrincipalComparison(urn, f"arn:aws:iam::{ACCOUNT}:{kind.lower()}/{name}", service)
        made.writer.record_principals([ConcludedPrincipal(compared, PrincipalKeys("", ""))], (), START)
    made.writer.put_account_reading(AccountReading("aws", ACCOUNT, START), START)
    return made


def asked(worker: Any, *, is_kept: bool = True) -> Identities:
    scope = worker.parts.settings.scope
    return Identities(worker.ledger, scope, PermissionComparator("service"), RecordRules(is_kept), START)


def test_all_come_however_few_are_in_memory_at_a_time(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identities, "AT_ONCE", 1)
    assert [each.comparison.name for each in asked(worker).all(None)] == ["ci", "web", "ci"]
    assert [each.comparison.name for each in asked(worker).all("pay")] == ["ci"]


def test_a_name_that_several_have_is_asked_back(worker: Any) -> None:
    with pytest.raises(InputError, match="several identities 'ci'") as refused:
        asked(worker).one("ci")
    assert f"arn:aws:iam::{ACCOUNT}:user/ci" in refused.value.remedy
    assert asked(worker).one("ci", lambda service: service == "pay").comparison.service == "pay"
    assert asked(worker).one(f"arn:aws:iam::{ACCOUNT}:role/ci").comparison.service == "shop"


@pytest.mark.parametrize("name", ["nobody", "", "%", "c_"])
def test_nobody_of_that_name_is_told(worker: Any, name: str) -> None:
    with pytest.raises(NotFoundError, match="no heartbeat saw an identity"):
        asked(worker).one(name)


def test_who_may_not_be_seen_is_not_there(worker: Any) -> None:
    with pytest.raises(NotFoundError):
        asked(worker).one("web", lambda service: service == "pay")


@pytest.mark.parametrize(("is_kept", "doubts"), [(True, 1), (False, 0)])
def test_only_where_a_record_should_be_kept_its_lack_is_a_doubt(worker: Any, doubts: int, *, is_kept: bool) -> None:
    (reading,) = asked(worker, is_kept=is_kept).accounts()
    assert len(reading.doubts) == doubts


def test_a_record_that_ends_too_early_is_a_doubt(worker: Any) -> None:
    hours = tuple(START - timedelta(hours=each) for each in range(48, 92 * 24))
    batch = TrailBatch("trail", Counts(), hours={(ACCOUNT, "eu-west-1"): hours})
    worker.ledger.visitor().permission_use().put_uses(batch, START)
    (reading,) = asked(worker).accounts()
    (doubt,) = reading.doubts
    assert doubt.startswith("what was used is not known: the record of calls ends at ")
