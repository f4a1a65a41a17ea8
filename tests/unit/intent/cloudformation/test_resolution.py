"""Names in a template: what they stand for, and those that stand for nothing or for themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown
from setpoint.model.snapshot import Snapshot

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]

STACK = StackFacts("orders", "arn", {}, {}, {})


def one(snapshot: Snapshot, logical_id: str) -> dict[str, Json]:
    return next(
        dict(each.properties) for each in snapshot.resources.values() if each.source.endswith(f": {logical_id}")
    )


def test_pseudo_parameters(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Key:
            Type: AWS::KMS::Key
            Properties:
              Description: !Sub "${AWS::AccountId},${AWS::Region},${AWS::Partition},${AWS::URLSuffix}"
              Tags: [{Key: stack, Value: !Ref "AWS::StackName"}, {Key: topics, Value: !Ref "AWS::NotificationARNs"}]
        """
    )
    alone, in_stack = one(make_reader(path).read(), "Key"), one(make_reader(path, stack=STACK).read(), "Key")
    assert alone["Description"] == "123456789012,eu-west-1,aws,amazonaws.com"
    assert alone["Tags"][0]["Value"] == Unknown("Ref AWS::StackName: the stack is not known")
    assert [tag["Value"] for tag in in_stack["Tags"]] == ["orders", []]


def test_exports_come_from_the_settings_first(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Group: {Type: "AWS::EC2::SecurityGroup", Properties: {VpcId: !ImportValue vpc, GroupName: !ImportValue other}}
        """
    )
    stack = replace(STACK, exports={"vpc": "vpc-of-stack"})
    assert one(make_reader(path, stack=stack).read(), "Group")["VpcId"] == "vpc-of-stack"
    group = one(make_reader(path, stack=stack, exports={"vpc": "vpc-given"}).read(), "Group")
    assert group["VpcId"] == "vpc-given"
    assert group["GroupName"] == Unknown("Fn::ImportValue other: no such export is known")


def test_a_long_chain_is_followed_and_an_endless_one_refused(make_reader: MakeReader, template: Write) -> None:
    def chain(length: int) -> Path:
        links = [
            f"  B{number}: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Sub 'x${{B{number + 1}}}'}}}}"
            for number in range(length)
        ]
        last = f"  B{length}: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: end}}}}"
        return template("\n".join(["Resources:", *links, last]))

    assert one(make_reader(chain(20)).read(), "B0")["BucketName"] == "x" * 20 + "end"
    with pytest.raises(InputError, match="resources refer to one another in too long a chain to follow"):
        make_reader(chain(400)).read()


CIRCLE = """\
    Resources:
      A: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref B}}
      B: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Sub "${A}-b"}}
"""

CIRCLE_OF_ONE = """\
    Resources:
      A: {Type: "AWS::S3::Bucket", Properties: {BucketName: !GetAtt A.Arn}}
"""

CIRCLE_THROUGH_OTHER_PROPERTIES = """\
    Resources:
      A: {Type: "AWS::KMS::Key", Properties: {Description: !Ref B}}
      B:
        Type: AWS::IAM::Role
        Properties:
          RoleName: b
          Description: !GetAtt A.Arn
"""

NO_SUCH_REFERENCE = """\
    Resources:
      Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref Dta}}
"""

NO_SUCH_RESOURCE_IN_A_TEXT = """\
    Resources:
      Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Sub "${Dta.Arn}"}}
"""

NO_SUCH_ATTRIBUTE = """\
    Resources:
      Data: {Type: "AWS::S3::Bucket"}
      Key: {Type: "AWS::KMS::Key", Properties: {Description: !GetAtt Data.Arm}}
"""

NOT_CREATED = """\
    Conditions: {Never: !Equals [a, b]}
    Resources:
      Off: {Type: "AWS::S3::Bucket", Condition: Never}
      Key: {Type: "AWS::KMS::Key", Properties: {Description: !Ref Off}}
"""

NO_SUCH_CONDITION = """\
    Conditions: {Never: !Equals [a, b]}
    Resources:
      Data: {Type: "AWS::S3::Bucket", Condition: Nevr}
"""

UNUSED_CIRCLE_OF_CONDITIONS = """\
    Conditions:
      Ping: !Not [!Condition Pong]
      Pong: !Not [!Condition Ping]
    Resources:
      Data: {Type: "AWS::S3::Bucket"}
"""

NO_SUCH_CONDITION_IN_AN_UNUSED_ONE = """\
    Conditions:
      On: !Equals [a, a]
      Off: !Not [!Condition Onn]
    Resources:
      Data: {Type: "AWS::S3::Bucket"}
"""

NO_PROPERTIES = """\
    Resources:
      Data: {Type: "AWS::S3::Bucket", Properties: !Ref "AWS::Region"}
"""


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (CIRCLE, 3, "these depend on one another in a circle: A -> B -> A"),
        (CIRCLE_OF_ONE, 2, "these depend on one another in a circle: A -> A"),
        (CIRCLE_THROUGH_OTHER_PROPERTIES, 7, "these depend on one another in a circle: A -> B -> A"),
        (NO_SUCH_REFERENCE, 2, "Ref names Dta, which the template does not declare; did you mean Data?"),
        (
            NO_SUCH_RESOURCE_IN_A_TEXT,
            2,
            "Fn::GetAtt names Dta, which the template does not declare; did you mean Data?",
        ),
        (NO_SUCH_ATTRIBUTE, 3, "AWS::S3::Bucket has no attribute Arm; did you mean Arn?"),
        (NOT_CREATED, 4, "Ref names Off, which is not created because its condition Never is false"),
        (NO_SUCH_CONDITION, 3, "there is no condition Nevr; did you mean Never?"),
        (
            UNUSED_CIRCLE_OF_CONDITIONS,
            3,
            "these depend on one another in a circle: condition Ping -> condition Pong -> condition Ping",
        ),
        (NO_SUCH_CONDITION_IN_AN_UNUSED_ONE, 3, "there is no condition Onn; did you mean On?"),
        (NO_PROPERTIES, 2, "Properties is not an object"),
    ],
)
def test_names_that_cannot_be_right(make_reader: MakeReader, template: Write, text: str, line: int, what: str) -> None:
    path = template(text)
    with pytest.raises(InputError) as caught:
        make_reader(path).read()
    assert what in caught.value.diagnostics()
    assert caught.value.where == f"{path}:{line}"
