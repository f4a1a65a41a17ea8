from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.recordings import Recording, read_recordings
from setpoint.model.canonical import Unknown

LINE: dict[str, Any] = {
    "case": "one",
    "resource": {
        "logicalId": "Queue",
        "resourceType": "AWS::SQS::Queue",
        "physicalId": "https://sqs/queue",
        "constructPath": "Orders/Queue",
        "declared": {"DelaySeconds": 5},
        "siblingPolicyNames": ["Default"],
    },
    "live": {"DelaySeconds": 5},
    "context": {
        "accountId": "111122223333",
        "region": "us-gov-west-1",
        "stackTags": {"team": "orders"},
        "kmsAliasTargets": {"alias/aws/sqs": "1234"},
        "clusterEchoModel": {"https://sqs/queue": {"Port": 1}, "other": {"Port": 2}},
        "siblingAssociations": [{"InstanceId": "i-1"}],
    },
}


def read(tmp_path: Path, *lines: Any) -> list[Recording]:
    path = tmp_path / "recordings.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return list(read_recordings(path))


def changed(**resource: Any) -> dict[str, Any]:
    return {**LINE, "resource": {**LINE["resource"], **resource}}


def test_a_line_is_both_states_and_what_is_known_around_them(tmp_path: Path) -> None:
    [recording] = read(tmp_path, LINE)
    assert recording.case == "one"
    assert recording.where.endswith("recordings.jsonl:1")
    assert recording.intended.urn == "aws-us-gov:111122223333:us-gov-west-1:AWS::SQS::Queue:https%3A//sqs/queue"
    assert recording.intended.properties == {"DelaySeconds": 5}
    assert recording.actual is not None
    around = recording.intended.surroundings
    assert (around.logical_id, around.physical_id) == ("Queue", "https://sqs/queue")
    assert (around.stack_tags, around.key_aliases) == ({"team": "orders"}, {"alias/aws/sqs": "1234"})
    assert around.related == ({"Port": 1},)
    assert around.attached == {"i-1"}
    assert around.sibling_policies == ("Default",)


def test_a_gzip_file_is_read_as_what_it_holds_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "recordings"
    path.write_bytes(gzip.compress(json.dumps(LINE).encode() + b"\n\n"))
    assert [recording.case for recording in read_recordings(path)] == ["one"]


@pytest.mark.parametrize(
    "left",
    [
        {"Ref": "Other"},
        {"Fn::GetAtt": ["Other", "Arn"]},
        "__recorder_unresolved__",
        "arn:aws:s3:::__some_unresolved_thing__/*",
        "{{resolve:secretsmanager:db:SecretString:password}}",
    ],
)
def test_what_is_left_of_an_expression_is_unknown(tmp_path: Path, left: Any) -> None:
    [recording] = read(tmp_path, changed(declared={"A": {"B": [left, "known"]}}))
    [unknown, known] = recording.intended.properties["A"]["B"]
    assert isinstance(unknown, Unknown)
    assert known == "known"


def test_a_resource_that_did_not_exist_has_no_actual_state(tmp_path: Path) -> None:
    assert read(tmp_path, {**LINE, "live": None})[0].actual is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "this is not JSON"),
        ("[]", "the line is not an object"),
        ({"case": "x"}, "resource.resourceType is missing"),
        ({**LINE, "case": ""}, "case is not text"),
        (changed(declared=[1]), "resource.declared is not an object"),
        ({key: value for key, value in LINE.items() if key != "live"}, "live is missing"),
        ({**LINE, "context": 1}, "context"),
        ("[" * 200 + "]" * 200, "nested more than"),
    ],
)
def test_a_bad_line_is_told_by_its_number(tmp_path: Path, line: Any, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, LINE, line)
    assert ":2: " in caught.value.diagnostics()
    assert told in caught.value.diagnostics()


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"readOnlyPaths": "x"}, "schema.readOnlyPaths is not a list of texts"),
        ({"createOnlyPaths": [5, "B", None]}, "schema.createOnlyPaths is not a list of texts"),
        ({"unorderedScalarPaths": {"A": 1}}, "schema.unorderedScalarPaths is not a list of texts"),
        ({"defaultPaths": ["A"]}, "schema.defaultPaths is not an object"),
        ({"defaults": 5}, "schema.defaults is not an object"),
    ],
)
def test_what_a_line_says_of_the_type_is_of_the_form_it_should_be(
    tmp_path: Path, schema: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, {**LINE, "schema": schema})
