"""What a template declares apart, in its parent; and what has no parent here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown
from setpoint.model.snapshot import Extent, Snapshot

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]


def properties(snapshot: Snapshot, logical_id: str) -> dict[str, Json]:
    return next(
        dict(each.properties) for each in snapshot.resources.values() if each.source.endswith(f": {logical_id}")
    )


def told(snapshot: Snapshot) -> list[str]:
    assert {each.extent for each in snapshot.coverage.areas.values()} <= {Extent.NOT_COVERED}
    return [reason.split(": ", 1)[1] for each in snapshot.coverage.areas.values() for reason in each.reasons]


def test_rules_find_their_group_by_reference_and_by_id(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Group: {Type: "AWS::EC2::SecurityGroup"}
          In:
            Type: AWS::EC2::SecurityGroupIngress
            Properties:
              GroupId: !If [Always, !Ref Group, x]
              IpProtocol: 17
              FromPort: 53
              ToPort: 53
              CidrIp: 10.0.0.0/8
          Out:
            Type: AWS::EC2::SecurityGroupEgress
            Properties: {GroupId: sg-1, IpProtocol: -1, CidrIp: 10.0.0.0/8}
        Conditions: {Always: !Equals [a, a]}
        """
    )
    stack = StackFacts("s", "arn", {"Group": "sg-1"}, {}, {})
    snapshot = make_reader(path, stack=stack).read()
    assert properties(snapshot, "Group") == {
        "SecurityGroupIngress": [{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "CidrIp": "10.0.0.0/8"}],
        "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}],
    }
    assert told(snapshot) == []


def test_a_rule_of_a_group_that_is_elsewhere_is_told(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Parameters: {Group: {Type: String, NoEcho: true}}
        Resources:
          Elsewhere: {Type: "AWS::EC2::SecurityGroupIngress", Properties: {GroupId: sg-9, IpProtocol: tcp}}
          ByName: {Type: "AWS::EC2::SecurityGroupIngress", Properties: {GroupName: default, IpProtocol: tcp}}
          Unknown: {Type: "AWS::EC2::SecurityGroupIngress", Properties: {GroupId: !Ref Group, IpProtocol: tcp}}
        """
    )
    assert told(make_reader(path).read()) == [
        "Elsewhere: GroupId: sg-9 is no AWS::EC2::SecurityGroup of this template",
        "ByName: what it names by GroupName is not read",
        "Unknown: GroupId: the parameter Group is NoEcho",
    ]


def test_policies_go_to_every_role_that_they_name(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Web: {Type: "AWS::IAM::Role", Properties: {RoleName: web, Policies: [{PolicyName: own, PolicyDocument: {}}]}}
          Jobs: {Type: "AWS::IAM::Role", Properties: {ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}
          Both:
            Type: AWS::IAM::Policy
            Properties: {PolicyName: both, PolicyDocument: {Version: 2012-10-17}, Roles: [web, !Ref Jobs], Users: [ann]}
          One: {Type: "AWS::IAM::RolePolicy", Properties: {PolicyName: one, RoleName: !Ref Jobs}}
          Named:
            Type: AWS::IAM::ManagedPolicy
            Properties: {ManagedPolicyName: named, Path: /p/, Roles: [!Ref Jobs]}
          Nameless: {Type: "AWS::IAM::ManagedPolicy", Properties: {Roles: [web, other]}}
        """
    )
    snapshot = make_reader(path).read()
    both = {"PolicyName": "both", "PolicyDocument": {"Version": "2012-10-17"}}
    assert properties(snapshot, "Web")["Policies"] == [{"PolicyName": "own", "PolicyDocument": {}}, both]
    assert properties(snapshot, "Jobs")["Policies"] == [both, {"PolicyName": "one"}]
    assert properties(snapshot, "Jobs")["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::123456789012:policy/p/named",
    ]
    assert isinstance(properties(snapshot, "Web")["ManagedPolicyArns"][0], Unknown)
    assert sorted(told(snapshot)) == [
        "2 of AWS::IAM::ManagedPolicy declared, which is not read",
        "Both: what it names by Users is not read",
        "Nameless: Roles: other is no AWS::IAM::Role of this template",
    ]


def test_a_role_names_a_managed_policy_by_its_arn(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Read: {Type: "AWS::IAM::ManagedPolicy", Properties: {ManagedPolicyName: read}}
          Web:
            Type: AWS::IAM::Role
            Properties: {RoleName: web, ManagedPolicyArns: [!Ref Read, !GetAtt Read.PolicyArn]}
        """
    )
    arn = "arn:aws:iam::123456789012:policy/read"
    assert properties(make_reader(path).read(), "Web")["ManagedPolicyArns"] == [arn, arn]


def test_a_managed_policy_that_is_read_stands_for_itself_too(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Web: {Type: "AWS::IAM::Role", Properties: {RoleName: web}}
          Read: {Type: "AWS::IAM::ManagedPolicy", Properties: {ManagedPolicyName: read, Roles: [!Ref Web]}}
        """
    )
    snapshot = make_reader(path, covered=frozenset({"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"})).read()
    assert properties(snapshot, "Web")["ManagedPolicyArns"] == ["arn:aws:iam::123456789012:policy/read"]
    assert properties(snapshot, "Read")["ManagedPolicyName"] == "read"


def test_a_part_that_may_not_be_declared_leaves_the_list_unknown(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Parameters: {Secret: {Type: String, NoEcho: true}}
        Conditions: {Perhaps: !Equals [!Ref Secret, a]}
        Resources:
          Group: {Type: "AWS::EC2::SecurityGroup", Properties: {SecurityGroupIngress: [{IpProtocol: tcp}]}}
          In: {Type: "AWS::EC2::SecurityGroupIngress", Condition: Perhaps, Properties: {GroupId: !Ref Group}}
          Later: {Type: "AWS::EC2::SecurityGroupIngress", Properties: {GroupId: !Ref Group}}
        """
    )
    assert properties(make_reader(path).read(), "Group")["SecurityGroupIngress"] == Unknown(
        "In may belong to it: the parameter Secret is NoEcho"
    )
