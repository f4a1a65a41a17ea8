"""SAM: what its own library makes of a template, without AWS; and what only packaging knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation import declared, transforms
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Extent, Snapshot

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: prod}
  Password: {Type: String, NoEcho: true, Default: hunter2}
Globals: {Function: {Runtime: python3.11}}
Resources:
  Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Sub "${Stage}-data"}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      CodeUri: ./src
      Environment: {Variables: {PASSWORD: !Ref Password}}
      Policies: [AWSLambdaExecute, OurOwnPolicy, {S3ReadPolicy: {BucketName: !Ref Data}}]
"""


def by_address(snapshot: Snapshot) -> dict[str, Resource]:
    return {each.source.rsplit(": ", 1)[1]: each for each in snapshot.resources.values()}


def test_without_the_library_nothing_is_said_of_it(
    make_reader: MakeReader, template: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (transforms, declared):
        monkeypatch.setattr(module, "is_installed", lambda: False)
    stack = StackFacts("s", "arn", {"Data": "prod-data"}, {}, {})
    snapshot = make_reader(template(TEMPLATE), stack=stack).read()
    assert {each.extent for each in snapshot.coverage.doubts()} == {Extent.PARTIAL}
    assert snapshot.coverage.doubts()[0].reasons[0].endswith("pip install 'setpoint[aws]'")
    data: dict[str, Json] = dict(by_address(snapshot)["Data"].properties)
    assert all(isinstance(value, Unknown) for value in data.values())


@pytest.fixture
def translator() -> None:
    pytest.importorskip("samtranslator", reason="the SAM translator is not installed")


@pytest.mark.usefixtures("translator")
class TestTranslation:
    def test_what_it_makes_is_declared(self, make_reader: MakeReader, template: Write) -> None:
        path = template(TEMPLATE)
        snapshot = make_reader(path).read()
        resources = by_address(snapshot)
        assert set(resources) == {"Data", "WorkerRole"}
        role = resources["WorkerRole"].properties
        assert role["ManagedPolicyArns"] == [
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            "arn:aws:iam::aws:policy/AWSLambdaExecute",
            Unknown("the ARN of the managed policy OurOwnPolicy is not known"),
        ]
        [policy] = role["Policies"]
        assert "arn:aws:s3:::prod-data" in policy["PolicyDocument"]["Statement"][0]["Resource"]
        assert snapshot.coverage.doubts() == []
        assert {area.type for area in snapshot.coverage.areas} == {"AWS::Lambda::Function"}

    def test_of_another_partition(self, template: Write) -> None:
        reader = CloudFormationReader(
            template(TEMPLATE),
            partition="aws-cn",
            account="123456789012",
            region="cn-north-1",
            parameters={},
            exports={},
            stack=None,
            existing=None,
            schemas=lambda _: None,
        )
        arns = by_address(reader.read())["WorkerRole"].properties["ManagedPolicyArns"]
        assert arns[0].startswith("arn:aws-cn:iam::aws:policy/")

    def test_no_credentials_are_needed(
        self, make_reader: MakeReader, template: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
        application = """
  App:
    Type: AWS::Serverless::Application
    Properties:
      Location: {ApplicationId: "arn:aws:serverlessrepo:us-east-1:1:applications/a", SemanticVersion: 1.0.0}
"""
        snapshot = make_reader(template(TEMPLATE + application)).read()
        reason = snapshot.coverage.doubts()[0].reasons[0]
        assert "App may declare more: its template is kept in the Serverless Application Repository" in reason

    def test_an_application_of_the_repository_is_read_where_it_is_deployed(
        self, make_reader: MakeReader, template: Write, sky: Any
    ) -> None:
        path = template(
            """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              App:
                Type: AWS::Serverless::Application
                Properties:
                  Location: {ApplicationId: "arn:aws:serverlessrepo:us-east-1:1:applications/a", SemanticVersion: 1.0.0}
                  Parameters: {Name: logs}
              Key: {Type: "AWS::KMS::Key", Properties: {Description: !GetAtt App.Outputs.Bucket}}
            """
        )
        made = """
            Parameters: {Name: {Type: String}}
            Resources: {Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref Name}}}
            Outputs: {Bucket: {Value: !Ref Data}}
        """
        stack = StackFacts("shop", "arn:shop", {"App": "arn:app", "Key": "k"}, {}, {})
        sky.stacks = {"arn:app": StackFacts("shop-App-1", "arn:app", {"Data": "logs"}, {"Name": "logs"}, {})}
        sky.templates = {"arn:app": (b"", made.encode())}
        snapshot = make_reader(path, stack=stack, cloud=sky).read()
        resources = by_address(snapshot)
        assert resources["App/Data"].urn.identifier == "logs"
        assert resources["Key"].properties["Description"] == "logs"
        assert snapshot.coverage.doubts() == []

    @pytest.mark.parametrize(
        ("before", "after", "what"),
        [
            ("Handler: a.b", "Handlr: a.b", "SAM refuses this template: Resource with id [Worker] is invalid"),
            ("CodeUri: ./src", "CodeUri: 5", "[Worker] is invalid"),
            ("Globals: {Function: {Runtime: python3.11}}", "Globals: {Funktion: {}}", "SAM refuses this template"),
            ("Policies: [AWSLambdaExecute,", "Events: 5\n      Policies: [AWSLambdaExecute,", "SAM"),
        ],
    )
    def test_what_sam_refuses_is_refused_with_its_line(
        self, make_reader: MakeReader, template: Write, before: str, after: str, what: str
    ) -> None:
        with pytest.raises(InputError) as caught:
            make_reader(template(TEMPLATE.replace(before, after))).read()
        assert what in caught.value.diagnostics()
        assert "template.yaml:" in caught.value.where

    def test_loops_come_before_it(self, make_reader: MakeReader, template: Write) -> None:
        path = template(
            """
            Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
            Resources:
              Fn::ForEach::Workers:
                - Name
                - [one, two]
                - Worker${Name}:
                    Type: AWS::Serverless::Function
                    Properties: {Handler: a.b, Runtime: python3.11, InlineCode: x}
              Key: {Type: "AWS::KMS::Key", Properties: {Description: {"Fn::ToJsonString": [a]}}}
            """
        )
        resources = by_address(make_reader(path).read())
        assert set(resources) == {"Key", "WorkeroneRole", "WorkertwoRole"}
        assert resources["Key"].properties["Description"] == '["a"]'
