from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import ValidationError
from tests.scanned import outside, ran, ran_outside, scan, weakness

from setpoint.model.admitting import BreakGlassRequest, Bringing
from setpoint.model.policy import Stage
from setpoint.model.scan import CodePlace, ScanKind, ScanResult, ScanStatus
from setpoint.model.service import Release
from setpoint.wire.document import LONGEST_TEXT
from setpoint.wire.gate import GateRequest
from setpoint.wire.scan import MOST_WEAKNESSES, ScanDocument, WeaknessDocument
from setpoint.wire.taken_scan import ScanRequest

TOLD = scan(
    weakness(1, score=9.8, is_new=True, confidence=0.5),
    weakness(2, "pages/[id].tsx", cwes=(), rule="zizmor/template-injection", kind=ScanKind.PIPELINE),
    runs=(ran(files=3, seconds=1.5), ran("zizmor", ScanStatus.TIMED_OUT, reason="after 600 s", must_run=False)),
    base="abc",
    is_dirty=True,
)


def test_a_scan_comes_back() -> None:
    assert ScanDocument.model_validate_json(ScanDocument.of(TOLD).model_dump_json()).model() == TOLD


def test_a_scan_of_what_runs_comes_back() -> None:
    told = scan(outside(examples=("GET /orders",)), runs=(ran_outside(),))
    assert ScanDocument.model_validate_json(ScanDocument.of(told).model_dump_json()).model() == told
    sent = ScanRequest.of("shop", "", told).model_dump_json()
    assert ScanRequest.model_validate_json(sent).model() == ("shop", "", told)


def test_what_comes_with_a_question_comes_back() -> None:
    bringing = Bringing(TOLD, 5.0, BreakGlassRequest("INC-1", "down"))
    sent = GateRequest.of(Release("shop", "1"), Stage.DEPLOY, None, bringing).model_dump_json()
    assert GateRequest.model_validate_json(sent).bringing() == bringing


def test_no_line_of_the_source_travels() -> None:
    secret = ScanResult("t", "r", weakness().severity, CodePlace("a.py", 1), "a key", snippet="AKIA-the-secret")
    told = scan(weakness(), runs=(ran(results=(secret,)),))
    assert "AKIA" not in ScanDocument.of(told).model_dump_json()


def test_what_a_tool_tells_at_length_is_cut() -> None:
    sent = WeaknessDocument.of(weakness(message="x" * 10_000))
    assert len(sent.message) == LONGEST_TEXT
    assert sent.message.endswith("…")


@pytest.mark.parametrize(
    "changes",
    [
        {"fingerprint": "0" * 31},
        {"fingerprint": "Z" * 32},
        {"severity": "awful"},
        {"kind": "other things"},
        {"line": -1},
        {"line": 10**9},
        {"score": 10.1},
        {"score": "NaN"},
        {"cwes": [0]},
        {"cwes": list(range(1, 60))},
        {"told_by": [""]},
        {"message": "x" * 2_001},
        {"file": "x" * 4_097},
        {"snippet": "password = 1"},
    ],
)
def test_what_is_no_weakness_is_refused(changes: dict[str, Any]) -> None:
    document = orjson.loads(WeaknessDocument.of(weakness()).model_dump_json())
    with pytest.raises(ValidationError):
        WeaknessDocument.model_validate_json(orjson.dumps(document | changes))


def test_there_is_an_end_to_how_many() -> None:
    document = orjson.loads(ScanDocument.of(scan(weakness())).model_dump_json())
    document["weaknesses"] *= MOST_WEAKNESSES + 1
    with pytest.raises(ValidationError, match="at most 20,000 are taken"):
        ScanDocument.model_validate_json(orjson.dumps(document))
