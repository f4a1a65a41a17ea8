"""`intent:`: where the intended state is declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.intent.cloudformation.cloud import Permitted
from setpoint.intent.cloudformation.sources import LiveTemplate, LocalFile, Source, StoredObject, stored_object

KINDS: Final = ("terraform", "cloudformation", "cdk")


@dataclass(frozen=True, slots=True)
class TerraformSource:
    """A Terraform state file, or the output of `terraform show -json`."""

    path: Path
    region: str
    """For resources whose attributes do not say."""


@dataclass(frozen=True, slots=True)
class CloudFormationSource:
    template: Source
    region: str
    stack: str | None = None
    """The live stack whose physical ids and parameters resolve the template."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    """For `Fn::ImportValue`, where the stacks that export are not readable."""
    account: str | None = None
    """Where the stack is; None where it is in the account of the credentials in use."""
    permitted: Permitted = field(default_factory=Permitted)
    zones: tuple[str, ...] = ()
    """For `Fn::GetAZs`."""


@dataclass(frozen=True, slots=True)
class CdkSource:
    """A cloud assembly, whose manifest says where each stack is."""

    path: Path
    region: str
    """For stacks that do not say."""
    deployed: bool = True
    """Whether the live stacks are asked, as `CloudFormationSource.stack` is."""
    permitted: Permitted = field(default_factory=Permitted)
    zones: tuple[str, ...] = ()


IntentSource = TerraformSource | CloudFormationSource | CdkSource


def read_intent(fields: Fields, base: Path, regions: Sequence[str]) -> tuple[IntentSource, ...]:
    """Nothing need be declared; whatever is, is held against the first of these regions where it names no other."""
    sections = fields.sections("intent")
    if sections and not regions:
        raise InputError(
            "something is declared, and no region in which it would be",
            where=fields.where("intent"),
            remedy="name at least one under aws.regions, such as eu-west-1",
        )
    return tuple(_intent_source(each, base, regions[0]) for each in sections)


def _intent_source(fields: Fields, base: Path, region: str) -> IntentSource:
    named = [kind for kind in KINDS if fields.has(kind)]
    if not named and fields.has("stack"):
        named = ["cloudformation"]  # as it is deployed
    if len(named) != 1:
        raise InputError(
            f"{fields.path} names {len(named)} sources; exactly one was expected",
            where=fields.where(),
            remedy="give each entry one of terraform:, cloudformation: or cdk:, or stack: alone",
        )
    source: IntentSource
    match named[0]:
        case "terraform":
            source = TerraformSource(base / fields.text("terraform"), fields.text("region", region))
        case "cdk":
            source = CdkSource(
                base / fields.text("cdk"),
                fields.text("region", region),
                deployed=fields.flag("deployed", default=True),
                permitted=_permitted(fields),
                zones=fields.texts("availability_zones"),
            )
        case _:
            source = _cloudformation(fields, base, region)
    fields.done()
    return source


def _cloudformation(fields: Fields, base: Path, region: str) -> CloudFormationSource:
    template = _template(fields, base)
    return CloudFormationSource(
        template,
        fields.text("region", region),
        fields.optional_text("stack"),
        _texts(fields.section("parameters")),
        _texts(fields.section("exports")),
        _account(fields),
        _permitted(fields, template),
        fields.texts("availability_zones"),
    )


def _template(fields: Fields, base: Path) -> Source:
    if not fields.has("cloudformation"):
        return LiveTemplate(fields.text("stack"))
    named = fields.text("cloudformation")
    stored = stored_object(named)
    if stored is None and "://" in named:
        raise InputError(
            f"{fields.path}.cloudformation is {named!r}, which is no object in S3",
            where=fields.where("cloudformation"),
            remedy="write a path, or s3://bucket/key",
        )
    return stored or LocalFile(base / named)


def _permitted(fields: Fields, template: Source | None = None) -> Permitted:
    """What may be read for a template besides its stack; the bucket that it is in itself is named by that."""
    own = (template.bucket,) if isinstance(template, StoredObject) else ()
    return Permitted((*own, *fields.texts("template_buckets")), fields.texts("ssm_parameters"))


def _account(fields: Fields) -> str | None:
    account = fields.optional_text("account")
    if account is not None and not (account.isdigit() and len(account) == 12):
        raise InputError(
            f"{fields.path}.account is {account!r}; twelve digits were expected",
            where=fields.where("account"),
            remedy="put it in quotes: an unquoted number loses leading zeros",
        )
    return account


def _texts(fields: Fields) -> dict[str, str]:
    return {key: fields.text(key) for key in fields.names()}
