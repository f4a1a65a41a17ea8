"""A cloud assembly: its stacks, those of its stages, where they are deployed; and what is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.assembly import AssemblyStack, CloudAssemblyReader, read_assembly
from setpoint.intent.cloudformation.identity import Place
from setpoint.model.canonical import Json

MakeReader = Callable[..., Any]

BUCKET = {"Resources": {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "AWS::StackName"}}}}}


def stack(template: str, environment: str = "aws://unknown-account/unknown-region", **properties: Json) -> Json:
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": template, **properties},
    }


def write(folder: Path, artifacts: Json, **templates: Json) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": artifacts}), encoding="utf-8")
    for name, template in templates.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template), encoding="utf-8")
    return folder


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    write(
        tmp_path / "assembly-Prod",
        {"ProdData": stack("ProdData.template.json", "aws://222233334444/us-east-1", stackName="Prod-Data")},
        ProdData=BUCKET,
    )
    return write(
        tmp_path,
        {
            "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
            "data.assets": {"type": "cdk:asset-manifest", "properties": {"file": "data.assets.json"}},
            "data": stack("data.template.json", parameters={"P": "1"}, tags={"team": "orders"}),
            "assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}},
        },
        data=BUCKET,
    )


def test_every_stack_with_its_environment(assembly: Path) -> None:
    assert list(read_assembly(assembly)) == [
        AssemblyStack(assembly / "data.template.json", "data", None, None, {"P": "1"}, {"team": "orders"}),
        AssemblyStack(
            assembly / "assembly-Prod/ProdData.template.json", "Prod-Data", "222233334444", "us-east-1", {}, {}
        ),
    ]


def test_all_stacks_are_one_intent(assembly: Path, make_reader: MakeReader) -> None:
    reader = CloudAssemblyReader(
        assembly, lambda each: make_reader(each.template, stack_name=each.name), schemas=lambda _: None
    )
    assert {urn.identifier for urn in reader.read().resources} == {"data", "Prod-Data"}
    assert reader.busy() == ""
    assert reader.declared_export(Place("aws", "123456789012", "eu-west-1"), "x") is None
    before = reader.fingerprint()
    assert reader.fingerprint() == before
    write(assembly, {"other": stack("data.template.json")})
    assert reader.fingerprint() != before
    assert {urn.identifier for urn in reader.read().resources} == {"other"}


@pytest.mark.parametrize(
    ("artifact", "what"),
    [
        (stack("data.template.json", "somewhere"), "its environment is not aws://<account>/<region>"),
        ({"type": "aws:cloudformation:stack", "environment": "aws://a/b"}, "it names no templateFile"),
        (stack("../data.template.json"), "../data.template.json is not in the cloud assembly"),
        (stack("/etc/passwd"), "/etc/passwd is not in the cloud assembly"),
        (stack("data.template.json", parameters={"P": 1}), "its parameters are no object of texts"),
        ({"type": "cdk:cloud-assembly", "properties": {"directoryName": "none"}}, "so this is no cloud assembly"),
        ({"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}, "nested more than 20 levels deep"),
    ],
)
def test_what_is_wrong_with_a_stack_is_refused(tmp_path: Path, artifact: Json, what: str) -> None:
    with pytest.raises(InputError) as caught:
        list(read_assembly(write(tmp_path, {"data": artifact})))
    assert what in caught.value.diagnostics()
    assert str(tmp_path) in caught.value.where


@pytest.mark.parametrize("manifest", ["[]", "{}", '{"version": "1", "artifacts": []}', '{"artifacts": {}}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(InputError, match="this is no manifest of a cloud assembly"):
        list(read_assembly(tmp_path))


def test_a_folder_without_a_manifest_is_no_assembly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no manifest.json, .*; make one with: cdk synth"):
        list(read_assembly(tmp_path))
