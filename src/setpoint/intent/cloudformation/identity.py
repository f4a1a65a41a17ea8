"""Which live resource a declared one is, and what follows from that alone: its ARN, its domain name.

Pure; `resolution` calls it. The attributes are those that each resource's page of the CloudFormation template reference
lists under "Return values"; the forms of the ARNs are those of the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json, Unknown
from setpoint.model.schema import ResourceSchema
from setpoint.model.urn import GLOBAL, Urn

MANAGED_POLICY: Final = "AWS::IAM::ManagedPolicy"

URL_SUFFIXES: Final[Mapping[str, str]] = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}
"""By partition (botocore's `partitions.json`, `dnsSuffix`)."""

ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::CloudTrail::Trail": {"Arn": "arn:{partition}:cloudtrail:{region}:{account}:trail/{id}"},
    "AWS::EC2::SecurityGroup": {"GroupId": "{id}", "Id": "{id}"},
    "AWS::IAM::Role": {"Arn": "arn:{partition}:iam::{account}:role{path}{id}"},
    "AWS::KMS::Key": {"Arn": "arn:{partition}:kms:{region}:{account}:key/{id}", "KeyId": "{id}"},
    "AWS::RDS::DBInstance": {"DBInstanceArn": "arn:{partition}:rds:{region}:{account}:db:{id}"},
    "AWS::S3::Bucket": {
        "Arn": "arn:{partition}:s3:::{id}",
        "DomainName": "{id}.s3.{suffix}",
        "DualStackDomainName": "{id}.s3.dualstack.{region}.{suffix}",
        "RegionalDomainName": "{id}.s3.{region}.{suffix}",
    },
}
"""What follows from the identity; every other attribute has to be read."""

_POLICY_ARN: Final = "arn:{partition}:iam::{account}:policy{path}{id}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template is deployed."""

    partition: str
    account: str
    region: str

    @property
    def url_suffix(self) -> str:
        if self.partition not in URL_SUFFIXES:
            raise InputError(
                f"{self.partition} is not a partition of AWS", remedy=f"known are {', '.join(URL_SUFFIXES)}"
            )
        return URL_SUFFIXES[self.partition]

    def region_of(self, type_name: str) -> str:
        """IAM knows no regions."""
        return GLOBAL if type_name.startswith("AWS::IAM::") else self.region

    def urn(self, type_name: str, identifier: str) -> Urn:
        return Urn.aws(self.partition, self.account, self.region_of(type_name), type_name, identifier)


def declared_identifier(properties: Mapping[str, Json], schema: ResourceSchema | None) -> str | Unknown | None:
    """The primary identifier by the name that is declared; None where none is, or none can be."""
    if schema is None or not schema.primary_identifier or schema.read_only.intersection(schema.primary_identifier):
        return None
    parts: list[str] = []
    for name in schema.primary_identifier:
        part = properties.get(name)
        if isinstance(part, Unknown):
            return part
        if not isinstance(part, str | int) or part == "":
            return None
        parts.append(str(part).lower() if name in schema.folded_case else str(part))
    # Cloud Control's form of an identifier of several properties.
    return "|".join(parts)


def physical_identifier(type_name: str, physical_id: str) -> str | None:
    """The primary identifier by the stack's physical id; None where that is something else."""
    if type_name == "AWS::EC2::SecurityGroup" and not physical_id.startswith("sg-"):
        return None  # a group declared without VpcId has its name there
    if type_name == "AWS::S3::BucketPolicy":
        return None  # older stacks have a name of CloudFormation's making there
    return physical_id


def attribute(type_name: str, name: str, place: Place, identifier: str, properties: Mapping[str, Json]) -> Json:
    """The attribute as far as it follows from the identity; None where it does not."""
    form = ATTRIBUTES.get(type_name, {}).get(name)
    return None if form is None else _formed(form, place, identifier, properties)


def managed_policy_arn(place: Place, properties: Mapping[str, Json]) -> Json:
    """The ARN of a managed policy by its declared name; None where it has none."""
    name = properties.get("ManagedPolicyName")
    return name if name is None or isinstance(name, Unknown) else _formed(_POLICY_ARN, place, str(name), properties)


def _formed(form: str, place: Place, identifier: str, properties: Mapping[str, Json]) -> Json:
    path = properties.get("Path", "/")
    if "{path}" in form and isinstance(path, Unknown):
        return path
    return form.format(
        partition=place.partition,
        account=place.account,
        region=place.region,
        suffix=place.url_suffix,
        path=path,
        id=identifier,
    )
