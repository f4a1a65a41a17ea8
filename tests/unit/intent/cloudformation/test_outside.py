"""What comes from beyond the template: plain parameters of Systems Manager, zones, outputs of stacks; secrets never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import CouldNotTellError, InputError
from setpoint.intent.cloudformation.sources import LiveTemplate, StoredObject
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown, canonical_bytes

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]

STACK = StackFacts("net", "arn", {}, {}, {})


def description(reader: Any) -> Json:
    return next(each.properties["Description"] for each in reader.read().resources.values())


def key(value: str, head: str = "") -> str:
    return f"{head}\nResources:\n  Key: {{Type: 'AWS::KMS::Key', Properties: {{Description: {value}}}}}\n"


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ("'{{resolve:ssm:/net/vpc}}'", "vpc-1"),
        ("'in {{resolve:ssm:/net/vpc}} and {{resolve:ssm:/net/vpc:2}}'", "in vpc-1 and vpc-2"),
        ("!Sub '{{resolve:ssm:/net/${Name}}}'", "vpc-1"),
        ("!Join ['', ['{{resolve:', 'ssm:/net/vpc', '}}']]", "vpc-1"),
        ("'{{resolve:ssm:/none}}'", Unknown("the Systems Manager parameter /none does not exist")),
        (
            "'{{resolve:ssm:/net/vpc}} {{resolve:secretsmanager:pass}}'",
            Unknown("a dynamic reference to a secret (secretsmanager) is never resolved"),
        ),
        ("!Select [1, !GetAZs '']", "eu-west-1b"),
        ("!Select [0, !GetAZs {Ref: 'AWS::Region'}]", "eu-west-1a"),
        (
            "!Select [0, !GetAZs us-east-1]",
            Unknown("Fn::GetAZs: which zones the account has is not known; give them under availability_zones:"),
        ),
        ("{'Fn::GetStackOutput': {StackName: net, OutputName: Vpc}}", "vpc-3"),
        ("{'Fn::GetStackOutput': {StackName: !Ref Name, OutputName: Vpc, Region: eu-west-1}}", Unknown("")),
        (
            "{'Fn::GetStackOutput': {StackName: net, OutputName: None}}",
            Unknown("Fn::GetStackOutput net.None: the stack has no such output"),
        ),
    ],
)
def test_values_from_outside(make_reader: MakeReader, template: Write, sky: Any, value: str, resolved: Json) -> None:
    sky.parameters = {"/net/vpc": "vpc-1", "/net/vpc:2": "vpc-2"}
    sky.stacks = {"net": replace(STACK, outputs={"Vpc": "vpc-3"})}
    path = template(key(value, "Parameters: {Name: {Type: String, Default: vpc}}"))
    told = description(make_reader(path, cloud=sky, zones=("eu-west-1a", "eu-west-1b")))
    if resolved == Unknown(""):
        resolved = Unknown("Fn::GetStackOutput vpc.Vpc: there is no stack vpc in eu-west-1")
    assert told == resolved


@pytest.mark.parametrize("argument", ["{StackName: net}", "[net, Vpc]", "net"])
def test_what_is_no_stack_output_is_refused(make_reader: MakeReader, template: Write, argument: str) -> None:
    with pytest.raises(InputError, match="Fn::GetStackOutput takes an object of StackName and OutputName"):
        make_reader(template(key(f"{{'Fn::GetStackOutput': {argument}}}"))).read()


@pytest.mark.parametrize(
    ("kind", "default", "resolved"),
    [
        ("String", "/net/vpc", "vpc-1"),
        ("List<String>", "/net/subnets", "a,b"),
        ("AWS::EC2::VPC::Id", "/net/vpc", "vpc-1"),
        ("String", "/none", Unknown("the parameter P: the Systems Manager parameter /none does not exist")),
    ],
)
def test_a_parameter_of_a_systems_manager_type(
    make_reader: MakeReader, template: Write, sky: Any, kind: str, default: str, resolved: Json
) -> None:
    sky.parameters = {"/net/vpc": "vpc-1", "/net/subnets": "a,b"}
    head = f"Parameters: {{P: {{Type: 'AWS::SSM::Parameter::Value<{kind}>', Default: {default}}}}}"
    value = "!Join [',', !Ref P]" if kind.startswith("List") else "!Ref P"
    path = template(key(value, head))
    assert description(make_reader(path, cloud=sky)) == resolved
    # What CloudFormation looked up when it deployed the stack is what is deployed.
    stack = replace(STACK, physical_ids={"Key": "k"}, parameters={"P": "then"})
    assert description(make_reader(path, cloud=sky, stack=stack)) == "then"


def test_the_fingerprint_follows_what_was_looked_up(make_reader: MakeReader, template: Write, sky: Any) -> None:
    sky.parameters = {"/net/vpc": "vpc-1"}
    reader = make_reader(template(key("'{{resolve:ssm:/net/vpc}}'")), cloud=sky)
    reader.read()
    before = reader.fingerprint()
    assert reader.fingerprint() == before
    sky.parameters = {}
    assert reader.fingerprint() != before


SECRET = "hunter2-is-the-secret"


def test_no_secret_reaches_intended_state(make_reader: MakeReader, template: Write, sky: Any) -> None:
    sky.parameters = {"pass": SECRET}
    path = template(
        f"""
        Parameters: {{Password: {{Type: String, NoEcho: true, Default: {SECRET}}}}}
        Resources:
          One:
            Type: AWS::RDS::DBInstance
            Properties: {{DBInstanceIdentifier: one, MasterUserPassword: !Ref Password}}
          Two:
            Type: AWS::RDS::DBInstance
            Properties: {{DBInstanceIdentifier: two, MasterUserPassword: '{{{{resolve:ssm-secure:pass}}}}'}}
        """
    )
    snapshot = make_reader(path, parameters={"Password": SECRET}, cloud=sky).read()
    everything = canonical_bytes([[each.source, each.properties] for each in snapshot.resources.values()])
    assert b"MasterUserPassword" in everything
    assert SECRET.encode() not in everything


def test_a_template_from_s3_and_the_live_one(make_reader: MakeReader, sky: Any) -> None:
    text = key("x").encode()
    sky.objects = {"s3://templates/net.yaml": text}
    sky.templates = {"net": (b"", text)}
    for source in (StoredObject("templates", "net.yaml"), LiveTemplate("net")):
        reader = make_reader(source, cloud=sky)
        assert description(reader) == "x"
        before = reader.fingerprint()
        assert reader.fingerprint() == before
    with pytest.raises(CouldNotTellError, match=r"s3://templates/other.yaml: the template could not be read"):
        make_reader(StoredObject("templates", "other.yaml"), cloud=sky).read()


MACRO = key("from the macro", "Transform: [AWS::LanguageExtensions, Ours]")
RUN = key("made by the macro", "Transform: [AWS::LanguageExtensions, Ours]")


def test_what_a_macro_made_of_this_very_template_is_read_from_the_stack(
    make_reader: MakeReader, template: Write, sky: Any
) -> None:
    path = template(MACRO)
    stack = replace(STACK, physical_ids={"Key": "k-1"})
    sky.templates = {"arn": (MACRO.encode(), RUN.encode())}
    snapshot = make_reader(path, stack=stack, cloud=sky).read()
    assert [each.properties["Description"] for each in snapshot.resources.values()] == ["made by the macro"]
    assert snapshot.coverage.doubts() == []
    # Of another template than this one it says nothing.
    sky.templates = {"arn": (key("another", "Transform: Ours").encode(), RUN.encode())}
    snapshot = make_reader(path, stack=stack, cloud=sky).read()
    why = f"the macro Ours is run by AWS only, and the stack {stack.name} was made from another template"
    assert why in description(make_reader(path, stack=stack, cloud=sky)).reason
    assert why in snapshot.coverage.doubts()[0].reasons[0]


def test_without_a_stack_nobody_knows_what_a_macro_makes(make_reader: MakeReader, template: Write, sky: Any) -> None:
    snapshot = make_reader(template(MACRO), cloud=sky).read()
    assert snapshot.resources == {}
    [reason] = snapshot.coverage.doubts()[0].reasons
    assert reason.endswith("the macro Ours is run by AWS only, and no stack is known that it made")


INLINE = """
Resources:
  Key: {Type: "AWS::KMS::Key", Properties: {Description: %s}}
  Other: {Type: "AWS::KMS::Key", Properties: {Description: plain}}
"""


@pytest.mark.parametrize("call", ["{'Fn::Transform': {Name: Ours, Parameters: {A: b}}}", "!Transform {Name: Ours}"])
def test_a_macro_inside_a_resource_is_read_from_the_stack_too(
    make_reader: MakeReader, template: Write, sky: Any, call: str
) -> None:
    path = template(INLINE % call)
    stack = replace(STACK, physical_ids={"Key": "k-1", "Other": "k-2"})
    sky.templates = {"arn": ((INLINE % call).encode(), (INLINE % "made").encode())}

    def descriptions() -> dict[str, Any]:
        snapshot = make_reader(path, stack=stack, cloud=sky).read()
        return {each.urn.identifier: each.properties["Description"] for each in snapshot.resources.values()}

    assert descriptions() == {"k-1": "made", "k-2": "plain"}
    # Where the stack does not tell, nothing but what stands there is unknown.
    sky.templates = {}
    assert descriptions() == {"k-1": Unknown("the macro Ours is run by AWS only"), "k-2": "plain"}
