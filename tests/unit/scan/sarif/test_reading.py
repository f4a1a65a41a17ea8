from __future__ import annotations

import contextlib
import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.model.scan import ScanKind, ScanStatus
from setpoint.scan.sarif.reading import SarifLimits, read_sarif

ROOT = Path("/srv/shop")
RUN = {"tool": {"driver": {"name": "x"}}, "results": []}
LOG = {"version": "2.1.0", "runs": [RUN]}
WHOLE = orjson.dumps(
    {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Semgrep OSS",
                        "semanticVersion": "1.2.3",
                        "rules": [
                            {
                                "id": "sql",
                                "shortDescription": {"text": "SQL"},
                                "defaultConfiguration": {"level": "error"},
                                "properties": {
                                    "tags": ["CWE-89: SQL Injection", "HIGH CONFIDENCE"],
                                    "precision": "low",
                                },
                                "relationships": [{"target": {"id": "564", "toolComponent": {"name": "CWE"}}}],
                            }
                        ],
                    },
                    "extensions": [
                        {"name": "more", "rules": [{"id": "xss", "properties": {"security-severity": "6.1"}}]}
                    ],
                },
                "originalUriBaseIds": {"%SRCROOT%": {"uri": "file:///srv/shop/"}},
                "taxonomies": [{"name": "CWE", "taxa": [{"id": "79"}]}],
                "artifacts": [{"location": {"uri": "a.py", "uriBaseId": "%SRCROOT%"}}],
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": []}],
                "results": [
                    {
                        "ruleId": "sql",
                        "ruleIndex": 0,
                        "message": {"text": "built from text"},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "shop/orders.py", "uriBaseId": "%SRCROOT%"},
                                    "region": {"startLine": 3, "endLine": 5, "snippet": {"text": "x"}},
                                }
                            }
                        ],
                        "fingerprints": {"matchBasedId/v1": "requires login"},
                        "partialFingerprints": {"primaryLocationLineHash": "ab:1"},
                    },
                    {
                        "rule": {"index": 0, "toolComponent": {"index": 0}},
                        "taxa": [{"index": 0, "toolComponent": {"index": 0}}],
                        "message": {"id": "m", "arguments": ["one"]},
                        "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}],
                        "suppressions": [{"kind": "inSource"}],
                    },
                ],
            }
        ],
    }
)


def _refused(data: bytes, **limits: int) -> str:
    with pytest.raises(InputError) as refusal:
        read_sarif(data, root=ROOT, name="a.sarif", limits=SarifLimits(**limits) if limits else None)
    assert "\n" not in refusal.value.diagnostics()
    return refusal.value.diagnostics()


def test_a_whole_run() -> None:
    (run,) = read_sarif(WHOLE, root=ROOT)
    assert (run.scanner, run.version, run.kind, run.status) == ("semgrep", "1.2.3", ScanKind.SAST, ScanStatus.COMPLETE)
    first, second = run.results
    assert (first.rule, first.cwes, first.severity, first.confidence) == ("sql", (89, 564), "high", 0.9)
    assert (first.place.file, first.place.line, first.place.end_line) == ("shop/orders.py", 3, 5)
    assert (first.message, first.told_fingerprint) == ("built from text", "primaryLocationLineHash:ab:1")
    assert (second.rule, second.cwes, second.severity, second.score) == ("xss", (79,), "medium", 6.1)
    assert (second.place.file, second.is_suppressed) == ("a.py", True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["a.sarif: the file is empty"]),
        (b'{"version": "2.1.0",\n "runs": [', ["a.sarif:2:", "this is not JSON", "cut short"]),
        (b'{"version": "2.1.0",\n "runs": "\xff"}', ["a.sarif:2:11: this is not UTF-8 (byte 31)"]),
        (json.dumps(LOG).encode("utf-16"), ["UTF-16"]),
        (b"[" * 100_000, ["this is not JSON"]),
        (b"[]", ["this is JSON, and not SARIF"]),
        (b'{"a": 1}', ["this is JSON, and not SARIF"]),
        (b'{"version": "2.0.0", "runs": []}', ["SARIF version 2.0.0; 2.1.0 is read"]),
        (b'{"version": "2.2", "runs": []}', ["SARIF version 2.2; 2.1.0 is read"]),
        (b'{"runs": []}', ["without a version"]),
        (b'{"version": "2.1.0", "runs": []}', ["holds no run"]),
        (b'{"version": "2.1.0", "runs": {}}', ["runs is an object; a list was expected"]),
        (b'{"version": "2.1.0", "runs": [{"results": []}]}', ["a.sarif: runs[0]: the run does not name its tool"]),
        (
            b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{}, 3]}]}',
            ["a.sarif: runs[0].results[1]: the result is a number; an object was expected"],
        ),
        (
            b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"level": "bad"}]}]}',
            ["runs[0].results[0]: level is 'bad'", "error"],
        ),
    ],
)
def test_what_is_no_sarif_is_one_clear_error(data: bytes, words: list[str]) -> None:
    told = _refused(data)
    for each in words:
        assert each in told


def test_a_byte_order_mark_is_fine() -> None:
    (run,) = read_sarif(b"\xef\xbb\xbf" + orjson.dumps(LOG), root=ROOT)
    assert run.status is ScanStatus.COMPLETE


def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "huge.sarif"
    file.touch()
    os.truncate(file, 500 * 2**20)
    with pytest.raises(InputError, match=r"has 524,288,000 bytes; at most 268,435,456 are read"):
        read_sarif(file, root=ROOT)


def test_more_results_than_allowed_are_refused_as_a_whole() -> None:
    log = {"version": "2.1.0", "runs": [{**RUN, "results": [{}, {}]}, {**RUN, "results": [{}]}]}
    assert "more than 2 results" in _refused(orjson.dumps(log), results=2)
    assert len(read_sarif(orjson.dumps(log), root=ROOT, limits=SarifLimits(results=3))) == 2


def _noted(note: dict[str, Any]) -> dict[str, Any]:
    return {"invocations": [{"executionSuccessful": True, "toolExecutionNotifications": [note]}]}


@pytest.mark.parametrize(
    ("more", "status", "reason"),
    [
        ({}, ScanStatus.COMPLETE, ""),
        ({"invocations": [{"executionSuccessful": True}]}, ScanStatus.COMPLETE, ""),
        ({"invocations": [{"executionSuccessful": False}]}, ScanStatus.FAILED, "the tool says that it failed"),
        (
            {"invocations": [{"executionSuccessful": False}], "results": [{}]},
            ScanStatus.PARTIAL,
            "the tool says that it failed",
        ),
        (
            {
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": "cannot\nparse a.py"}},
                            {"level": "warning", "message": {"text": "slow"}},
                        ],
                    }
                ]
            },
            ScanStatus.PARTIAL,
            "cannot parse a.py",
        ),
        *(
            ({"invocations": [each]}, ScanStatus.FAILED, "the tool says that it failed")
            for each in (
                {"executionSuccessful": "false"},
                {"executionSuccessful": None},
                {"executionSuccessful": 0},
                {"executionSuccessful": True, "exitSignalName": "SIGSEGV"},
                {"executionSuccessful": True, "exitSignalNumber": 11},
                {"processStartFailureMessage": "no such program"},
            )
        ),
        (
            _noted({"message": {"text": "it crashed"}, "exception": {"kind": "KeyError"}}),
            ScanStatus.PARTIAL,
            "it crashed",
        ),
        (_noted({"level": "error"}), ScanStatus.PARTIAL, "the tool says that something went wrong"),
        (
            {
                "tool": {"driver": {"name": "Semgrep OSS"}},
                **_noted({"message": {"text": "Syntax error at a.js:1:\n`f(`"}}),
            },
            ScanStatus.PARTIAL,
            "Syntax error at a.js:1",
        ),
        ({"results": None}, ScanStatus.FAILED, "the run tells no results, not even that there are none"),
    ],
)
def test_what_a_run_says_went_wrong_is_its_status(more: Any, status: ScanStatus, reason: str) -> None:
    (run,) = read_sarif(orjson.dumps({"version": "2.1.0", "runs": [{**RUN, **more}]}), root=ROOT)
    assert (run.status, run.reason) == (status, reason)
    assert run.must_run


def test_a_notification_of_no_known_level_is_one_error() -> None:
    log = {"version": "2.1.0", "runs": [{**RUN, **_noted({"level": "fatal"})}]}
    assert "level of a notification is 'fatal'" in _refused(orjson.dumps(log))


def test_results_outside_of_their_run_are_not_passed_over() -> None:
    log = {**LOG, "inlineExternalProperties": [{"runGuid": "1", "results": [{}]}]}
    assert "outside of its runs" in _refused(orjson.dumps(log))
    assert read_sarif(orjson.dumps({**LOG, "inlineExternalProperties": [{"rules": []}]}), root=ROOT)


def test_results_outside_of_the_folder_are_kept_and_told_apart() -> None:
    outside = {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///usr/lib/x.py"}}}]}
    (run,) = read_sarif(orjson.dumps({"version": "2.1.0", "runs": [{**RUN, "results": [outside, {}]}]}), root=ROOT)
    assert [each.place.is_outside for each in run.results] == [True, False]
    assert run.reason == "1 result outside of the folder that was scanned"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_file_is_a_result_or_one_error(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(InputError):
        read_sarif(bytes(damaged), root=ROOT)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(inner for key, child in children for inner in _paths(child, (*path, key)))]


PATHS = [path for path in _paths(orjson.loads(WHOLE)) if path]
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        2**40,
        1.5,
        "",
        "\0",
        "%00",
        "x" * 5000,
        [],
        [[]],
        [None],
        {},
        {"id": 3},
        "file://",
        "C:\\a",
        "../..",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=1, max_size=3))
def test_a_value_of_another_kind_is_a_result_or_one_error(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    log = orjson.loads(WHOLE)
    for path, odd in changes:
        parent = log
        try:
            for key in path[:-1]:
                parent = parent[key]
            if isinstance(parent, dict) == isinstance(path[-1], str):
                parent[path[-1]] = deepcopy(odd)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
    with contextlib.suppress(InputError):
        read_sarif(orjson.dumps(log), root=ROOT)
