"""Exports of one declared template in another, before any of them is deployed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setpoint.intent.cloudformation.exports import DeclaredExports
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown

MakeReader = Callable[..., Any]

EXPORTING = """
Resources:
  Data: {{Type: "AWS::S3::Bucket", Properties: {{BucketName: {name}}}}}
Outputs:
  Other: {{Value: x}}
  Data: {{Value: !Ref Data, Export: {{Name: !Sub "${{AWS::StackName}}-data"}}}}
"""
IMPORTING = """
Resources:
  Key: {Type: "AWS::KMS::Key", Properties: {Description: !ImportValue storage-data}}
Outputs:
  Key: {Value: !GetAtt Key.Description, Export: {Name: key}}
"""


def description(reader: Any) -> Json:
    return next(each.properties["Description"] for each in reader.read().resources.values())


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_a_template_imports_from_another(make_reader: MakeReader, write: Callable[[str, str], Path]) -> None:
    exports = DeclaredExports()
    path = write("storage.yaml", EXPORTING.format(name="!Sub data"))
    exporting = make_reader(path, stack_name="storage", declared_exports=exports)
    importing = make_reader(write("keys.yaml", IMPORTING), declared_exports=exports)
    assert description(importing) == Unknown("Fn::ImportValue storage-data: no such export is known")
    exports.name([importing, exporting])
    assert description(importing) == "data"
    write("storage.yaml", EXPORTING.format(name="more-data"))
    assert description(importing) == "more-data"


def test_a_live_export_and_a_given_one_come_first(make_reader: MakeReader, write: Callable[[str, str], Path]) -> None:
    exports = DeclaredExports()
    exporting = make_reader(write("storage.yaml", EXPORTING.format(name="data")), stack_name="storage")
    exports.name([exporting])
    stack = replace(StackFacts("keys", "arn", {"Key": "k"}, {}, {}), exports={"storage-data": "live"})
    path = write("keys.yaml", IMPORTING)
    assert description(make_reader(path, stack=stack, declared_exports=exports)) == "live"
    given = {"storage-data": "given"}
    assert description(make_reader(path, stack=stack, exports=given, declared_exports=exports)) == "given"


def test_templates_that_import_from_one_another_in_a_circle(
    make_reader: MakeReader, write: Callable[[str, str], Path]
) -> None:
    exports = DeclaredExports()
    other = IMPORTING.replace("storage-data", "key").replace("Name: key", "Name: storage-data")
    readers = [
        make_reader(write(f"{number}.yaml", text), declared_exports=exports)
        for number, text in enumerate((IMPORTING, other))
    ]
    exports.name(readers)
    told = description(readers[0])
    assert isinstance(told, Unknown)
    assert told.reason.endswith("the declared templates import it from one another in a circle")
