from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from setpoint.errors import InputError
from setpoint.intent.guardrails import load_guardrails
from setpoint.model.policy import Effect, Severity, Stage, Subject

SAMPLES = Path(__file__).parents[2] / "assets" / "policies"


def _write(folder: Path, text: str, name: str = "exposure/database.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _changed(folder: Path, **changes: Any) -> Path:
    """The sample guardrail with some fields said otherwise; None leaves one out."""
    given = yaml.safe_load((SAMPLES / "exposure" / "database.yaml").read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in given.items() if value is not None}
    return _write(folder, yaml.safe_dump(kept, sort_keys=False))


def _told(folder: Path) -> str:
    with pytest.raises(InputError) as raised:
        load_guardrails([folder])
    return raised.value.diagnostics()


def test_a_guardrail_is_read_whole() -> None:
    policy = next(each for each in load_guardrails([SAMPLES]) if each.subject is Subject.RESOURCE)
    file = str(SAMPLES / "exposure" / "database.yaml")
    assert (policy.id, policy.title, policy.severity) == ("exposure/database", "Database can be reached", Severity.HIGH)
    assert (policy.types, policy.reads) == (("AWS::RDS::DBInstance",), ("PubliclyAccessible",))
    assert policy.expression == "resource.PubliclyAccessible == false"
    assert policy.effects == {Stage.BUILD: Effect.WARN, Stage.DEPLOY: Effect.DENY, Stage.RUNTIME: Effect.REMEDIATE}
    assert policy.references == ("ATT&CK T1190",)
    assert [(each.name, each.type, each.given, each.speaks) for each in policy.examples] == [
        ("private", "AWS::RDS::DBInstance", {"PubliclyAccessible": False}, False),
        ("public", "AWS::RDS::DBInstance", {"PubliclyAccessible": True}, True),
    ]
    assert (policy.where, policy.expression_where) == (f"{file}:1", f"{file}:9")
    assert policy.reads_where == {"AWS::RDS::DBInstance": f"{file}:7", "PubliclyAccessible": f"{file}:8"}
    assert policy.examples[0].where == f"{file}:13"


def test_a_drift_policy_is_read_whole() -> None:
    policy = next(each for each in load_guardrails([SAMPLES]) if each.subject is Subject.DRIFT)
    assert (policy.id, policy.types, policy.reads) == ("drift/changed", ("*",), ())
    assert [(each.speaks, each.given["kind"], each.given["tags"]) for each in policy.examples] == [
        (True, "changed", {}),
        (False, "changed", {"sandbox": "yes"}),
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"serverity": "high"}, "unknown key 'serverity'; did you mean 'severity'?"),
        ({"severity": None}, "severity is missing"),
        ({"severity": "hihg"}, ":5: severity is 'hihg'; did you mean 'high'?"),
        ({"subject": "resources"}, ":6: subject is 'resources'; did you mean 'resource'?"),
        ({"types": "AWS::RDS::DBInstance"}, "types is 'AWS::RDS::DBInstance'; a list of texts was expected"),
        ({"types": []}, "a list with at least one entry was expected"),
        ({"reads": None}, "reads is missing"),
        ({"holds": True}, "holds is True; text was expected"),
        ({"applies": "true"}, "unknown key 'applies'"),
        ({"effects": {"deploi": "deny"}}, "there is no stage 'deploi'; did you mean 'deploy'?"),
        ({"effects": {"deploy": "block"}}, "effects.deploy is 'block'"),
        ({"examples": {"pass": [{"name": "a", "properties": {}}]}}, "there is no example under examples.fail"),
        ({"examples": None}, "there is no example under examples.pass"),
        ({"examples": {"passes": []}}, "unknown key 'passes' in examples; did you mean 'pass'?"),
        ({"examples": {"pass": [{"name": "a"}]}}, "examples.pass[0].properties is None; a mapping of properties"),
        (
            {"examples": {"pass": [{"name": "a", "propertys": {}}]}},
            "unknown key 'propertys' in examples.pass[0]; did you mean 'properties'?",
        ),
        (
            {"id": "exposure/db"},
            ":1: the id 'exposure/db' is not the file's place; call it exposure/database, or move the file",
        ),
    ],
)
def test_what_a_file_says_wrongly_is_told_with_its_line(changes: dict[str, Any], told: str, tmp_path: Path) -> None:
    path = _changed(tmp_path, **changes)
    answer = _told(tmp_path)
    assert answer.startswith(f"{path}:")
    assert told in answer


@pytest.mark.parametrize("text", ["", "- a list", "just text", "id: [", "a: 1\n---\nb: 2"])
def test_what_is_no_policy_is_told(text: str, tmp_path: Path) -> None:
    path = _write(tmp_path, text)
    assert _told(tmp_path).startswith(str(path))


def test_a_second_policy_of_the_same_id_names_both_places(tmp_path: Path) -> None:
    first, second = _changed(tmp_path / "ours"), _changed(tmp_path / "theirs")
    with pytest.raises(InputError) as raised:
        load_guardrails([tmp_path / "ours", tmp_path / "theirs"])
    assert raised.value.diagnostics() == (
        f"{second}:1: there are two policies exposure/database; rename this one or the other, at {first}:1"
    )


def test_a_folder_without_policies_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    assert "there is no policy in this folder" in _told(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "the folder of policies cannot be read (No such file or directory)" in _told(tmp_path / "policies")


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    _changed(tmp_path)
    _write(tmp_path, "not a policy", ".git/config.yaml")
    _write(tmp_path, "not a policy", "exposure/.database.yaml")
    assert [each.id for each in load_guardrails([tmp_path])] == ["exposure/database"]
