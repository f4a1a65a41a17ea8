"""Templates in S3 and in live stacks, stacks in stacks, plain parameters, and assumed roles, on a real HTTP API."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError, NotFoundError
from setpoint.intent.cloudformation.cloud import AwsCloud, Permitted
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.cloudformation.sources import LiveTemplate, Source, StoredObject
from setpoint.intent.cloudformation.stack import read_stack
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.canonical import Unknown
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Extent, Snapshot
from setpoint.observe.accounts import AccountsObserver
from setpoint.observe.aws.observer import AwsObserver
from setpoint.roles import AssumedRole

REGION = "eu-west-1"
CHILD = """
Parameters: {Name: {Type: String}}
Resources:
  Data: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref Name}}
Outputs:
  Arn: {Value: !GetAtt Data.Arn}
"""
PARENT = """
Resources:
  Storage:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://templates.s3.amazonaws.com/child.yaml
      Parameters: {Name: nested-data}
  Topic: {Type: "AWS::SNS::Topic"}
  Key: {Type: "AWS::KMS::Key", Properties: {Description: !GetAtt Storage.Outputs.Arn, KeyPolicy: {}}}
"""
READING = Permitted(("templates",), ("/net/*",))


@pytest.fixture
def store(aws: AwsClients) -> Callable[[str, str], None]:
    s3 = aws.client("s3", REGION)
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": REGION})

    def put(key: str, text: str) -> None:
        s3.put_object(Bucket="templates", Key=key, Body=text.encode())

    return put


def reader_of(
    aws: AwsClients, source: Path | Source, *, stack: str | None = None, permitted: Permitted = READING
) -> CloudFormationReader:
    return CloudFormationReader(
        source,
        partition="aws",
        account="123456789012",
        region=REGION,
        parameters={},
        exports={},
        stack=(lambda: read_stack(aws, REGION, stack)) if stack else None,
        existing=None,
        schemas=SchemaCatalogue(REGION).schema,
        cloud=AwsCloud(aws, REGION, permitted),
    )


def by_address(snapshot: Snapshot) -> dict[str, Resource]:
    return {each.source.rsplit(": ", 1)[1]: each for each in snapshot.resources.values()}


def test_a_template_in_s3(aws: AwsClients, store: Callable[[str, str], None]) -> None:
    store("net/key.yaml", "Resources: {Key: {Type: 'AWS::KMS::Key', Properties: {Description: one}}}")
    reader = reader_of(aws, StoredObject("templates", "net/key.yaml"))
    key = by_address(reader.read())["Key"]
    assert key.properties["Description"] == "one"
    assert key.source == "s3://templates/net/key.yaml:1: Key"
    before = reader.fingerprint()
    assert reader.fingerprint() == before
    store("net/key.yaml", "Resources: {Key: {Type: 'AWS::KMS::Key', Properties: {Description: two}}}")
    assert reader.fingerprint() != before


def test_an_older_version_of_a_template(aws: AwsClients, store: Callable[[str, str], None]) -> None:
    s3 = aws.client("s3", REGION)
    s3.put_bucket_versioning(Bucket="templates", VersioningConfiguration={"Status": "Enabled"})
    for text in ("one", "two"):
        store("key.yaml", f"Resources: {{Key: {{Type: 'AWS::KMS::Key', Properties: {{Description: {text}}}}}}}")
    oldest = s3.list_object_versions(Bucket="templates")["Versions"][-1]["VersionId"]
    key = by_address(reader_of(aws, StoredObject("templates", "key.yaml", oldest)).read())["Key"]
    assert key.properties["Description"] == "one"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (StoredObject("templates", "none.yaml"), "s3://templates/none.yaml does not exist"),
        (StoredObject("others", "a.yaml"), "template_buckets does not list others"),
    ],
)
def test_a_template_that_cannot_be_had_is_no_empty_one(
    aws: AwsClients, store: Callable[[str, str], None], place: StoredObject, why: str
) -> None:
    with pytest.raises(CouldNotTellError, match=why):
        reader_of(aws, place).read()


def test_a_template_that_is_too_large_is_not_read(
    aws: AwsClients, store: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setpoint.intent.cloudformation.cloud.MOST_BYTES", 10)
    store("large.yaml", "Resources: {}" + " " * 10)
    with pytest.raises(CouldNotTellError, match="has more than 10 bytes"):
        reader_of(aws, StoredObject("templates", "large.yaml")).read()


@pytest.mark.parametrize("text", [CHILD.replace("Name: {Type: String}", "Name: {Type: String, Default: live}")])
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_live_template(aws: AwsClients, text: str, form: str) -> None:
    if form == "json":
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "live"}}
        text = json.dumps({"Resources": {"Data": bucket}})
    aws.client("cloudformation", REGION).create_stack(StackName="live", TemplateBody=text)
    data = by_address(reader_of(aws, LiveTemplate("live"), stack="live").read())["Data"]
    line = {"yaml": 4, "json": 1}[form]
    assert (data.urn.identifier, data.source) == ("live", f"stack live:{line}: Data")


def test_stacks_in_stacks(aws: AwsClients, store: Callable[[str, str], None], tmp_path: Path) -> None:
    store("child.yaml", CHILD)
    path = tmp_path / "parent.yaml"
    path.write_text(PARENT, encoding="utf-8")
    # moto knows no outputs of nested stacks.
    deployed = PARENT.replace("!GetAtt Storage.Outputs.Arn", "!Ref Topic")
    aws.client("cloudformation", REGION).create_stack(StackName="parent", TemplateBody=deployed)
    for reader in (reader_of(aws, path, stack="parent"), reader_of(aws, path)):
        resources = by_address(reader.read())
        assert resources["Storage/Data"].urn.identifier == "nested-data"
        assert resources["Key"].properties["Description"] == "arn:aws:s3:::nested-data"
        assert reader.fingerprint() == reader.fingerprint()
    live = by_address(reader_of(aws, LiveTemplate("parent"), stack="parent", permitted=Permitted()).read())
    # Its bucket is not to be read; the stack that was made of it is.
    assert live["Storage/Data"].source.startswith("stack parent-Storage-")


def test_plain_parameters_and_secret_ones(aws: AwsClients, tmp_path: Path) -> None:
    ssm = aws.client("ssm", REGION)
    ssm.put_parameter(Name="/net/vpc", Type="String", Value="vpc-1")
    ssm.put_parameter(Name="/net/vpc", Type="String", Value="vpc-2", Overwrite=True)
    ssm.put_parameter(Name="/net/pass", Type="SecureString", Value="hunter2")
    ssm.put_parameter(Name="/other", Type="String", Value="x")
    path = tmp_path / "t.yaml"
    names = {"A": "/net/vpc", "B": "/net/vpc:1", "C": "/net/pass", "D": "/other", "E": "/net/none"}
    keys = "\n".join(
        f"  {key}: {{Type: 'AWS::KMS::Key', Properties: {{Description: '{{{{resolve:ssm:{name}}}}}'}}}}"
        for key, name in names.items()
    )
    path.write_text(f"Resources:\n{keys}\n", encoding="utf-8")
    told = {name: each.properties["Description"] for name, each in by_address(reader_of(aws, path).read()).items()}
    assert told == {
        "A": "vpc-2",
        "B": "vpc-1",
        "C": Unknown("the Systems Manager parameter /net/pass is a secret, which is never read"),
        "D": Unknown("the Systems Manager parameter /other is not read: ssm_parameters does not list it"),
        "E": Unknown("the Systems Manager parameter /net/none does not exist"),
    }


OTHER = "222233334444"


def test_an_account_is_read_by_the_role_in_it(aws: AwsClients) -> None:
    other = aws.assuming(AssumedRole(f"arn:aws:iam::{OTHER}:role/setpoint", "agreed"))
    assert other.identity() == ("aws", OTHER)
    assert other.client("sts", REGION).get_caller_identity()["Arn"] == (
        f"arn:aws:sts::{OTHER}:assumed-role/setpoint/setpoint"
    )
    other.client("kms", REGION).create_key(Description="theirs")
    other.client("cloudformation", REGION).create_stack(
        StackName="theirs", TemplateBody="Resources: {Topic: {Type: 'AWS::SNS::Topic'}}"
    )
    assert read_stack(other, REGION, "theirs").name == "theirs"
    with pytest.raises(NotFoundError):
        read_stack(aws, REGION, "theirs")

    types = ["AWS::KMS::Key", "AWS::IAM::Role"]
    observer = AccountsObserver(AwsObserver(aws, types), {OTHER: AwsObserver(other, types)})
    seen = [each for each in observer.observe() if isinstance(each, Resource)]
    assert {(each.urn.account, each.properties.get("Description")) for each in seen} == {(OTHER, "theirs")}
    assert {area.account for area in observer.areas()} == {"123456789012", OTHER}
    assert isinstance(observer.look(seen[0].urn), Resource)
    assert {each.extent for each in observer.probe()} == {Extent.WHOLE}


def test_a_role_that_cannot_be_assumed_leaves_its_account_unread(aws: AwsClients) -> None:
    nobody = AwsClients(replace(aws.settings, endpoint_url="http://127.0.0.1:9", timeout=1.0))
    other = nobody.assuming(AssumedRole(f"arn:aws:iam::{OTHER}:role/setpoint"))
    observer = AccountsObserver(AwsObserver(aws, ["AWS::KMS::Key"]), {OTHER: AwsObserver(other, ["AWS::KMS::Key"])})
    extents = {each.area.account: each.extent for each in observer.observe() if not isinstance(each, Resource)}
    assert extents == {"123456789012": Extent.WHOLE, OTHER: Extent.NONE}


def test_aliases_lead_to_keys(aws: AwsClients) -> None:
    kms = aws.client("kms", REGION)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key)
    cloud = AwsCloud(aws, REGION, Permitted())
    aliases = cloud.key_aliases()
    assert not isinstance(aliases, Unknown)
    assert aliases["alias/shop"] == key
    assert all(aliases.values()), "an alias of AWS's that leads nowhere yet is left out"
    nobody = AwsClients(replace(aws.settings, endpoint_url="http://127.0.0.1:9", timeout=1.0))
    assert "kms:ListAliases" in str(AwsCloud(nobody, REGION, Permitted()).key_aliases())
