"""Stacks in stacks: their resources, what passes between them, and what cannot be read of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation import opening
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Extent, Snapshot
from setpoint.model.surroundings import Surroundings

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]

NESTED_ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders-Network-1/2"
PARENT = """
Parameters: {Stage: {Type: String, Default: prod}}
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: %s
      Parameters: {Stage: !Ref Stage, Names: [a, b], Group: !GetAtt Group.GroupId}
  Group: {Type: "AWS::EC2::SecurityGroup"}
  Key: {Type: "AWS::KMS::Key", Properties: {Description: !GetAtt Network.Outputs.Bucket}}
"""
CHILD = """
Parameters: {Stage: {Type: String}, Names: {Type: CommaDelimitedList}, Group: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Data:
    Type: AWS::S3::Bucket
    Condition: IsProd
    Properties: {BucketName: !Sub ["${Stage}-${Second}", {Second: !Select [1, !Ref Names]}]}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8}
  Named: {Type: "AWS::KMS::Key", Properties: {Description: !Ref "AWS::StackName"}}
Outputs:
  Bucket: {Value: !Ref Data}
  Never: {Value: x, Condition: IsTest}
  Empty: {}
"""


def by_address(snapshot: Snapshot) -> dict[str, Resource]:
    return {each.source.rsplit(": ", 1)[1]: each for each in snapshot.resources.values()}


@pytest.fixture
def family(template: Write, tmp_path: Path) -> Callable[..., Path]:
    """A template, and one that is nested in it as a file beside it."""

    def write(url: str = "child.yaml", child: str = CHILD) -> Path:
        (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
        return template(PARENT % url)

    return write


def test_values_pass_down_and_outputs_up(make_reader: MakeReader, family: Callable[..., Path]) -> None:
    path = family()
    snapshot = make_reader(path).read()
    resources = by_address(snapshot)
    assert set(resources) == {"Group", "Key", "Network/Data", "Network/Named"}
    assert resources["Network/Data"].urn.identifier == "prod-b"
    assert resources["Network/Data"].source == f"{path.parent / 'child.yaml'}:6: Network/Data"
    assert resources["Key"].properties["Description"] == "prod-b"
    # The rule in the nested stack finds the group of its parent, which has no id yet.
    assert len(resources["Group"].properties["SecurityGroupIngress"]) == 1
    assert resources["Network/Named"].properties["Description"] == Unknown("Ref AWS::StackName: the stack is not known")
    assert snapshot.coverage.areas == {}


def test_the_live_stack_knows_the_stacks_in_it(make_reader: MakeReader, family: Callable[..., Path], sky: Any) -> None:
    stack = StackFacts("orders", "arn", {"Network": NESTED_ID, "Group": "sg-1", "Key": "k-1"}, {}, {})
    nested = replace(stack, name="orders-Network-1", stack_id=NESTED_ID, physical_ids={"Named": "k-2"})
    sky.stacks = {NESTED_ID: nested}
    reader = make_reader(family(), stack=stack, cloud=sky)
    resources = by_address(reader.read())
    assert resources["Network/Named"].urn.identifier == "k-2"
    assert resources["Network/Named"].properties["Description"] == "orders-Network-1"
    assert resources["Network/Named"].surroundings == Surroundings(logical_id="Named", physical_id="k-2")
    before = reader.fingerprint()
    sky.stacks = {NESTED_ID: replace(nested, physical_ids={"Named": "k-3"})}
    assert reader.fingerprint() != before


def test_one_template_twice_is_two_stacks(make_reader: MakeReader, template: Write, tmp_path: Path) -> None:
    (tmp_path / "child.yaml").write_text("Resources: {Key: {Type: 'AWS::KMS::Key'}}", encoding="utf-8")
    stack = "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: child.yaml}}"
    resources = by_address(make_reader(template(f"Resources: {{One: {stack}, Two: {stack}}}")).read())
    assert {each.urn.identifier for each in resources.values()} == {"One/Key", "Two/Key"}


def test_a_template_in_s3(make_reader: MakeReader, family: Callable[..., Path], sky: Any) -> None:
    sky.objects = {"s3://templates/child.yaml": CHILD.encode()}
    path = family("https://templates.s3.eu-west-1.amazonaws.com/child.yaml")
    assert "Network/Data" in by_address(make_reader(path, cloud=sky).read())


def test_a_template_that_the_cdk_put_beside_its_parent(make_reader: MakeReader, family: Callable[..., Path]) -> None:
    """Its URL is of a bucket that only deploying makes known."""
    path = family("!Sub https://s3.${AWS::Region}.${AWS::URLSuffix}/assets/${Group}.json")
    text = path.read_text(encoding="utf-8")
    metadata = "CloudFormation::Stack\n    Metadata: {'aws:asset:path': child.yaml}"
    path.write_text(text.replace("CloudFormation::Stack", metadata), encoding="utf-8")
    assert "Network/Data" in by_address(make_reader(path).read())


def test_what_is_deployed_stands_in_for_what_cannot_be_read(
    make_reader: MakeReader, family: Callable[..., Path], sky: Any
) -> None:
    stack = StackFacts("orders", "arn", {"Network": NESTED_ID}, {}, {})
    sky.stacks = {NESTED_ID: replace(stack, name="orders-Network-1", stack_id=NESTED_ID, physical_ids={})}
    sky.templates = {NESTED_ID: (b"", CHILD.encode())}
    snapshot = make_reader(family("s3://gone/child.yaml"), stack=stack, cloud=sky).read()
    assert by_address(snapshot)["Network/Data"].source == "stack orders-Network-1:6: Network/Data"


def test_a_template_that_cannot_be_read_may_declare_anything(
    make_reader: MakeReader, family: Callable[..., Path], sky: Any
) -> None:
    snapshot = make_reader(family("s3://gone/child.yaml"), cloud=sky).read()
    assert {each.extent for each in snapshot.coverage.areas.values()} == {Extent.PARTIAL}
    doubt = snapshot.coverage.doubts()[0].reasons[0]
    assert doubt.endswith("Network may declare more: s3://gone/child.yaml does not exist")
    description = by_address(snapshot)["Key"].properties["Description"]
    assert description == Unknown("Fn::GetAtt Network.Outputs.Bucket: s3://gone/child.yaml does not exist")


def test_a_stack_that_may_not_be_there_declares_nothing_for_certain(
    make_reader: MakeReader, template: Write, tmp_path: Path
) -> None:
    (tmp_path / "child.yaml").write_text("Resources: {Key: {Type: 'AWS::KMS::Key'}}", encoding="utf-8")
    path = template(
        """
        Parameters: {Secret: {Type: String, NoEcho: true}}
        Conditions: {Perhaps: !Equals [!Ref Secret, a]}
        Resources:
          Nested:
            Type: AWS::CloudFormation::Stack
            Condition: Perhaps
            Properties: {TemplateURL: child.yaml}
        """
    )
    snapshot = make_reader(path).read()
    assert snapshot.resources == {}
    [doubt] = snapshot.coverage.doubts()
    assert doubt.reasons[0].endswith("child.yaml: Nested/Key may be declared: the parameter Secret is NoEcho")


def test_what_a_macro_makes_of_a_nested_template_is_not_known(
    make_reader: MakeReader, family: Callable[..., Path]
) -> None:
    snapshot = make_reader(family(child="Transform: Ours\n" + CHILD)).read()
    description = by_address(snapshot)["Key"].properties["Description"]
    assert description == Unknown("Fn::GetAtt Network.Outputs.Bucket: the macro Ours is run by AWS only")
    assert {each.area.type for each in snapshot.coverage.doubts()} == {"*"}


def test_a_nested_stack_imports_what_its_parent_may(
    make_reader: MakeReader, template: Write, tmp_path: Path, sky: Any
) -> None:
    child = "Resources: {Key: {Type: 'AWS::KMS::Key', Properties: {Description: !ImportValue vpc}}}"
    (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
    path = template("Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: child.yaml}}}")
    stack = StackFacts("orders", "arn", {"N": NESTED_ID}, {}, exports={"vpc": "vpc-1"})
    sky.stacks = {NESTED_ID: StackFacts("nested", NESTED_ID, {"Key": "k"}, {}, {})}
    resources = by_address(make_reader(path, stack=stack, cloud=sky).read())
    assert resources["N/Key"].properties["Description"] == "vpc-1"


def test_parameters_that_nobody_knows_leave_the_stack_unread(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Parameters: {Secret: {Type: String, NoEcho: true}}
        Conditions: {Perhaps: !Equals [!Ref Secret, a]}
        Resources:
          N:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: child.yaml, Parameters: !If [Perhaps, {A: b}, {A: c}]}
        """
    )
    [doubt, _] = make_reader(path).read().coverage.doubts()
    assert doubt.reasons[0].endswith("N may declare more: the parameter Secret is NoEcho")


def test_a_loop_of_a_nested_template_that_is_not_run_is_told(
    make_reader: MakeReader, template: Write, tmp_path: Path
) -> None:
    loop = "{'Fn::ForEach::L': [X, !Ref Secret, {'Key${X}': {Type: 'AWS::KMS::Key'}}]}"
    child = "Transform: AWS::LanguageExtensions\nParameters: {Secret: {Type: CommaDelimitedList, NoEcho: true}}\n"
    (tmp_path / "child.yaml").write_text(f"{child}Resources: {loop}", encoding="utf-8")
    path = template("Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: child.yaml}}}")
    [doubt] = make_reader(path).read().coverage.doubts()
    assert (doubt.area.type, doubt.extent) == ("AWS::KMS::Key", Extent.PARTIAL)


@pytest.mark.parametrize(
    ("before", "after", "where", "what"),
    [
        ("Outputs.Bucket", "Outputs.Buckett", "template.yaml:10", "has no output Buckett; did you mean Bucket?"),
        ("Outputs.Bucket", "Outputs.Empty", "child.yaml:16", "the output Empty has no Value"),
        ("Outputs.Bucket", "Outputs.Never", "child.yaml:15", "there is no condition IsTest; known are IsProd"),
        ("child.yaml", "none.yaml", "none.yaml", "there is no such file"),
        ("Stage: !Ref Stage, ", "", "child.yaml:2", "the parameter Stage has no value and no default"),
        ("Stage: !Ref Stage", "Stag: x", "child.yaml:2", "the parameter Stag is given, but not declared"),
    ],
)
def test_what_does_not_fit_is_refused(
    make_reader: MakeReader, family: Callable[..., Path], before: str, after: str, where: str, what: str
) -> None:
    path = family()
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        make_reader(path).read()
    assert what in caught.value.diagnostics()
    assert f"{path.parent}/{where}" in caught.value.where


def test_an_output_that_is_not_there(make_reader: MakeReader, family: Callable[..., Path]) -> None:
    path = family(
        child=CHILD.replace("Condition: IsTest", "Condition: IsNot").replace(
            "{IsProd", "{IsNot: !Equals [a, b], IsProd"
        )
    )
    path.write_text(path.read_text(encoding="utf-8").replace("Outputs.Bucket", "Outputs.Never"), encoding="utf-8")
    with pytest.raises(InputError, match="the output Never is not there because its condition is false"):
        make_reader(path).read()


def test_stacks_that_wait_for_one_another_are_refused(make_reader: MakeReader, template: Write) -> None:
    def stack(other: str) -> Json:
        passed = {"P": {"Fn::GetAtt": [other, "Outputs.X"]}}
        return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "c.yaml", "Parameters": passed}}

    path = template(json.dumps({"Resources": {"One": stack("Two"), "Two": stack("One")}}))
    with pytest.raises(InputError, match="these depend on one another in a circle: One -> Two -> One"):
        make_reader(path).read()


def test_a_template_that_nests_itself_is_not_followed_for_ever(
    make_reader: MakeReader, template: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MOST_LEVELS", 3)
    path = template(
        "Resources: {Again: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: template.yaml}}}"
    )
    snapshot = make_reader(path).read()
    assert "more than 3 levels of nested stacks" in snapshot.coverage.doubts()[0].reasons[0]
