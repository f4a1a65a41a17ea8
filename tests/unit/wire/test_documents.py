"""Every document says all of its value: turned back, also after having been JSON, that is as it was."""

from __future__ import annotations

import inspect
import pkgutil
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import setpoint.wire
from setpoint.decide.replay import Change as ReplayChange
from setpoint.decide.replay import Standing
from setpoint.decide.replayed import ReplayQuestion, ReplayReport, Window
from setpoint.loop.admission import WhatIf
from setpoint.loop.risk import ServiceRisk
from setpoint.model.attribution import Inquiry, RecordedChange, Untold
from setpoint.model.canonical import Unknown
from setpoint.model.decision import Decision, Factor, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind, Explanation, Fold, Folded, Gap, GapKind, Unremarkable
from setpoint.model.examination import Examination, Workload
from setpoint.model.finding import Finding, FindingRecord, FindingSource
from setpoint.model.health import Duty, Health, ProcessState, ProcessStatus, Status
from setpoint.model.order import Order, OrderKind
from setpoint.model.policy import Effect, Example, Policy, PolicyFile, Revision, Severity, Stage, Subject
from setpoint.model.remediation import Change, Mode, Plan, Remediation, RemediationState
from setpoint.model.service import (
    Exposure,
    Recovery,
    Release,
    Service,
    Share,
    Signal,
    SignalKind,
    Threshold,
    Tier,
)
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import Answer, AuditRow, BeatRow, Delivery, Receipt, ResourceRow
from setpoint.wire.audit import AuditRowDocument
from setpoint.wire.beat import BeatDocument, CoverageDocument
from setpoint.wire.decision import DatedDecisionDocument, DecisionDocument
from setpoint.wire.delivery import ChannelCounts, ChannelTestDocument, DeliveryDocument
from setpoint.wire.document import Document, meant, spelt
from setpoint.wire.drift import ComparisonDocument, ExplanationDocument, FoldedDocument
from setpoint.wire.examination import DoctorDocument, ExaminationDocument
from setpoint.wire.finding import FindingDocument
from setpoint.wire.gate import GateAnswer, GateRequest, WhatIfDocument
from setpoint.wire.order import OrderDocument
from setpoint.wire.page import Page
from setpoint.wire.policy import PolicyDocument, PolicyInForceDocument
from setpoint.wire.remediation import RemediationDocument, RemediationHistoryDocument
from setpoint.wire.replay import ReplayDocument, ReplayRequest
from setpoint.wire.resource import ResourceDocument
from setpoint.wire.service import ReleaseDocument, RiskDocument, ServiceDocument, SignalDocument
from setpoint.wire.signal import QueryAnswer, ReceiptDocument
from setpoint.wire.status import StatusDocument
from setpoint.wire.waiver import WaiverDocument, WaiverRequest

texts = st.text(st.characters(codec="utf-8"), max_size=12)
names = texts.filter(lambda text: any(sign.isprintable() and not sign.isspace() for sign in text))
numbers = st.integers(0, 2**53)
floats = st.floats(allow_nan=False, allow_infinity=False)
moments = st.integers(1, 7 * 10**15).map(lambda each: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=each))
urns = texts.map(Urn)
leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | floats | texts | texts.map(Unknown)
# Among them what could be taken for something else.
keys = texts | st.sampled_from(["unknown", "literal"])
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)
details = st.dictionaries(keys, values, max_size=3)


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def one(enum: type[StrEnum]) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(enum))


factors = st.builds(Factor, texts, floats, texts)
reasons = st.builds(Reason, texts, one(Outcome), one(Severity), texts, details)
decisions = st.builds(
    Decision,
    urns,
    texts,
    one(Stage),
    one(Verdict),
    one(Effect),
    texts,
    several(reasons),
    maybe(floats),
    several(factors),
    maybe(floats),
    several(factors),
    several(texts),
)
findings = st.builds(
    Finding, urns, texts, one(FindingSource), texts, texts, one(Severity), texts, details, several(texts)
)
records = st.builds(FindingRecord, findings, moments, moments, moments, maybe(moments), numbers)
services = st.builds(Service, texts, one(Tier), one(Exposure), texts, texts)
signals = st.builds(Signal, texts, one(SignalKind), floats, moments, texts)
plans = st.builds(
    lambda changes, digest, permissions: (changes, digest, permissions),
    several(st.builds(Change, texts, values, values)),
    texts,
    several(texts),
)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    urn = draw(urns)
    return Comparison(
        urn,
        draw(several(st.builds(Drift, st.just(urn), one(DriftKind), texts, values, values, texts))),
        draw(several(st.builds(Gap, st.just(urn), texts, one(GapKind), texts))),
        draw(several(st.builds(Fold, texts, values, texts, values))),
        draw(st.dictionaries(texts, numbers, max_size=2)),
        draw(texts),
    )


changes = st.builds(RecordedChange, *[texts] * 5, moments, texts)
inquiries = st.builds(
    Inquiry,
    several(texts),
    moments,
    moments,
    changes | st.builds(Untold, texts, may_be_told=st.booleans()),
    numbers,
    maybe(moments),
)


@st.composite
def remediations(draw: st.DrawFn) -> Remediation:
    urn, plan = draw(urns), draw(maybe(plans))
    return Remediation(
        draw(numbers),
        urn,
        draw(texts),
        draw(one(RemediationState)),
        Plan(urn, *plan) if plan else None,
        draw(several(texts)),
        draw(texts),
        draw(moments),
        draw(moments),
        draw(numbers),
        draw(maybe(inquiries)),
    )


areas = st.builds(Area, *[texts.filter(lambda text: ":" not in text)] * 3, texts)
coverages = st.builds(AreaCoverage, areas, one(Extent), several(texts))
revisions = st.builds(Revision, texts, texts, texts)
policies = st.builds(
    Policy,
    *[texts] * 4,
    one(Severity),
    one(Subject),
    several(texts),
    several(texts),
    texts,
    st.dictionaries(one(Stage), one(Effect)),
    several(texts),
    several(st.builds(Example, texts, texts, details, st.booleans(), texts)),
    texts,
    texts,
    st.dictionaries(texts, texts, max_size=2),
    maybe(revisions),
    st.dictionaries(one(Stage), revisions, max_size=2),
)
waivers = st.builds(Waiver, *[texts] * 7, moments, moments, texts)
risks = st.builds(
    ServiceRisk,
    services,
    st.builds(Threshold, texts, floats, floats, floats, several(factors), moments),
    st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
    several(st.builds(Share, signals, floats)),
    several(st.builds(Recovery, texts, floats, maybe(moments))),
    several(st.tuples(moments, decisions)),
    several(texts),
)
processes = st.builds(
    ProcessStatus,
    one(Duty),
    one(ProcessState),
    moments,
    maybe(numbers),
    numbers,
    texts,
    st.builds(Health, details, several(texts)),
)


workloads = st.builds(Workload, texts, texts, texts, numbers, numbers, numbers, floats)
examinations = st.builds(
    Examination,
    texts,
    texts,
    several(texts),
    st.sampled_from(Mode),
    numbers,
    numbers,
    several(coverages),
    several(coverages),
    st.dictionaries(texts, several(texts), max_size=2),
    several(workloads),
    floats,
    floats,
)
standings = st.builds(
    Standing,
    st.sampled_from(Outcome),
    st.sampled_from(Severity),
    st.sampled_from(Verdict),
    st.sampled_from(Effect),
    several(texts),
    st.just(frozenset()),
)
replays = st.builds(
    ReplayReport,
    st.builds(Window, moments, maybe(moments), several(texts)),
    texts,
    numbers,
    numbers,
    numbers,
    st.lists(
        st.builds(
            ReplayChange,
            moments,
            urns,
            texts,
            st.sampled_from(Stage),
            texts,
            texts,
            several(standings),
            several(standings),
            texts,
        ),
        max_size=2,
    ),
    st.lists(texts, max_size=2),
    st.sets(texts, max_size=2),
)
questions = st.builds(
    ReplayQuestion,
    maybe(moments),
    maybe(moments),
    maybe(names),
    names,
    st.booleans(),
    several(st.builds(PolicyFile, texts.filter(bool), texts.map(str.encode))),
)

CASES: dict[Any, st.SearchStrategy[Any]] = {
    AuditRowDocument: st.builds(AuditRow, numbers, texts, moments, texts, texts, texts, details, texts, texts),
    BeatDocument: st.builds(BeatRow, numbers, moments, moments, *[numbers] * 5, several(coverages)),
    ComparisonDocument: comparisons(),
    CoverageDocument: coverages,
    ExplanationDocument: st.lists(
        st.builds(Explanation, texts, one(DriftKind) | one(GapKind) | one(Unremarkable), values, values, texts),
        max_size=2,
    ),
    ExaminationDocument: examinations,
    FoldedDocument: st.builds(Folded, numbers, st.dictionaries(texts, numbers, max_size=2)),
    DatedDecisionDocument: st.tuples(moments, decisions),
    DecisionDocument: decisions,
    DeliveryDocument: st.builds(
        Delivery, numbers, texts, several(details), numbers, moments, numbers, maybe(moments), texts
    ),
    FindingDocument: records,
    OrderDocument: st.builds(
        Order, numbers, one(OrderKind), maybe(numbers), texts, texts, moments, maybe(moments), texts
    ),
    PolicyDocument: policies,
    PolicyInForceDocument: st.tuples(policies, services),
    QueryAnswer: st.builds(Answer, several(texts), several(texts), several(several(values)), st.booleans()),
    ReceiptDocument: st.builds(Receipt, numbers, numbers, numbers),
    ReleaseDocument: st.tuples(st.builds(Release, texts, texts), moments),
    RemediationDocument: remediations(),
    RemediationHistoryDocument: st.tuples(remediations(), several(st.tuples(moments, one(RemediationState), texts))),
    ReplayDocument: replays,
    ReplayRequest: questions,
    ResourceDocument: st.builds(ResourceRow, urns, texts, differs=st.booleans(), updated_at=moments),
    RiskDocument: risks,
    ServiceDocument: services,
    SignalDocument: signals,
    StatusDocument: st.builds(Status, texts, texts, numbers, moments, moments, several(processes)),
    WaiverDocument: waivers,
    WhatIfDocument: st.builds(
        WhatIf,
        several(names),
        st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds)),
        maybe(one(Exposure)),
        maybe(one(Tier)),
        texts,
    ),
}


@pytest.mark.parametrize("document", CASES, ids=lambda document: document.__name__)
@given(data=st.data())
def test_comes_back_as_it_was(document: Any, data: st.DataObject) -> None:
    value = data.draw(CASES[document])
    made = document.of(value)
    assert made.model() == value
    assert document.model_validate_json(made.model_dump_json()).model() == value


@given(values)
def test_a_value_is_told_from_what_stands_for_another(value: Any) -> None:
    assert meant(spelt(value)) == value


def test_what_is_not_known_is_spelt_as_commands_print_it() -> None:
    assert spelt({"a": [Unknown("why")]}) == {"a": [{"unknown": "why"}]}
    assert meant(spelt({"unknown": "why"})) == {"unknown": "why"}


@given(
    st.builds(Release, names, names),
    st.sampled_from([Stage.BUILD, Stage.DEPLOY, Stage.ADMIT]),
    maybe(CASES[WhatIfDocument]),
)
def test_a_question_to_the_gate_comes_back(release: Release, stage: Stage, what_if: WhatIf | None) -> None:
    asked = GateRequest.of(release, stage, what_if)
    assert GateRequest.model_validate_json(asked.model_dump_json()).model() == (release, stage, what_if)


@given(decisions, maybe(decisions))
def test_an_answer_of_the_gate_comes_back(decision: Decision, as_it_is: Decision | None) -> None:
    assert GateAnswer.of(decision, as_it_is).model() == (decision, as_it_is)


def test_an_examiner_is_told_as_whoever_asked_met_it() -> None:
    document = DoctorDocument.model_validate(DoctorDocument.model_json_schema()["examples"][0])
    found, examiner = document.model("https://x", document.answered_at - timedelta(seconds=3))
    assert ExaminationDocument.of(found) == document.examination
    assert (examiner.url, examiner.ahead, examiner.caller) == ("https://x", 3.0, document.caller.name)


@pytest.mark.parametrize(("reason", "delivered"), [("", True), ("the server answered 503", False)])
def test_what_came_of_a_test_message_comes_back(reason: str, delivered: bool) -> None:
    document = ChannelTestDocument.of("oncall", reason)
    assert (document.delivered, document.model()) == (delivered, reason)


def test_counts_of_a_channel_come_back() -> None:
    name, counts = ChannelCounts(channel="oncall", waiting=1, delivered=2, given_up=0).model()
    assert ChannelCounts.of(name, counts).model() == (name, counts)


def test_a_waiver_is_asked_for_as_it_is_entered() -> None:
    now, until = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    waiver = Waiver("", "*", "drift/*", "*", "known", "me", "", now, until, "token:me")
    assert WaiverRequest.of(waiver).model("token:me", now) == waiver


@pytest.mark.parametrize(
    "at", [1748692800, "2026-05-31", "2026-05-31T12:00:00", "31.5.2026", True, "0001-01-01T00:00:00+23:59"]
)
def test_takes_only_whole_times(at: object) -> None:
    request = {"urn": "*", "reason": "known", "owner": "me", "expires_at": at}
    with pytest.raises(ValidationError):
        WaiverRequest.model_validate(request)


def all_documents() -> list[type[Document]]:
    modules = (import_module(f"setpoint.wire.{each.name}") for each in pkgutil.iter_modules(setpoint.wire.__path__))
    found = {
        each
        for module in modules
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, Document) and each not in (Document, Page)
    }
    return sorted(found, key=lambda each: each.__name__)


@pytest.mark.parametrize("document", all_documents(), ids=lambda each: each.__name__)
def test_shows_an_example_that_is_one(document: type[Document]) -> None:
    shown = document.model_json_schema()["examples"][0]
    assert document.model_validate(shown).model_dump(mode="json", by_alias=True).keys() >= shown.keys()


@pytest.mark.parametrize("document", all_documents(), ids=lambda each: each.__name__)
def test_refuses_what_it_does_not_know(document: type[Document]) -> None:
    shown = document.model_json_schema()["examples"][0]
    with pytest.raises(ValidationError):
        document.model_validate(shown | {"surprise": 1})
