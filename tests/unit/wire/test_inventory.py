"""Bills, instances, what is affected and what drifted, over the wire and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from setpoint.compare.component.running import ComponentComparison, ComponentDrift, ComponentDriftKind, ReleaseDrift
from setpoint.loop.affected import AffectedAnswer
from setpoint.loop.stock import TakenBill
from setpoint.model.component import Component, PackageName, Problem, ProblemKind, Sbom
from setpoint.model.inventory import AffectedService, Flaw, Hit, Instance, Reached
from setpoint.model.policy import Severity
from setpoint.model.service import Exposure, Tier
from setpoint.server.api.paging import encode
from setpoint.wire.affected import AffectedDocument, AffectedRequest
from setpoint.wire.component_drift import ServiceDriftDocument
from setpoint.wire.document import HIGHEST_NUMBER, LONGEST_NAME
from setpoint.wire.instance import InstanceDocument, InstanceReport, InstancesRequest
from setpoint.wire.sbom import SbomDocument, SbomRequest, TakenSbomDocument

texts = st.text(st.characters(codec="utf-8"), max_size=8)
some_texts = st.lists(texts, max_size=3).map(tuple)
numbers = st.integers(0, 2**53)
moments = st.integers(0, 10**15).map(lambda each: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=each))
packages = st.builds(PackageName, texts, texts)
hashes = st.sets(st.tuples(st.sampled_from(("sha-1", "sha-256", "md5")), texts), max_size=4).map(
    lambda found: tuple(sorted(found))
)
components = st.builds(Component, packages, texts, texts, some_texts, hashes)
problems = st.builds(Problem, st.sampled_from(ProblemKind), texts, texts)
some_problems = st.lists(problems, max_size=2).map(tuple)
sboms = st.builds(
    Sbom,
    st.lists(components, max_size=3).map(tuple),
    st.dictionaries(texts, some_texts, max_size=2).map(lambda found: tuple(found.items())),
    texts,
    texts,
    texts,
    some_problems,
)
taken_bills = st.builds(
    TakenBill, texts, texts, texts, texts, st.dictionaries(texts, numbers, max_size=3), some_problems, st.booleans()
)
maybe_moments = st.none() | moments
instances = st.builds(Instance, texts, texts, texts, texts, texts, texts, texts, maybe_moments, maybe_moments)
flaws = st.builds(Flaw, texts, some_texts, some_texts, texts, st.sampled_from(Severity))
tiers, exposures = st.sampled_from(Tier), st.sampled_from(Exposure)
hits = st.builds(
    Hit,
    instances,
    packages,
    texts,
    texts,
    texts,
    st.booleans(),
    some_texts,
    st.sampled_from(Reached),
    texts,
    tiers,
    exposures,
    texts,
    texts,
    some_texts,
)
answers = st.builds(
    AffectedAnswer,
    texts,
    st.lists(flaws, max_size=2).map(tuple),
    st.lists(st.builds(AffectedService, texts, numbers, numbers, tiers, exposures, texts), max_size=2).map(tuple),
    numbers,
    numbers,
    numbers,
    st.lists(hits, max_size=2).map(tuple),
    is_cut=st.just(value=False),
    after=st.none(),
)
drifts = st.builds(ComponentDrift, st.sampled_from(ComponentDriftKind), texts, texts, texts, texts, numbers)
comparisons = st.builds(
    ComponentComparison,
    st.lists(drifts, max_size=2).map(tuple),
    numbers,
    st.dictionaries(texts, numbers, max_size=2).map(lambda found: tuple(found.items())),
    st.booleans(),
    st.booleans(),
)
releases = st.lists(st.builds(ReleaseDrift, texts, comparisons), max_size=2)


@given(sboms)
def test_a_bill_comes_back_as_it_was(sbom: Sbom) -> None:
    document = SbomDocument.of(sbom)
    assert SbomDocument.model_validate_json(document.model_dump_json()).model() == sbom


@given(taken_bills)
def test_what_was_understood_comes_back(taken: TakenBill) -> None:
    document = TakenSbomDocument.of(taken)
    assert TakenSbomDocument.model_validate_json(document.model_dump_json()).model() == taken


@given(instances)
def test_an_instance_comes_back(instance: Instance) -> None:
    document = InstanceDocument.of(instance)
    assert InstanceDocument.model_validate_json(document.model_dump_json()).model() == instance


@given(answers)
def test_an_answer_comes_back(answer: AffectedAnswer) -> None:
    document = AffectedDocument.of(answer, "")
    assert AffectedDocument.model_validate_json(document.model_dump_json()).model() == answer


@given(releases)
def test_what_drifted_comes_back(found: list[ReleaseDrift]) -> None:
    document = ServiceDriftDocument.of(found)
    assert ServiceDriftDocument.model_validate_json(document.model_dump_json()).model() == found


def test_a_page_that_another_follows_is_cut() -> None:
    answer = AffectedAnswer("x", (), (), 2, 0, 0, (), is_cut=True, after=("payments", 1, "web-1"))
    assert AffectedDocument.of(answer, "next").model().is_cut


def test_a_report_says_only_what_callers_may_say() -> None:
    told = Instance("payments", "web-1", "1.4.2", "production", f"sha256:{'a' * 64}", sbom="digest", source="agent")
    assert InstanceReport.of(told).model() == Instance("payments", "web-1", "1.4.2", "production", f"sha256:{'a' * 64}")


@pytest.mark.parametrize("image", ["latest", "sha256:abc", f"sha256:{'A' * 64}", f"sha512:{'a' * 64}"])
def test_an_image_is_named_by_its_digest(image: str) -> None:
    with pytest.raises(ValidationError):
        InstanceReport(service="payments", id="web-1", image=image)
    with pytest.raises(ValidationError):
        SbomRequest(image=image, document={})


@pytest.mark.parametrize("letter", ["a", "\N{HIRAGANA LETTER A}"])
def test_the_next_page_begins_behind_the_longest_names(letter: str) -> None:
    name = letter * LONGEST_NAME
    after = encode([name, HIGHEST_NUMBER, name])
    assert AffectedRequest(what="GHSA-1", after=after).after == after


def test_what_is_asked_at_once_is_bounded() -> None:
    with pytest.raises(ValidationError):
        AffectedRequest(advisories=tuple({} for _ in range(101)))
    one = InstanceReport(service="payments", id="web-1")
    for many in ((), (one,) * 1_001):
        with pytest.raises(ValidationError):
            InstancesRequest(instances=many)
