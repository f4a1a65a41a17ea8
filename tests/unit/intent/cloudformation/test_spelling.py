"""Misspelt properties: found at any depth, and told which was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]


@pytest.mark.parametrize(
    ("properties", "line", "what"),
    [
        ("BuckettName: data", 6, "no property BuckettName; did you mean BucketName?"),
        (
            "PublicAccessBlockConfiguration: {BlockPublicAcl: true}",
            6,
            "no property PublicAccessBlockConfiguration.BlockPublicAcl; did you mean BlockPublicAcls?",
        ),
        (
            "PublicAccessBlockConfiguration: !If\n  - Never\n  - {BlockPublicAcl: true}\n  - !Ref AWS::NoValue",
            8,
            "no property PublicAccessBlockConfiguration.BlockPublicAcl; did you mean BlockPublicAcls?",
        ),
        ("Tags:\n  - {Key: a, Value: b}\n  - {Kee: a}", 8, "no property Tags[*].Kee; did you mean Key?"),
        ("Fn::If: [Never, {BucketNam: a}, {BucketName: a}]", 6, "no property BucketNam; did you mean BucketName?"),
    ],
)
def test_a_misspelt_property(make_reader: MakeReader, template: Write, properties: str, line: int, what: str) -> None:
    indented = properties.replace("\n", "\n      ")
    path = template(
        "Conditions: {Never: !Equals [a, b]}\n"
        f"Resources:\n  Data:\n    Type: AWS::S3::Bucket\n    Properties:\n      {indented}\n"
    )
    with pytest.raises(InputError) as caught:
        make_reader(path).read()
    assert what in caught.value.diagnostics()
    assert caught.value.where == f"{path}:{line}"


def test_what_is_below_a_document_is_not_looked_at(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Policy:
            Type: AWS::S3::BucketPolicy
            Properties: {Bucket: data, PolicyDocument: {Statement: [{Condition: {Bool: {Anything: true}}}]}}
        """
    )
    [policy] = make_reader(path).read().resources.values()
    assert policy.properties["PolicyDocument"] == {"Statement": [{"Condition": {"Bool": {"Anything": True}}}]}
