"""`intent:`: where the intended state is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from setpoint.errors import InputError
from setpoint.fields import Fields


@dataclass(frozen=True, slots=True)
class TerraformSource:
    """A Terraform state file, or the output of `terraform show -json`."""

    path: Path
    region: str
    """For resources whose attributes do not say."""


@dataclass(frozen=True, slots=True)
class CloudFormationSource:
    path: Path
    region: str
    stack: str | None = None
    """The live stack whose physical ids and parameters resolve the template."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    """For `Fn::ImportValue`, where the stacks that export are not readable."""


IntentSource = TerraformSource | CloudFormationSource


def read_intent(fields: Fields, base: Path, region: str) -> tuple[IntentSource, ...]:
    sources = tuple(_intent_source(each, base, region) for each in fields.sections("intent"))
    if not sources:
        raise InputError(
            "no intended state is declared",
            where=fields.where("intent"),
            remedy="list a terraform state or a cloudformation template under intent:",
        )
    return sources


def _intent_source(fields: Fields, base: Path, region: str) -> IntentSource:
    named = [kind for kind in ("terraform", "cloudformation") if fields.has(kind)]
    if len(named) != 1:
        raise InputError(
            f"{fields.path} names {len(named)} sources; exactly one was expected",
            where=fields.where(),
            remedy="give each entry either terraform: or cloudformation:",
        )
    path = base / fields.text(named[0])
    source: IntentSource
    if named[0] == "terraform":
        source = TerraformSource(path, fields.text("region", region))
    else:
        source = CloudFormationSource(
            path,
            fields.text("region", region),
            fields.optional_text("stack"),
            _texts(fields.section("parameters")),
            _texts(fields.section("exports")),
        )
    fields.done()
    return source


def _texts(fields: Fields) -> dict[str, str]:
    return {key: fields.text(key) for key in fields.names()}
