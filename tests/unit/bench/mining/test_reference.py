from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from bench.mining import reference as reference_module
from bench.mining.reference import Reference

from setpoint.errors import InputError


def member(name: str, summary: str, held: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "docs": {"summary": summary}, "type": held}


def a(name: str) -> dict[str, Any]:
    """The type of a member that may also be given by a token."""
    return {"union": {"types": [{"fqn": "aws-cdk-lib.IResolvable"}, {"fqn": f"aws-cdk-lib.aws_one.{name}"}]}}


TEXT = {"primitive": "string"}
ASSEMBLY = {
    "types": {
        "aws-cdk-lib.IResolvable": {"kind": "interface"},
        "aws-cdk-lib.aws_one.CfnThing": {"docs": {"custom": {"cloudformationResource": "AWS::One::Thing"}}},
        "aws-cdk-lib.aws_one.CfnThingProps": {
            "datatype": True,
            "properties": [
                member("vpcId", "Where it is.", TEXT),
                member("config", "How it is.", a("CfnThing.ConfigProperty")),
                member(
                    "rules",
                    "What it does.",
                    {"collection": {"kind": "array", "elementtype": a("CfnThing.RuleProperty")}},
                ),
            ],
        },
        "aws-cdk-lib.aws_one.CfnThing.ConfigProperty": {
            "datatype": True,
            "properties": [
                {**member("size", "How large.", TEXT), "docs": {"summary": "How large.", "remarks": "Huge."}}
            ],
        },
        "aws-cdk-lib.aws_one.CfnThing.RuleProperty": {
            "datatype": True,
            "properties": [
                member("inner", "Rules in rules.", a("CfnThing.RuleProperty")),
                member("port", "Where.", TEXT),
            ],
        },
    }
}


@pytest.mark.parametrize(
    ("path", "prose"),
    [
        ("VpcId", "Where it is."),
        ("Config", "How it is."),
        ("Config.Size", "How large.\nHuge."),
        ("Rules[*].Port", "Where."),
        ("Rules[*].Inner.Inner.Port", "Where."),
    ],
)
def test_what_is_said_of_a_property_is_found_by_its_path(path: str, prose: str) -> None:
    texts = list(Reference(ASSEMBLY).texts("AWS::One::Thing", path))
    assert [text.prose for text in texts] == [prose]
    assert texts[0].source.startswith("CloudFormation Template Reference, AWS::One::Thing (aws-cdk-lib ")


@pytest.mark.parametrize(
    ("type_name", "path"),
    [("AWS::One::Thing", "Other"), ("AWS::One::Thing", "VpcId.Below"), ("AWS::One::Other", "VpcId")],
)
def test_nothing_is_said_of_what_is_not_there(type_name: str, path: str) -> None:
    assert list(Reference(ASSEMBLY).texts(type_name, path)) == []


def wheel(folder: Path) -> Path:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as package:
        content = gzip.compress(json.dumps(ASSEMBLY).encode())
        entry = tarfile.TarInfo("package/.jsii.gz")
        entry.size = len(content)
        package.addfile(entry, io.BytesIO(content))
    path = folder / "one.whl"
    with zipfile.ZipFile(path, "w") as files:
        files.writestr("aws_cdk/_jsii/aws-cdk-lib@1.jsii.tgz", packed.getvalue())
    return path


def test_a_wheel_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = wheel(tmp_path)
    monkeypatch.setattr(reference_module, "DIGEST", hashlib.sha256(path.read_bytes()).hexdigest())
    assert [text.prose for text in Reference.of_wheel(path).texts("AWS::One::Thing", "VpcId")] == ["Where it is."]


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the wheel that the defaults were read from"):
        Reference.of_wheel(wheel(tmp_path))
