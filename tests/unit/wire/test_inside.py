"""What agents report, over the wire and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.inside import (
    Agent,
    AgentSwitch,
    Derivation,
    FileReach,
    InsideSummary,
    Place,
    RouteUse,
    Wanted,
)
from setpoint.model.report import Coverage, Frame, Origin, Part, Sighting
from setpoint.wire.agent import AgentDocument, DerivationDocument, SwitchDocument
from setpoint.wire.inside import FileDocument, FlowDocument, FunctionDocument, RouteDocument, RuntimeDocument

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.integers(0, 2**53)
floats = st.floats(0, 1e9)
moments = st.integers(0, 10**15).map(lambda each: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=each))
counts = st.dictionaries(texts, numbers, max_size=3)
frames = st.builds(Frame, texts, numbers, texts)
sightings = st.builds(
    Sighting,
    texts,
    numbers,
    texts,
    st.lists(frames, min_size=1, max_size=3).map(tuple),
    st.lists(st.builds(Origin, texts, texts, texts, texts), max_size=2).map(tuple),
    texts,
    texts,
    texts,
    st.floats(0, 1),
)
agents = st.builds(
    Agent,
    texts,
    texts,
    texts,
    numbers,
    texts,
    texts,
    texts,
    texts,
    st.sampled_from(Coverage),
    st.none() | moments,
    moments,
    moments,
    floats,
    counts,
    counts,
    st.booleans(),
    st.sampled_from(Wanted),
)
PAIRS: list[tuple[Any, Any]] = [
    (AgentDocument, agents),
    (DerivationDocument, st.builds(Derivation, numbers, st.none() | numbers, texts)),
    (
        SwitchDocument,
        st.builds(AgentSwitch, texts, texts, st.sampled_from(Wanted), texts, texts, moments),
    ),
    (
        RuntimeDocument,
        st.builds(
            InsideSummary,
            texts,
            numbers,
            st.sampled_from(Coverage),
            numbers,
            numbers,
            numbers,
            st.lists(texts, max_size=2).map(tuple),
        ),
    ),
    (RouteDocument, st.builds(RouteUse, texts, texts, texts, numbers, counts, counts, floats, counts, moments)),
    (FileDocument, st.builds(FileReach, st.sampled_from(Part), texts, numbers)),
    (FunctionDocument, st.tuples(st.sampled_from(Part), frames)),
    (
        FlowDocument,
        st.builds(
            Place,
            texts,
            texts,
            sightings,
            numbers,
            numbers,
            moments,
            moments,
            st.lists(texts, max_size=2).map(tuple),
            st.dictionaries(texts, moments, max_size=2),
        ),
    ),
]


@pytest.mark.parametrize(("kind", "values"), PAIRS, ids=[kind.__name__ for kind, _ in PAIRS])
@given(st.data())
def test_a_document_says_all_of_its_value(kind: Any, values: Any, data: st.DataObject) -> None:
    value = data.draw(values)
    assert kind.model_validate_json(kind.of(value).model_dump_json()).model() == value


def test_a_histogram_tells_the_bound_within_which_calls_were_answered() -> None:
    route = RouteUse("/", "GET", "", 100, {"2xx": 97, "5xx": 2, "error": 1}, {}, 0.0, {"outbound": 3}, NOW)
    assert (route.error_share, route.writes, route.within(0.5)) == (0.03, False, None)
    measured = RouteUse("/", "GET", "", 100, {}, {"0.005": 50, "0.1": 40, "inf": 10}, 0.0, {"rows-written": 1}, NOW)
    assert [measured.within(share) for share in (0.5, 0.9, 0.95)] == [0.005, 0.1, None]
    assert measured.writes
