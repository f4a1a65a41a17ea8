"""A template read whole: identities, references, coverage, the fingerprint, and what cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Absent, Resource
from setpoint.model.snapshot import Extent, Snapshot
from setpoint.model.urn import Urn

MakeReader = Callable[..., Any]
Write = Callable[[str], Path]

STACK = StackFacts(
    "orders",
    "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/1",
    physical_ids={"Key": "1-2-3", "Group": "sg-1", "Data": "prod-data-123456789012"},
    parameters={},
    exports={},
)
NO_ID = "its physical id is not known: give it a name or name its stack"
HERE = "aws:123456789012:eu-west-1"


def by_logical_id(snapshot: Snapshot) -> dict[str, Resource]:
    return {each.source.rsplit(": ", 1)[1]: each for each in snapshot.resources.values()}


def extents(snapshot: Snapshot) -> dict[str, Extent]:
    return {area.type: each.extent for area, each in snapshot.coverage.areas.items()}


def reasons(snapshot: Snapshot, type_name: str) -> tuple[str, ...]:
    return next(each.reasons for area, each in snapshot.coverage.areas.items() if area.type == type_name)


def one(snapshot: Snapshot, logical_id: str) -> dict[str, Json]:
    return dict(by_logical_id(snapshot)[logical_id].properties)


def test_json_and_yaml_say_the_same(make_reader: MakeReader, assets: Path) -> None:
    in_yaml = by_logical_id(make_reader(assets / "orders.yaml", stack=STACK).read())
    in_json = by_logical_id(make_reader(assets / "orders.json", stack=STACK).read())
    assert {name: (each.urn, each.properties) for name, each in in_yaml.items()} == {
        name: (each.urn, each.properties) for name, each in in_json.items()
    }


def test_a_template_in_its_stack(make_reader: MakeReader, assets: Path) -> None:
    snapshot = make_reader(assets / "orders.yaml", stack=STACK).read()
    resources = by_logical_id(snapshot)
    assert {name: each.urn for name, each in resources.items()} == {
        "Application": "aws:123456789012:global:AWS::IAM::Role:application",
        "Data": f"{HERE}:AWS::S3::Bucket:prod-data-123456789012",
        "DataPolicy": f"{HERE}:AWS::S3::BucketPolicy:prod-data-123456789012",
        "Database": f"{HERE}:AWS::RDS::DBInstance:orders-db",
        "Group": f"{HERE}:AWS::EC2::SecurityGroup:sg-1",
        "Key": f"{HERE}:AWS::KMS::Key:1-2-3",
        "Trail": f"{HERE}:AWS::CloudTrail::Trail:audit",
    }
    assert not any(each.unidentified for each in resources.values())
    assert one(snapshot, "Database") == {
        "DBInstanceIdentifier": "Orders-DB",
        "DBInstanceClass": "db.m5.large",
        "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/1-2-3",
        "MasterUserPassword": Unknown("the parameter Password is NoEcho"),
    }
    assert one(snapshot, "Group") == {
        "GroupDescription": "production",
        "VpcId": "vpc-1",
        "SecurityGroupIngress": [
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "10.1.0.0/16"},
            {"IpProtocol": "-1", "CidrIp": "10.2.0.0/16"},
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "SourceSecurityGroupId": "sg-1"},
        ],
        "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
    }
    assert one(snapshot, "Application")["Policies"] == [
        {
            "PolicyName": "read-data",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::prod-data-123456789012"}
                ],
            },
        }
    ]
    assert one(snapshot, "Data")["Tags"] == [{"Key": "app", "Value": "prod"}, {"Key": "service", "Value": "orders"}]
    assert extents(snapshot) == {"AWS::SNS::Topic": Extent.NOT_COVERED}
    assert resources["Data"].source == f"{assets / 'orders.yaml'}:28: Data"


def test_without_its_stack_what_has_no_name_has_no_identity(make_reader: MakeReader, assets: Path) -> None:
    resources = by_logical_id(make_reader(assets / "orders.yaml").read())
    assert {name: each.unidentified for name, each in resources.items() if each.unidentified} == {
        "Group": NO_ID,
        "Key": NO_ID,
    }
    assert resources["Key"].urn == f"{HERE}:AWS::KMS::Key:Key"
    assert resources["Database"].properties["KmsKeyId"].reason == f"Fn::GetAtt Key.Arn: {NO_ID}"
    # The rule that is declared apart finds its group all the same.
    assert len(resources["Group"].properties["SecurityGroupIngress"]) == 3


def test_parameters_choose(make_reader: MakeReader, assets: Path) -> None:
    snapshot = make_reader(assets / "orders.yaml", parameters={"Environment": "dev"}).read()
    assert one(snapshot, "Scratch") == {"BucketName": "scratch"}
    assert one(snapshot, "Database")["DBInstanceClass"] == "db.t3.micro"
    assert "GroupDescription" not in one(snapshot, "Group")


def test_a_stack_that_has_not_got_the_resource_yet(make_reader: MakeReader, assets: Path) -> None:
    resources = by_logical_id(make_reader(assets / "orders.yaml", stack=replace(STACK, physical_ids={})).read())
    assert resources["Key"].unidentified == "its physical id is not known: the stack orders does not have it yet"


def test_the_tags_of_the_stack_are_on_what_takes_tags(make_reader: MakeReader, assets: Path) -> None:
    stack = replace(STACK, tags={"service": "all", "team": "platform"})
    snapshot = make_reader(assets / "orders.yaml", stack=stack).read()
    assert by_logical_id(snapshot)["Data"].tags() == {"app": "prod", "service": "orders", "team": "platform"}
    assert by_logical_id(snapshot)["Key"].tags() == {"service": "all", "team": "platform"}
    assert "Tags" not in one(snapshot, "DataPolicy")


def test_an_attribute_of_a_running_resource(make_reader: MakeReader, assets: Path) -> None:
    database = Urn(f"{HERE}:AWS::RDS::DBInstance:orders-db")
    world: dict[Urn, Resource] = {}
    reader = make_reader(assets / "orders.yaml", existing=lambda urn: world.get(urn, Absent(urn)))

    assert one(reader.read(), "Application")["Description"] == Unknown(
        "Fn::GetAtt Database.Endpoint.Address: the resource does not exist yet"
    )
    before = reader.fingerprint()
    assert reader.fingerprint() == before

    world[database] = Resource(database, {"Endpoint": {"Address": "db.example"}}, "aws")
    assert reader.fingerprint() != before
    assert one(reader.read(), "Application")["Description"] == "writes to db.example as ${me}"
    assert reader.fingerprint() == reader.fingerprint() != before


def test_the_fingerprint_is_of_everything_that_is_read(make_reader: MakeReader, template: Write) -> None:
    path = template("Resources: {A: {Type: 'AWS::KMS::Key'}}")
    fingerprints = [
        make_reader(path).fingerprint(),
        make_reader(path, parameters={"P": "1"}).fingerprint(),
        make_reader(path, exports={"E": "1"}).fingerprint(),
        make_reader(path, stack=STACK).fingerprint(),
        make_reader(path, stack=replace(STACK, physical_ids={})).fingerprint(),
        make_reader(template("Resources: {B: {Type: 'AWS::KMS::Key'}}")).fingerprint(),
    ]
    assert len(set(fingerprints)) == len(fingerprints)


def test_what_is_not_read_is_counted(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Conditions: {Never: !Equals [a, b]}
        Resources:
          One: {Type: "AWS::SNS::Topic", Properties: {"Fn::Nonsense": 1}}
          Two: {Type: "AWS::SNS::Topic"}
          Not: {Type: "AWS::SNS::Topic", Condition: Never}
          Key: {Type: "AWS::KMS::Key", Properties: {Description: !Ref One}}
        """
    )
    snapshot = make_reader(path).read()
    assert reasons(snapshot, "AWS::SNS::Topic") == (f"{path}: 2 of AWS::SNS::Topic declared, which is not read",)
    assert extents(snapshot) == {"AWS::SNS::Topic": Extent.NOT_COVERED}
    assert one(snapshot, "Key")["Description"].reason == f"Ref One: {NO_ID}"
    assert snapshot.coverage.doubts() == []


def test_a_resource_whose_condition_is_unknown_is_no_absence(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Parameters: {Secret: {Type: String, NoEcho: true}}
        Conditions: {Perhaps: !Equals [!Ref Secret, a]}
        Resources:
          Data: {Type: "AWS::S3::Bucket", Condition: Perhaps, Properties: {BucketName: data}}
        """
    )
    snapshot = make_reader(path).read()
    assert snapshot.resources == {}
    assert extents(snapshot) == {"AWS::S3::Bucket": Extent.PARTIAL}
    assert reasons(snapshot, "AWS::S3::Bucket") == (f"{path}: Data may be declared: the parameter Secret is NoEcho",)


def test_under_a_macro_only_what_the_stack_has_is_declared(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Transform: OurMacro
        Globals: {Function: {Timeout: 5}}
        Parameters: {NotGiven: {Type: String}}
        Resources:
          Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: named}}
          Worker: {Type: "AWS::Serverless::Function", Connectors: {}}
        """
    )
    assert make_reader(path).read().resources == {}
    snapshot = make_reader(path, stack=STACK).read()
    data = by_logical_id(snapshot)["Data"]
    assert data.urn.identifier == "prod-data-123456789012"
    assert set(data.properties) == {"BucketName", "PublicAccessBlockConfiguration", "Tags"}
    assert all(isinstance(value, Unknown) for value in data.properties.values())
    assert extents(snapshot)["AWS::Serverless::Function"] == Extent.NOT_COVERED
    assert extents(snapshot)["*"] == Extent.PARTIAL
    why = "the macro OurMacro is run by AWS only, and AWS was not asked"
    assert why in reasons(snapshot, "*")[0]
    assert {area.region for area in snapshot.coverage.areas if area.type == "*"} == {"eu-west-1", "global"}


def test_a_loop_over_what_nobody_knows_leaves_its_types_partly_read(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Transform: AWS::LanguageExtensions
        Parameters: {Names: {Type: CommaDelimitedList, NoEcho: true}}
        Resources:
          Fn::ForEach::Outer:
            - X
            - !Ref Names
            - Fn::ForEach::Inner:
                - Y
                - [c]
                - Data${X}${Y}: {Type: "AWS::S3::Bucket"}
              Rule${X}: {Type: "AWS::EC2::SecurityGroupIngress"}
              Topic${X}: {Type: "AWS::SNS::Topic"}
          Group: {Type: "AWS::EC2::SecurityGroup"}
          Key: {Type: "AWS::KMS::Key", Properties: {Description: !Ref Dataac}}
        """
    )
    snapshot = make_reader(path).read()
    assert extents(snapshot) == {"AWS::S3::Bucket": Extent.PARTIAL, "AWS::SNS::Topic": Extent.NOT_COVERED}
    assert isinstance(one(snapshot, "Group")["SecurityGroupIngress"], Unknown)
    assert one(snapshot, "Group")["SecurityGroupEgress"] == [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
    assert "may be declared by a macro or a loop" in one(snapshot, "Key")["Description"].reason


def test_included_resources_may_be_of_any_type(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: "s3://a/b"}}
          Role: {Type: "AWS::IAM::Role", Properties: {RoleName: app}}
        """
    )
    snapshot = make_reader(path).read()
    assert set(extents(snapshot).values()) == {Extent.PARTIAL}
    assert isinstance(one(snapshot, "Role")["Policies"], Unknown)
    assert one(snapshot, "Role")["RoleName"] == "app"


def test_included_properties_leave_every_property_unknown(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          Data:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: data
              Fn::Transform: {Name: "AWS::Include", Parameters: {Location: "s3://files/data.yaml"}}
        """
    )
    assert one(make_reader(path).read(), "Data") == dict.fromkeys(
        ("BucketName", "PublicAccessBlockConfiguration", "Tags"),
        Unknown("AWS::Include is not run: s3://files/data.yaml: AWS was not asked"),
    )


def test_two_declarations_of_one_entity_are_refused(make_reader: MakeReader, template: Write) -> None:
    path = template(
        """
        Resources:
          A: {Type: "AWS::S3::Bucket", Properties: {BucketName: data}}
          B: {Type: "AWS::S3::Bucket", Properties: {BucketName: data}}
        """
    )
    with pytest.raises(InputError, match=f"{path}:3: A and {path}:4: B: {HERE}:AWS::S3::Bucket:data is declared twice"):
        make_reader(path).read()


def test_a_file_that_is_not_there(make_reader: MakeReader, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        make_reader(tmp_path / "nothing.yaml").read()
