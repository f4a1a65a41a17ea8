"""Everything that commands ask, asked of a real server: the same values as the ledger behind it has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from tests.scanned import outside, ran_outside, scan
from tests.serving import POLICY, SERVICES, bucket, decision, issue, parts_on, populate, running, some_status

from setpoint import __version__
from setpoint.client.connection import Connection
from setpoint.client.server import Server
from setpoint.client.source import RemoteSource
from setpoint.decide.replayed import ReplayQuestion
from setpoint.errors import ConflictError, CouldNotTellError, InputError, LedgerError, NotFoundError
from setpoint.loop.admission import WhatIf
from setpoint.model.access import AccessScope, TokenRequest, TokenState
from setpoint.model.code import TakenScan
from setpoint.model.drift import Folded
from setpoint.model.order import OrderKind
from setpoint.model.policy import PolicyFile, Stage
from setpoint.model.service import Exposure, Release, Tier
from setpoint.model.waiver import Waiver
from setpoint.server.app import create_app
from setpoint.store.interface import DeliveryState
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.wire.document import Document
from setpoint.wire.examination import ExaminationDocument
from setpoint.wire.replay import ReplayDocument

NOW = datetime.now(UTC)
RELEASE = Release("payments", "1.4.2")
DAY = timedelta(days=1)


class BrokenGate:
    def __init__(self, actor: str) -> None:
        self.actor = actor

    def decide(self, *_asked: object, **_brought: object) -> object:
        raise LedgerError("the ledger is damaged")


class Production:
    """A ledger with a server in front of it."""

    def __init__(self, ledger: SqlLedger, folder: Path, url: str) -> None:
        self.ledger = ledger
        self._tokens = ledger.access(folder / "master.key")
        self._url = url
        self._connections: list[Connection] = []

    def as_whoever_may(self, *scopes: AccessScope, name: str = "") -> RemoteSource:
        return self.with_token(issue(self._tokens, *scopes, name=name))

    def with_token(self, text: str) -> RemoteSource:
        self._connections.append(Connection(Server(self._url, text)))
        return RemoteSource(self._connections[-1])

    def close(self) -> None:
        for each in self._connections:
            each.__exit__()


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Production]:
    ledger = open_ledger(str(tmp_path / "ledger.sqlite"))
    populate(ledger)
    parts = parts_on(ledger, tmp_path)
    with running(create_app(parts)) as url:
        made = Production(ledger, tmp_path, url)
        yield made
        made.close()
    parts.authenticator.close()
    ledger.close()


@pytest.fixture
def reader(production: Production) -> RemoteSource:
    return production.as_whoever_may(AccessScope.READ)


@pytest.fixture
def operator(production: Production) -> RemoteSource:
    return production.as_whoever_may(AccessScope.OPERATE, name="operator")


def test_what_the_last_heartbeat_left(production: Production, reader: RemoteSource) -> None:
    ledger = production.ledger
    assert [reader.last_beat()] == ledger.beats(scope="default", limit=1)
    assert list(reader.comparisons()) == list(ledger.comparisons("default"))
    assert [each.urn for each in reader.comparisons("shop")] == [bucket("shop-data")]
    everything = list(ledger.comparisons("default", everything=True))
    assert list(reader.comparisons(everything=True)) == everything
    assert reader.folded(None) == Folded.of(everything)
    told = everything[0].drifts[0]
    assert [each.verdict for each in reader.explain(everything[0].urn, told.path)] == [told.kind]
    for service in (None, "shop"):
        expected = ledger.findings(scope="default", service=service, include_closed=True)
        assert reader.findings(service, include_closed=True) == expected
        assert reader.remediations(service) == ledger.remediations(scope="default", service=service)
    assert len(reader.findings(None, include_closed=False)) == 2


def test_more_than_a_page(production: Production, reader: RemoteSource) -> None:
    for number in range(600):
        production.ledger.visitor().note("me", "looked", str(number), {"at": [number, None]}, NOW)
    rows = list(reader.audit(after=0))
    assert rows == list(production.ledger.audit(after=0))
    assert len(rows) > 600
    assert all(one.sequence < other.sequence for one, other in pairwise(rows))
    assert list(reader.audit(after=rows[300].sequence)) == rows[301:]
    assert reader.check_audit() == production.ledger.check_audit()
    assert reader.check_audit().rows == len(rows)


def test_how_much_risk_a_service_may_carry(reader: RemoteSource) -> None:
    risk = reader.risk("payments")
    assert (risk.service, len(risk.shares), len(risk.decisions)) == (SERVICES["payments"], 1, 1)
    with pytest.raises(NotFoundError, match="nothing is known of a service 'a/b c'"):
        reader.risk("a/b c")


def test_what_is_configured(reader: RemoteSource) -> None:
    assert reader.policy(POLICY.id, None) == (POLICY, None)
    assert reader.policy(POLICY.id, "shop") == (POLICY, SERVICES["shop"])
    described = reader.policy(POLICY.id, "a/b c")[1]
    assert described is not None
    assert described.name == "a/b c"
    with pytest.raises(NotFoundError, match="there is no policy encryption/buckets; did you mean"):
        reader.policy("encryption/buckets", None)
    assert [len(reader.permissions(enforce=each)["Statement"]) for each in (False, True)] == [1, 2]
    assert reader.status() == some_status()


def test_messages_to_people(production: Production, reader: RemoteSource) -> None:
    channels = reader.channels()
    assert list(channels) == ["chat", "oncall"]
    assert [channels["oncall"][state] for state in DeliveryState] == [2, 0, 0]
    waiting = reader.deliveries(DeliveryState.WAITING, limit=1)
    assert waiting == production.ledger.deliveries("default", state=DeliveryState.WAITING, limit=1)
    assert reader.deliveries(DeliveryState.GIVEN_UP, limit=1) == []


def test_the_gate(production: Production) -> None:
    pipeline = production.as_whoever_may(AccessScope.GATE)
    for stage in (Stage.BUILD, Stage.DEPLOY, Stage.ADMIT):
        assert pipeline.decide(RELEASE, stage) == decision(RELEASE.urn, "payments", stage)
    what_if = WhatIf((POLICY.id,), timedelta(days=7), Exposure.INTERNAL, Tier.LOW, "staging")
    is_so, would_be = pipeline.suppose(RELEASE, Stage.DEPLOY, what_if)
    assert is_so == would_be == decision(RELEASE.urn, "payments", Stage.DEPLOY)
    with pytest.raises(NotFoundError, match="there is no service"):
        pipeline.decide(Release("nobody", "1"), Stage.DEPLOY)
    with pytest.raises(InputError, match="service"):
        pipeline.decide(Release("", "1"), Stage.DEPLOY)


def test_a_gate_whose_ledger_is_out_of_reach_could_not_tell(tmp_path: Path) -> None:
    ledger = open_ledger(str(tmp_path / "ledger.sqlite"))
    parts = parts_on(ledger, tmp_path, gatekeeper=BrokenGate)
    token = issue(parts.tokens, AccessScope.GATE)
    with running(create_app(parts)) as url, Connection(Server(url, token)) as connection:
        with pytest.raises(CouldNotTellError, match="the ledger is damaged") as told:
            RemoteSource(connection).decide(RELEASE, Stage.DEPLOY)
        assert told.value.exit_code == 3
    parts.authenticator.close()
    ledger.close()


def test_orders_are_given_in_the_name_of_whoever_calls(production: Production, operator: RemoteSource) -> None:
    given = operator.order_about(1, OrderKind.APPROVE, "looked at it")
    assert [given] == production.ledger.open_orders()
    assert (given.actor, given.remediation, given.reason) == ("token:operator", 1, "looked at it")
    with pytest.raises(ConflictError, match="waits already"):
        operator.order_about(1, OrderKind.REJECT, "no")
    with pytest.raises(ConflictError, match="is awaiting approval"):
        operator.order_about(2, OrderKind.UNDO, "no")
    with pytest.raises(NotFoundError, match="there is no remediation 99"):
        operator.order_about(99, OrderKind.APPROVE, "no")
    with pytest.raises(InputError):
        operator.order_about(-1, OrderKind.APPROVE, "no")
    with pytest.raises(InputError, match="reason"):
        operator.pause(" ")
    with pytest.raises(ConflictError, match="nothing is paused"):
        operator.resume("over")
    paused = operator.pause("migration")
    assert production.ledger.pause_in_force() == paused
    assert operator.resume("over").kind is OrderKind.RESUME


def test_waivers_are_entered_and_ended(production: Production, operator: RemoteSource) -> None:
    def wanted(now: datetime) -> Waiver:
        return Waiver("", "*-logs", "drift/*", "*", "known", "me", "T-2", now, now + timedelta(days=30))

    entered = operator.waive(wanted)
    assert (entered.actor, entered.scope, entered.ticket) == ("token:operator", "*-logs", "T-2")
    assert operator.waivers() == production.ledger.waivers()
    operator.end_waiver(entered.id)
    assert not production.ledger.waivers()[-1].is_active(datetime.now(UTC))
    for identity in ("w99", "conf/setpoint.yaml:40"):
        with pytest.raises(InputError, match=identity):
            operator.end_waiver(identity)
    with pytest.raises(ConflictError, match="more than a year"):
        operator.waive(lambda now: Waiver("", "*", "*", "*", "known", "me", "", now, now + timedelta(days=400)))
    with pytest.raises(InputError, match="urn"):
        operator.waive(lambda now: Waiver("", "", "*", "*", "known", "me", "", now, now + timedelta(days=4)))


def test_tokens_live_and_die(production: Production) -> None:
    tokens = production.as_whoever_may(AccessScope.ADMIN, name="admin").tokens
    issued = tokens.issue(lambda now: TokenRequest("ci", frozenset({AccessScope.GATE}), "payments", now + DAY))
    assert issued.token.created_by == "token:admin"
    assert production.with_token(issued.text).decide(RELEASE, Stage.DEPLOY).service == "payments"
    rotated = tokens.rotate("ci", timedelta(0))
    assert rotated.token.rotated_from == issued.token.id
    assert [each.name for each in tokens.listed()] == ["admin", "ci", "ci"]
    assert {each.id for each in tokens.revoke("ci")} == {issued.token.id, rotated.token.id}
    assert tokens.revoke(rotated.token.id) == []
    assert {each.state(NOW) for each in tokens.listed()} == {TokenState.ACTIVE, TokenState.REVOKED}
    for name in ("nobody", "no/body", "..", ""):
        with pytest.raises(NotFoundError, match="there is no token"):
            tokens.revoke(name)
    agent = tokens.issue(lambda _now: TokenRequest("a1", frozenset({AccessScope.INGEST}), is_agent=True))
    assert agent.policy_key is not None
    assert len(agent.policy_key) == 32


def test_who_may_not_is_told_what_is_lacking(production: Production, reader: RemoteSource) -> None:
    with pytest.raises(InputError, match="this needs the scope operate; show a token that has it"):
        reader.pause("no")
    with pytest.raises(InputError, match="this is no token: it was cut, or mistyped; give one that is good now"):
        production.with_token("sp_wrong").last_beat()
    with pytest.raises(InputError, match="a token is needed; give one"):
        production.with_token("").last_beat()


def test_what_can_be_read_is_told_with_who_says_so(production: Production) -> None:
    found, examiner = production.as_whoever_may(AccessScope.OPERATE, name="me").examination()
    assert ExaminationDocument.of(found).model_dump(mode="json") == example_of(ExaminationDocument)
    assert examiner is not None
    assert (examiner.version, examiner.caller, examiner.scopes) == (__version__, "token:me", (AccessScope.OPERATE,))
    assert abs(examiner.ahead) < 60


def test_the_past_is_judged_again_there(production: Production) -> None:
    question = ReplayQuestion(files=(PolicyFile("a/b.yaml", b"id: a/b"),))
    report = production.as_whoever_may(AccessScope.READ).replay(question, lambda _report: None)
    assert ReplayDocument.of(report).model_dump(mode="json") == example_of(ReplayDocument)
    with pytest.raises(InputError):
        production.as_whoever_may(AccessScope.READ, name="b").replay(ReplayQuestion(policy=""), lambda _report: None)


def test_a_channel_is_tried_there_and_the_log_says_by_whom(production: Production) -> None:
    source = production.as_whoever_may(AccessScope.OPERATE, name="me")
    assert [source.try_channel("oncall"), source.try_channel("a/b")] == ["", "the server answered 503"]
    told = [(row.actor, row.subject, row.details) for row in production.ledger.audit() if row.action == "alert tested"]
    assert told == [("token:me", "oncall", {"delivered": True}), ("token:me", "a/b", {"delivered": False})]


def example_of(document: type[Document]) -> object:
    """What a server of these tests finds."""
    return document.model_json_schema()["examples"][0]


def test_a_scan_of_what_runs_is_taken_there(production: Production) -> None:
    source = production.as_whoever_may(AccessScope.GATE, AccessScope.READ)
    told = scan(outside(), runs=(ran_outside(),))
    assert source.take_scan("payments", "1.4.2", told) == TakenScan(RELEASE, (outside().fingerprint,))
    assert source.release("payments", "9") == Release("payments", "9")
    assert source.release("payments", "") == production.ledger.releases("payments")[0][0]
    with pytest.raises(NotFoundError):
        source.take_scan("nobody", "1", told)
