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
from setpoint.model.globals import is_global
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

SEPARATOR: Final = "|"
"""In an identifier of several properties (Cloud Control API User Guide, "Identifying resources")."""

NOTHING: Final[Mapping[str, Json]] = {}

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

    def pseudo_parameters(self) -> Mapping[str, str]:
        """Those that follow from the place alone."""
        return {
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::URLSuffix": self.url_suffix,
        }

    def region_of(self, type_name: str) -> str:
        """Of what an account has once, none."""
        return GLOBAL if is_global(type_name) else self.region

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
        text = _text_of(part)
        if text is None:
            return None
        parts.append(text.lower() if name in schema.folded_case else text)
    return SEPARATOR.join(parts)


def physical_identifier(
    type_name: str, physical_id: str, schema: ResourceSchema | None = None, properties: Mapping[str, Json] = NOTHING
) -> str | None:
    """The primary identifier by the stack's physical id and what is declared; None where they do not make one."""
    if type_name == "AWS::EC2::SecurityGroup" and not physical_id.startswith("sg-"):
        return None  # a group declared without VpcId has its name there
    if type_name == "AWS::S3::BucketPolicy":
        return None  # older stacks have a name of CloudFormation's making there
    names = schema.primary_identifier if schema is not None else ()
    if len(names) <= 1:
        other = any(name.lower().endswith("arn") for name in names) and not physical_id.startswith("arn:")
        return None if other else physical_id
    if physical_id.count(SEPARATOR) == len(names) - 1:
        return physical_id
    parts = [_text_of(properties.get(name)) for name in names]
    # An id within a parent: the parent is declared, and the physical id is the one part that is not.
    return SEPARATOR.join(part or physical_id for part in parts) if parts.count(None) == 1 else None


def _text_of(value: Json) -> str | None:
    return str(value) if isinstance(value, str | int) and value != "" else None


def derived_attribute(type_name: str, name: str, place: Place, identifier: str, properties: Mapping[str, Json]) -> Json:
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
