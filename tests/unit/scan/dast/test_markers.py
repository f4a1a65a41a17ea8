from __future__ import annotations

import hmac
import json
import time
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.dast import Sent
from setpoint.scan.dast.markers import AgentEvidence, ReportFile, fleet_key

KEY = b"\x01" * 32
SENT = Sent("GET", "http://a.example/")


def test_a_marker_is_signed_as_agents_expect_it() -> None:
    """`setpoint_agent.sources.opening` checks the same form: the two share no code."""
    request, marker = AgentEvidence(lambda: (), KEY).marked(SENT)
    signed, _, mac = dict(request.headers)["x-setpoint-probe"].rpartition(".")
    version, identity, expiry = signed.split(".")
    assert (version, identity) == ("v1", marker)
    assert int(expiry) > time.time()
    assert mac == hmac.new(KEY, signed.encode(), "sha256").hexdigest()


def test_evidence_is_joined_with_its_request(tmp_path: Path) -> None:
    file = tmp_path / "report.jsonl"
    file.write_text(json.dumps({"probe": "of an earlier scan", "type": "sql-injection"}) + "\n")
    evidence = AgentEvidence(ReportFile(file), KEY, patience=5)
    _, first = evidence.marked(SENT)
    _, second = evidence.marked(SENT)
    with file.open("a") as stream:
        for line in ('{"probe": "foreign", "type": "x"}', "no json", json.dumps({"probe": second, "type": "y"})):
            stream.write(f"{line}\n")
        stream.write(json.dumps({"probe": first, "type": "of a line that is not whole"}))
    assert [each["type"] for each in evidence.of(second)] == ["y"]


def test_the_wait_is_bounded_and_one_for_all_requests_before_it() -> None:
    evidence = AgentEvidence(lambda: (), KEY, patience=0.3)
    markers = [evidence.marked(SENT)[1] for _ in range(20)]
    started = time.monotonic()
    assert not any(evidence.of(each) for each in markers)
    assert time.monotonic() - started < 2


def test_a_report_file_that_was_begun_anew_is_read_from_its_start(tmp_path: Path) -> None:
    file = tmp_path / "report.jsonl"
    file.write_text("{}\n" * 100)
    news = ReportFile(file)
    file.write_text('{"probe": "a"}\n')
    assert [probe for probe, _ in news()] == ["a"]
    assert not list(news())


@pytest.mark.parametrize("text", ["", "no hexadecimal", "abc"])
def test_a_key_that_is_none_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(InputError) as raised:
        fleet_key(text, "SETPOINT_FLEET_KEY")
    assert not text or text not in str(raised.value)
