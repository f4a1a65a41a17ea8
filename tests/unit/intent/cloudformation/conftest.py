"""Templates from text, small resource schemas, and a reader over both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Protocol

import pytest

from setpoint.errors import NotFoundError
from setpoint.intent.cloudformation.cloud import Cloud
from setpoint.intent.cloudformation.exports import DeclaredExports
from setpoint.intent.cloudformation.live import Existing
from setpoint.intent.cloudformation.reader import COVERED, CloudFormationReader
from setpoint.intent.cloudformation.sources import Source, StoredObject
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Unknown
from setpoint.model.schema import Kind, ResourceSchema


def schema(
    name: str, identifier: str, kinds: str, *, read_only: str = "", folded_case: frozenset[str] = frozenset()
) -> ResourceSchema:
    """A schema from paths in one text; a path that is the parent of another is an object or a list."""
    paths = [*kinds.split(), *read_only.split()]
    return ResourceSchema(
        name,
        version="1",
        primary_identifier=tuple(identifier.split()),
        kinds={path: _kind(path, paths) for path in paths},
        read_only=frozenset(read_only.split()),
        folded_case=folded_case,
    )


def _kind(path: str, paths: list[str]) -> Kind:
    if path.endswith("Document"):
        return Kind.DOCUMENT
    if f"{path}[*]" in paths:
        return Kind.LIST
    return Kind.OBJECT if any(other.startswith(f"{path}.") for other in paths) else Kind.STRING


TAGS = "Tags Tags[*] Tags[*].Key Tags[*].Value"
RULES = " ".join(
    f"{rules} {rules}[*] {rules}[*].IpProtocol {rules}[*].FromPort {rules}[*].ToPort {rules}[*].CidrIp"
    for rules in ("SecurityGroupIngress", "SecurityGroupEgress")
)

SCHEMAS: Mapping[str, ResourceSchema] = {
    each.type: each
    for each in (
        schema("AWS::CloudTrail::Trail", "TrailName", f"TrailName S3BucketName IsLogging {TAGS}", read_only="Arn"),
        schema(
            "AWS::EC2::SecurityGroup", "Id", f"GroupName GroupDescription VpcId {RULES} {TAGS}", read_only="Id GroupId"
        ),
        schema(
            "AWS::IAM::Role",
            "RoleName",
            "RoleName Path Description AssumeRolePolicyDocument ManagedPolicyArns ManagedPolicyArns[*] "
            f"Policies Policies[*] Policies[*].PolicyName Policies[*].PolicyDocument {TAGS}",
            read_only="Arn RoleId",
        ),
        schema("AWS::KMS::Key", "KeyId", f"Description EnableKeyRotation {TAGS}", read_only="Arn KeyId"),
        schema(
            "AWS::RDS::DBInstance",
            "DBInstanceIdentifier",
            f"DBInstanceIdentifier DBInstanceClass KmsKeyId MasterUserPassword Port {TAGS}",
            read_only="DBInstanceArn Endpoint Endpoint.Address",
            folded_case=frozenset({"DBInstanceIdentifier"}),
        ),
        schema(
            "AWS::S3::Bucket",
            "BucketName",
            "BucketName PublicAccessBlockConfiguration PublicAccessBlockConfiguration.BlockPublicAcls "
            f"PublicAccessBlockConfiguration.BlockPublicPolicy {TAGS}",
            read_only="Arn DomainName RegionalDomainName WebsiteURL",
        ),
        schema("AWS::S3::BucketPolicy", "Bucket", "Bucket PolicyDocument"),
    )
}


class Sky:
    """A cloud (`cloud.Cloud`) of a few things; whatever else is asked for is not there."""

    def __init__(self) -> None:
        self.stacks: dict[str, StackFacts] = {}
        self.templates: dict[str, tuple[bytes, bytes]] = {}
        """Stack → as it was given, and with its macros run."""
        self.objects: dict[str, bytes] = {}
        self.parameters: dict[str, str] = {}
        self.aliases: dict[str, str] | None = None

    def stack(self, name: str, region: str) -> StackFacts:
        if name not in self.stacks:
            raise NotFoundError(f"there is no stack {name} in {region}")
        return self.stacks[name]

    def template(self, stack: str, *, processed: bool) -> bytes | Unknown:
        return self.templates[stack][processed] if stack in self.templates else Unknown("GetTemplate denied")

    def stored(self, place: StoredObject) -> bytes | Unknown:
        return self.objects.get(str(place), Unknown(f"{place} does not exist"))

    def parameter(self, name: str) -> str | Unknown:
        return self.parameters.get(name, Unknown(f"the Systems Manager parameter {name} does not exist"))

    def key_aliases(self) -> Mapping[str, str] | Unknown:
        return Unknown("kms:ListAliases denied") if self.aliases is None else self.aliases


@pytest.fixture
def sky() -> Sky:
    return Sky()


class MakeReader(Protocol):
    def __call__(
        self,
        path: Path | Source,
        *,
        parameters: Mapping[str, str] | None = None,
        exports: Mapping[str, str] | None = None,
        stack: StackFacts | None = None,
        existing: Existing | None = None,
        cloud: Cloud | None = None,
        zones: tuple[str, ...] = (),
        declared_exports: DeclaredExports | None = None,
        stack_name: str = "",
        covered: frozenset[str] = COVERED,
    ) -> CloudFormationReader: ...


@pytest.fixture
def make_reader() -> MakeReader:
    """A reader over the small schemas, in eu-west-1 of account 123456789012."""

    def reader(
        path: Path | Source,
        *,
        parameters: Mapping[str, str] | None = None,
        exports: Mapping[str, str] | None = None,
        stack: StackFacts | None = None,
        existing: Existing | None = None,
        cloud: Cloud | None = None,
        zones: tuple[str, ...] = (),
        declared_exports: DeclaredExports | None = None,
        stack_name: str = "",
        covered: frozenset[str] = COVERED,
    ) -> CloudFormationReader:
        return CloudFormationReader(
            path,
            partition="aws",
            account="123456789012",
            region="eu-west-1",
            parameters=parameters or {},
            exports=exports or {},
            stack=(lambda: stack) if stack else None,
            existing=existing,
            schemas=SCHEMAS.get,
            cloud=cloud,
            zones=zones,
            declared_exports=declared_exports,
            stack_name=stack_name,
            covered=covered,
        )

    return reader


@pytest.fixture
def template(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a template given as text to `template.yaml`."""

    def write(text: str) -> Path:
        path = tmp_path / "template.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def assets() -> Path:
    return Path(__file__).parents[3] / "assets" / "cloudformation"
