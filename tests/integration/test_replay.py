"""Random pasts, recorded in a real ledger and judged again: by the policies that decided, nothing changes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.compare.config.comparator import ConfigComparator
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.replay import Change, Replayer
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.canonical import Unknown
from setpoint.model.circumstances import Circumstances
from setpoint.model.conclusion import Conclusion
from setpoint.model.exceptions import Baseline, Exceptions
from setpoint.model.history import GateCase, Grounds, Lost
from setpoint.model.policy import Effect, Policy, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Exposure, Release, Service, Threshold, Tier
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.policies import compile_folders, shipped_policies

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BUCKET = "AWS::S3::Bucket"
MILDER = "exposure/bucket-public-access-block"


@cache
def _pack() -> tuple[PolicySet, ConfigComparator]:
    schemas = SchemaCatalogue()
    return compile_folders([shipped_policies()], schemas), ConfigComparator(schemas.schema)


def _replayer(policies: PolicySet) -> Replayer:
    ids = frozenset(each.id for each in policies.policies)
    return Replayer(PolicyJudge(policies), ReleaseGate(policies), ComponentGuardrails(policies), ids)


def _urn(name: str) -> Urn:
    return Urn.aws("aws", "123456789012", "eu-west-1", BUCKET, name)


_flags = st.sampled_from([True, False, "true", None])
_blocks = st.fixed_dictionaries({}, optional={"BlockPublicAcls": _flags, "RestrictPublicBuckets": _flags})
_tags = st.lists(st.builds(lambda key: {"Key": key, "Value": "v"}, st.sampled_from("abc")), max_size=2)
_state = st.fixed_dictionaries(
    {},
    optional={
        "PublicAccessBlockConfiguration": _blocks,
        "VersioningConfiguration": st.fixed_dictionaries({"Status": st.sampled_from(["Enabled", "Suspended"])}),
        "Tags": _tags,
    },
)
_declared = _state | st.builds(lambda state: {**state, "VersioningConfiguration": Unknown("not resolved")}, _state)
_unread = st.sampled_from([{}, {"VersioningConfiguration": "denied"}, {"Tags": "throttled"}])
_waived = st.sampled_from([None, "drift/*", "*/*", "drift/undeclared"])
_sides = st.tuples(st.none() | _declared, st.none() | _state).filter(lambda sides: sides != (None, None))
_beat = st.tuples(st.sampled_from(["one", "two"]), _sides, _unread, _waived, st.sampled_from(["", "shop"]))
_past = st.lists(_beat | st.sampled_from(["one", "two"]), min_size=1, max_size=12)


@contextmanager
def _ledger() -> Iterator[SqlLedger]:
    with tempfile.TemporaryDirectory() as folder, closing(open_ledger(str(Path(folder, "ledger.sqlite")))) as ledger:
        yield ledger


def _record(ledger: SqlLedger, past: list[Any]) -> None:
    """As the loop does: each beat concludes about one bucket, or finds that it is gone; each is released, too."""
    policies, comparator = _pack()
    judge = PolicyJudge(policies)
    _, writer = ledger.acquire("default", BEGIN, ttl=60)
    for number, beat in enumerate(past):
        now = BEGIN + number * MINUTE
        if isinstance(beat, str):
            writer.forget([_urn(beat)], now)
            continue
        name, (declared, found), unread, waived, service = beat
        urn = _urn(name)
        intended = Resource(urn, {"BucketName": name, **declared}, "main.tf") if declared is not None else None
        actual = Resource(urn, {"BucketName": name, **found}, "aws", unread) if found is not None else None
        comparison = comparator.compare(intended, actual)
        exceptions = _exceptions(urn, waived, now)
        findings, decisions = judge.judge(comparison, intended, actual, service, exceptions)
        grounds = Grounds(intended if comparison.drifts else None, actual, exceptions)
        writer.record([Conclusion(urn, "key", service, comparison, findings, decisions, grounds)], now)
        _release(ledger, policies, [each for each in (intended,) if each is not None], exceptions, now)


def _exceptions(urn: Urn, waived: str | None, now: datetime) -> Exceptions:
    accepted = Baseline({urn: {"Tags[a].Value": "v"}})
    waivers = [Waiver("w1", "*", waived, "*", "agreed", "team", "", now, now + MINUTE)] if waived else []
    return Exceptions(waivers, accepted)


def _release(
    ledger: SqlLedger, policies: PolicySet, resources: list[Resource], exceptions: Exceptions, now: datetime
) -> None:
    threshold = Threshold("shop", 8.0, 2.5, 1.0, (), now)
    shown = Circumstances(now, threshold, (), ("said",), {}, now - MINUTE, waivers=exceptions.waivers)
    service = Service("shop", Tier.CRITICAL, Exposure.INTERNET)
    case = GateCase(Release("shop", "1"), Stage.DEPLOY, service, tuple(resources), shown)
    decided = ReleaseGate(policies).decide(case.release, case.stage, case.service, case.resources, case.circumstances)
    ledger.visitor().put_decision(decided, now, case=case)


def _replay(ledger: SqlLedger, policies: PolicySet) -> tuple[int, list[Change]]:
    """How much was judged again, and what changes."""
    replayer = _replayer(policies)
    states, releases = list(ledger.past_states("default", BEGIN, None)), list(ledger.past_gates(BEGIN, None))
    judged = [replayer.state(each) for each in states if not isinstance(each, Lost)]
    judged += [replayer.release(each) for each in releases if not isinstance(each, Lost)]
    assert len(judged) == len(states) + len(releases)
    return len(judged), [change for each in judged for change in each.changes]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_past)
def test_the_policies_that_decided_change_nothing(past: list[Any]) -> None:
    with _ledger() as ledger:
        _record(ledger, past)
        judged, changes = _replay(ledger, _pack()[0])
        assert changes == []
        assert (judged > 0) == any(not isinstance(beat, str) for beat in past)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_past)
def test_where_no_policy_is_left_none_speaks(past: list[Any]) -> None:
    with _ledger() as ledger:
        _record(ledger, past)
        for change in _replay(ledger, PolicySet.of((), (), {}))[1]:
            assert change.policy in ("drift", "risk") or change.would_be == ()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_past)
def test_a_policy_that_is_made_milder_is_the_only_one_that_is_told(past: list[Any]) -> None:
    policies = _pack()[0]
    assert MILDER in {each.id for each in policies.policies}

    def milder(policy: Policy) -> Policy:
        return replace(policy, severity=Severity.INFO, effects={Stage.RUNTIME: Effect.WARN, Stage.DEPLOY: Effect.WARN})

    with _ledger() as ledger:
        _record(ledger, past)
        revised = policies.revised(lambda policy: milder(policy) if policy.id == MILDER else policy)
        assert {each.policy for each in _replay(ledger, revised)[1]} <= {MILDER, "risk"}
