"""The schemas in `schemas/`, their samples, and what the ingest process takes and refuses all say the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from setpoint.errors import InputError
from setpoint.ingest import members
from setpoint.ingest.cloudevents import EventReader
from setpoint.ingest.reports import REPORT_TYPE, SCHEMA, ReportReader
from setpoint.model.event import Event
from setpoint.settings.ingest import IngestBounds

SCHEMAS = Path(__file__).parents[2] / "schemas"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
READERS: Mapping[str, EventReader | ReportReader] = {
    "ingest-event": EventReader(IngestBounds(), None, NOW),
    "agent-report": ReportReader(IngestBounds(), None, NOW),
}

Sample = Mapping[str, Any]


def _load(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


SAMPLES = [(contract, sample) for contract in READERS for sample in _load(f"{contract}.samples.json")]
NAMES = [f"{contract}: {sample['name']}" for contract, sample in SAMPLES]


def _read(contract: str, sample: Sample) -> Sequence[Event]:
    """As one document, and as one line: the same."""
    reader, body = READERS[contract], orjson.dumps(sample["document"])
    read = reader.single(body)
    assert reader.lines(b"\n" + body + b"\r\n") == read
    return read


@pytest.mark.parametrize("contract", READERS)
def test_a_schema_is_one(contract: str) -> None:
    jsonschema.Draft202012Validator.check_schema(_load(f"{contract}.schema.json"))


def test_the_newest_schema_of_a_report_is_the_one_described() -> None:
    assert _load("agent-report.schema.json")["properties"]["schema"] == {
        "const": SCHEMA,
        "description": "The version of this schema.",
    }


def test_the_program_takes_as_much_of_each_as_the_schema_lets_a_report_hold() -> None:
    schema = _load("agent-report.schema.json")
    report, defined = schema["properties"], schema["$defs"]
    finding, route = (report[name]["items"]["properties"] for name in ("findings", "routes"))
    assert [
        *(report[name]["maxItems"] for name in ("findings", "routes", "mishaps", "looks")),
        report["functions"]["properties"]["application"]["maxItems"],
        *(finding[name]["maxItems"] for name in ("frames", "origins", "probes")),
        *(route["latency"]["properties"][name]["maxItems"] for name in ("bounds", "counts")),
        defined["counts"]["maxProperties"],
        defined["name"]["maxLength"],
    ] == [
        members.MOST_FINDINGS,
        members.MOST_ROUTES,
        members.MOST_MISHAPS,
        members.MOST_LOOKS,
        members.MOST_FUNCTIONS,
        members.MOST_FRAMES,
        members.MOST_ORIGINS,
        members.MOST_PROBES,
        members.MOST_BOUNDS,
        members.MOST_BOUNDS + 1,
        members.MOST_COUNTS,
        members.LONGEST_NAME,
    ]


@pytest.mark.parametrize(("contract", "sample"), SAMPLES, ids=NAMES)
def test_the_schema_says_what_the_sample_says(contract: str, sample: Sample) -> None:
    validator = jsonschema.Draft202012Validator(_load(f"{contract}.schema.json"))
    errors = [each.message for each in validator.iter_errors(sample["document"])]
    assert bool(errors) == ("reason" in sample), errors


@pytest.mark.parametrize(("contract", "sample"), SAMPLES, ids=NAMES)
def test_the_program_does_what_the_sample_says(contract: str, sample: Sample) -> None:
    if "reason" not in sample:
        (event,) = _read(contract, sample)
        document = json.loads(event.line)
        assert (document["data"] if contract == "agent-report" else document) == sample["document"]
        return
    with pytest.raises(InputError) as refused:
        _read(contract, sample)
    assert refused.value.what == sample["reason"]


def test_a_report_becomes_an_event_that_is_one() -> None:
    validator = jsonschema.Draft202012Validator(_load("ingest-event.schema.json"))
    for contract, sample in SAMPLES:
        if contract == "agent-report" and "reason" not in sample:
            (event,) = _read(contract, sample)
            document = json.loads(event.line)
            assert (document["source"].startswith("agent:"), document["type"]) == (True, REPORT_TYPE)
            assert validator.is_valid({**document, "source": "another", "type": "another"})
