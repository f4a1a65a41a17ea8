"""Identities beat by beat: compared where something changed, judged with their use, never shown as clean unread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from setpoint.compare.identity.permissions.accounts import PermissionComparator
from setpoint.compare.interface import ComparablePrincipal
from setpoint.decide.identity_drift import IdentityDriftAssessor
from setpoint.errors import CouldNotTellError, Error, InputError
from setpoint.loop.heartbeat import Heartbeat
from setpoint.loop.hints import Hints
from setpoint.loop.identity_parts import IdentityParts, RecordRules
from setpoint.loop.report import BeatReport
from setpoint.loop.shown import doubts_of_last_beat
from setpoint.model.attribution import Means, RecordedChange, RecordedWrite
from setpoint.model.canonical import Json
from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.iam import NamedPolicy, PolicyDocument, PolicyKind
from setpoint.model.iam_account import IamAccount, IamRole
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.iam_reading import read_policy
from setpoint.model.identity import AccountReading, PrincipalComparison, PrincipalUse
from setpoint.model.permission_use import Counts, TrailBatch, Use
from setpoint.model.policy import Severity
from setpoint.model.remediation import Mode
from setpoint.model.resource import Resource
from setpoint.model.service import Signal
from setpoint.model.snapshot import Coverage
from setpoint.model.urn import GLOBAL, Urn
from setpoint.model.waiver import Waiver

ACCOUNT = "123456789012"
READ: Json = {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"}
RUN: Json = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}
Start = Callable[..., Any]


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def urn(name: str) -> Urn:
    return Urn.aws("aws", ACCOUNT, GLOBAL, "AWS::IAM::Role", name)


def role(name: str, *statements: Json, service: str = "shop") -> IamRole:
    document = read_policy({"Version": "2012-10-17", "Statement": list(statements)}, PolicyKind.IDENTITY, name)
    inline = (NamedPolicy(f"role/{name}: inline policy own", document),) if statements else ()
    return IamRole(name, arn(name), PolicyDocument(()), inline=inline, tags={"service": service})


class Counting(PermissionComparator):
    """Counts what is compared, and what is judged with its use."""

    def __init__(self) -> None:
        super().__init__("service")
        self.compared: list[str] = []
        self.judged: list[str] = []

    def principals(self, granted: IamAccount, declared: DeclaredIam | None) -> Iterator[Any]:
        for each in super().principals(granted, declared):
            yield Counted(each, self.compared)

    def with_use(self, comparison: PrincipalComparison, *rest: Any) -> PrincipalUse:
        self.judged.append(comparison.name)
        return super().with_use(comparison, *rest)


@dataclass
class Counted:
    one: ComparablePrincipal
    compared: list[str]

    @property
    def urn(self) -> Urn:
        return self.one.urn

    @property
    def principal(self) -> str:
        return self.one.principal

    @property
    def key(self) -> str:
        return self.one.key

    def compare(self) -> PrincipalComparison:
        self.compared.append(self.urn.identifier)
        return self.one.compare()


@dataclass
class Iam:
    """One account, as it is and as it was declared."""

    live: list[IamRole] = field(default_factory=list)
    declared: list[IamRole] | None = field(default_factory=list)
    failure: Error | None = None
    """Of reading it."""
    nobody: bool = False
    """Whether even whose credentials these are cannot be told."""
    broken: Error | None = None
    """Of what was declared."""
    unread: tuple[str, ...] = ()
    account: str = ACCOUNT
    reads: int = 0

    def whose(self) -> tuple[str, str]:
        if self.nobody:
            raise CouldNotTellError("sts:GetCallerIdentity denied")
        return "aws", self.account

    def fingerprint(self) -> str:
        if self.broken:
            raise self.broken
        return repr(self.declared)

    def read(self, *declared: Iterable[Resource] | Coverage) -> Any:
        """Of both: the account where nothing is given, else what was declared."""
        return self._intended() if declared else self._granted()

    def _granted(self) -> IamAccount:
        self.reads += 1
        if self.failure:
            raise self.failure
        return IamAccount(self.account, roles=tuple(self.live), unread=self.unread)

    def _intended(self) -> Mapping[str, DeclaredIam]:
        if self.declared is None:
            return {}
        account = IamAccount(ACCOUNT, roles=tuple(self.declared))
        return {ACCOUNT: DeclaredIam(account, {each.arn: f"a.tfstate: {each.name}" for each in self.declared})}


class Beating:
    """A worker with an identity plane."""

    def __init__(self, worker: Any, iam: Iam) -> None:
        self.worker, self.iam, self.comparator = worker, iam, Counting()
        self.waivers: tuple[Waiver, ...] = ()
        self.hints = Hints()
        self.plane(iam)

    def plane(self, *iams: Iam) -> None:
        """The process begins anew with these accounts; with none, identities are not compared."""
        identity = IdentityParts(
            iams[0], list(iams), self.comparator, IdentityDriftAssessor(), RecordRules(is_kept=True)
        ) if iams else None  # fmt: skip
        accepted = lambda: (self.waivers, self.worker.world.baseline)  # noqa: E731
        self.worker.parts = replace(self.worker.parts, identity=identity, hints=self.hints, accepted=accepted)
        self.worker.heartbeat = Heartbeat(self.worker.parts, self.worker.lease, self.worker.writer)

    def beat(self, seconds: float = 60) -> BeatReport:
        self.comparator.compared.clear()
        self.comparator.judged.clear()
        self.worker.world.pass_time(seconds)
        report: BeatReport = self.worker.heartbeat.beat()
        return report

    def found(self) -> list[tuple[str, str, str]]:
        known = self.worker.ledger.findings(scope=self.worker.parts.settings.scope)
        return sorted((each.finding.urn.identifier, each.finding.rule, each.finding.path) for each in known)

    def readings(self) -> list[AccountReading]:
        return list(self.worker.ledger.principals().accounts(self.worker.parts.settings.scope))

    def signals(self) -> list[Signal]:
        return list(self.worker.ledger.signals("shop", since=self.worker.world.now - timedelta(days=1)))

    def record(self, *uses: Use, writes: tuple[RecordedWrite, ...] = (), first: datetime | None = None) -> None:
        """What a trail delivers: an hour of it, or all from the first on."""
        now = self.worker.parts.clock.now().replace(minute=0)
        count = int((now - first) / timedelta(hours=1)) if first else 0
        hours = tuple(now - timedelta(hours=each) for each in range(count + 1))
        batch = TrailBatch("trail", Counts(uses), hours={(ACCOUNT, "eu-west-1"): hours}, writes=writes)
        self.worker.ledger.visitor().permission_use().put_uses(batch, now)


@pytest.fixture
def iam() -> Iam:
    return Iam([role("ci", READ), role("web", READ)], [role("ci", READ), role("web", READ)])


@pytest.fixture
def beating(start: Start, iam: Iam) -> Beating:
    return Beating(start(Mode.AUDIT), iam)


def test_what_is_granted_and_was_not_intended_is_found_until_it_is_gone(beating: Beating, iam: Iam) -> None:
    assert beating.beat().identities_unread == ()
    assert beating.found() == []
    iam.live[0] = role("ci", READ, RUN)
    assert beating.beat().opened == 1
    assert beating.found() == [("ci", "identity/unintended", "may ec2:RunInstances on *")]
    (alert,) = beating.worker.world.alerts
    assert (alert.kind, alert.service, alert.subject) == ("identity", "shop", urn("ci"))
    iam.live[0] = role("ci", READ)
    assert beating.beat().closed == 1
    assert beating.found() == []


def test_only_who_changed_is_compared(beating: Beating, iam: Iam) -> None:
    beating.beat()
    assert beating.comparator.compared == ["ci", "web"]
    beating.beat()
    assert (beating.comparator.compared, beating.comparator.judged) == ([], [])
    iam.live[1] = role("web", READ, RUN)
    beating.beat()
    assert beating.comparator.compared == ["web"]
    assert iam.declared is not None
    iam.declared[0] = role("ci", RUN)
    beating.beat()
    assert beating.comparator.compared == ["ci"]


def test_what_is_remembered_outlives_the_process(beating: Beating, iam: Iam) -> None:
    beating.beat()
    beating.plane(iam)
    beating.beat()
    assert beating.comparator.compared == []


def test_a_policy_of_the_same_meaning_is_no_finding(beating: Beating, iam: Iam) -> None:
    iam.live[0] = role("ci", {**READ, "Action": ["ec2:describeInstances"]}, READ)
    beating.beat()
    assert beating.found() == []


def test_who_is_gone_and_was_not_declared_leaves_nothing(beating: Beating, iam: Iam) -> None:
    iam.live.append(role("odd", RUN))
    beating.beat()
    assert beating.found() == [("odd", "identity/undeclared", "")]
    iam.live.pop()
    beating.beat()
    assert beating.found() == []
    iam.live.pop()
    beating.beat()
    assert beating.found() == [("web", "identity/absent", "")]


def test_a_hint_has_the_account_read_again_between_beats(beating: Beating, iam: Iam) -> None:
    beating.worker.parts = replace(
        beating.worker.parts, settings=replace(beating.worker.parts.settings, full_scan_every=9e9)
    )
    beating.plane(iam)
    beating.beat()
    iam.live[0] = role("ci", READ, RUN)
    beating.beat()
    assert beating.found() == [], "nobody said so"
    beating.hints.look_again(urn("ci"))
    while (due := beating.worker.heartbeat.work()) is not None:
        beating.worker.world.pass_time((due - beating.worker.parts.clock.now()).total_seconds())
    assert [path for _, _, path in beating.found()] == ["may ec2:RunInstances on *"]
    assert iam.reads == 2


@pytest.mark.parametrize("failure", ["iam", "credentials", "declared"])
def test_what_could_not_be_read_is_never_shown_as_clean(beating: Beating, iam: Iam, failure: str) -> None:
    beating.beat()
    (before,) = beating.readings()
    assert (before.read_at, before.doubts) == (beating.worker.parts.clock.now(), ())
    iam.failure = CouldNotTellError("denied") if failure == "iam" else None
    iam.nobody = failure == "credentials"
    iam.broken = InputError("no policy", where="ci.json") if failure == "declared" else None
    iam.live.clear()
    report = beating.beat()
    assert report.could_not_tell()
    assert len(report.identities_unread) == 1
    (reading,) = beating.readings()
    assert (reading.read_at, len(reading.doubts)) == (before.read_at, 1)
    assert beating.found() == [], "of what was not read, nothing is missing"
    iam.failure, iam.nobody, iam.broken = None, False, None
    assert beating.beat().identities_unread == ()
    assert {rule for _, rule, _ in beating.found()} == {"identity/absent"}


def test_a_gate_is_told_what_could_not_be_compared(beating: Beating, iam: Iam) -> None:
    parts = beating.worker.parts
    beating.beat()
    assert doubts_of_last_beat(parts.ledger, parts.settings, parts.clock.now()) == ()
    iam.failure = CouldNotTellError("iam:GetAccountAuthorizationDetails denied")
    beating.beat()
    (doubt,) = doubts_of_last_beat(parts.ledger, parts.settings, parts.clock.now())
    assert doubt == (
        "the last heartbeat did not read all of Setpoint::Identity::Principal: "
        f"account {ACCOUNT}: iam:GetAccountAuthorizationDetails denied"
    )
    iam.failure = None
    beating.beat()
    assert doubts_of_last_beat(parts.ledger, parts.settings, parts.clock.now()) == ()


def test_after_a_beat_that_came_to_nothing_nothing_is_known(beating: Beating, monkeypatch: pytest.MonkeyPatch) -> None:
    beating.beat()

    def fail() -> str:
        raise InputError("no template", where="shop.yaml")

    monkeypatch.setattr(beating.worker.world, "fingerprint", fail)
    with pytest.raises(InputError):
        beating.beat()
    assert [each.doubts for each in beating.readings()] == [("shop.yaml: no template",)]


def test_what_the_account_did_not_let_be_read_is_told(beating: Beating, iam: Iam) -> None:
    iam.unread = ("service control policies are not known: denied",)
    assert not beating.beat().could_not_tell(), "they could only take something away"
    assert beating.readings()[0].doubts == iam.unread


def test_where_nothing_is_declared_nobody_is_compared(beating: Beating, iam: Iam) -> None:
    iam.declared = None
    beating.beat()
    assert (iam.reads, beating.readings()[0].doubts) == (
        0,
        (f"nothing is declared of the identities of the account {ACCOUNT}",),
    )


@pytest.mark.parametrize("later", ["off", "other"])
def test_an_account_that_is_compared_no_more_leaves_nothing(beating: Beating, iam: Iam, later: str) -> None:
    iam.live.append(role("odd", RUN))
    beating.beat()
    assert beating.found()
    beating.plane(*([] if later == "off" else [Iam(account="444455556666")]))
    beating.beat()
    assert beating.found() == []
    assert ACCOUNT not in {each.account for each in beating.readings()}


def test_what_nobody_used_is_found_once_the_record_tells(beating: Beating) -> None:
    now = beating.worker.world.now
    beating.beat()
    assert beating.found() == []
    used = Use(arn("ci"), "", "ec2:DescribeInstances", "*", now.date(), 1, 0, 0, now, now)
    beating.record(used, first=now - timedelta(days=91))
    beating.beat()
    assert beating.found() == [("web", "identity/unused", "may ec2:DescribeInstances on *")]
    beating.record(replace(used, principal=arn("web")))
    beating.beat()
    assert (beating.comparator.judged, beating.comparator.compared) == (["web"], [])
    assert beating.found() == []


def test_a_grant_that_is_told_of_later_is_too_young_to_be_unused(beating: Beating) -> None:
    now = beating.worker.world.now
    beating.record(first=now - timedelta(days=91))
    beating.beat()
    assert {name for name, _, _ in beating.found()} == {"ci", "web"}
    change = RecordedChange("ada", "", "PutRolePolicy", "iam.amazonaws.com", "e1", now - timedelta(days=1), "")
    named = (("roleName", "web"), ("policyName", "own"))
    beating.record(writes=(RecordedWrite(change, ACCOUNT, "us-east-1", Means.CLI, "", names=named),))
    beating.beat()
    assert beating.comparator.judged == ["web"]
    assert {name for name, _, _ in beating.found()} == {"ci"}


def test_what_a_waiver_covers_is_accepted_until_it_expires(beating: Beating, iam: Iam) -> None:
    iam.live[0] = role("ci", READ, RUN)
    now = beating.worker.world.now
    beating.waivers = (
        Waiver("w", urn("ci"), "identity/unintended", "*", "migration", "ada", "", now, now + timedelta(hours=1)),
    )
    beating.beat()
    assert beating.found() == []
    beating.beat(3600)
    assert beating.found() == [("ci", "identity/unintended", "may ec2:RunInstances on *")]


def test_a_difference_lowers_the_threshold_of_its_service_once(beating: Beating, iam: Iam) -> None:
    beating.beat()
    iam.live[0] = role("ci", READ, RUN)
    beating.beat()
    beating.beat()
    assert [each.cause for each in beating.signals()] == ["may ec2:RunInstances on *: granted, not intended"]


def test_what_shows_as_drift_of_the_configuration_lowers_it_no_further(beating: Beating, iam: Iam) -> None:
    beating.beat()
    drifted = Finding(urn("ci"), "shop", FindingSource.DRIFT, "drift/changed", "Policies", Severity.HIGH, "drifted")
    compared = Comparison(urn("ci"), (Drift(urn("ci"), DriftKind.CHANGED, "Policies", [], ["own"]),))
    now = beating.worker.parts.clock.now()
    beating.worker.writer.record([Conclusion(urn("ci"), "key", "shop", compared, (drifted,), ())], now)
    iam.live[0] = role("ci", READ, RUN)
    beating.worker.heartbeat.beat()
    assert ("ci", "identity/unintended", "may ec2:RunInstances on *") in beating.found()
    assert beating.signals() == []
