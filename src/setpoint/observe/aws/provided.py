"""What AWS itself puts into an account: known, so that nobody is told of it as of something that nobody declared.

Some of it has a name that nobody else may use (`provided.yaml`). Of the rest only EC2's own API says so: the schemas of
a VPC and of what comes with it have no property for that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from setpoint.aws import client_errors, translate
from setpoint.files import Document, load_yaml
from setpoint.model.canonical import Json
from setpoint.model.paths import lookup
from setpoint.observe.aws.reader import Place

_WORDS: Final = re.compile("[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Named:
    """Entities that AWS makes, by how they are called."""

    path: str
    """The property that holds the name."""
    names: tuple[str, ...]
    beginnings: tuple[str, ...]
    by: str
    """What they are, for people."""

    def covers(self, properties: Mapping[str, Json]) -> bool:
        called = (each for each in lookup(properties, self.path) if isinstance(each, str))
        return any(each in self.names or each.startswith(self.beginnings) for each in called)


@dataclass(frozen=True, slots=True)
class Default:
    """Entities that come with an account or a VPC, by the filter under which EC2 tells of them."""

    by: str
    """What they are, for people."""
    noun: str
    """What EC2's API calls one of them: its calls, answers and ids are all named after that."""
    filter: str
    value: str = "true"
    of: str = ""
    """A type: the filter's values are the identifiers of its defaults."""

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        return f"ec2:Describe{self.noun}s"

    @property
    def operation(self) -> str:
        """The method of boto3's client."""
        return "_".join(("describe", *_WORDS.findall(self.noun))).lower() + "s"

    @property
    def member(self) -> str:
        """The list in the answer."""
        return f"{self.noun}s"

    @property
    def identifier(self) -> str:
        return f"{self.noun}Id"


VPC: Final = "AWS::EC2::VPC"

DEFAULTS: Final[Mapping[str, Default]] = {
    "AWS::EC2::InternetGateway": Default(
        "AWS: the internet gateway of a default VPC", "InternetGateway", "attachment.vpc-id", of=VPC
    ),
    "AWS::EC2::NetworkAcl": Default("AWS: the default network ACL of its VPC", "NetworkAcl", "default"),
    "AWS::EC2::RouteTable": Default("AWS: the main route table of its VPC", "RouteTable", "association.main"),
    "AWS::EC2::Subnet": Default("AWS: the default subnet of its zone", "Subnet", "default-for-az"),
    VPC: Default("AWS: the default VPC of its region", "Vpc", "is-default"),
}
"""Type → its defaults (Amazon VPC User Guide, "Default VPC components", "Default network ACL", "Main route table"; the
filters are those of the Amazon EC2 API Reference)."""


class Provisions:
    def __init__(self, names: Document) -> None:
        self._named: defaultdict[str, list[Named]] = defaultdict(list)
        for entry in names.value["provided"]:
            self._named[entry["type"]].append(
                Named(entry.get("path", ""), tuple(entry.get("is", ())), tuple(entry.get("begins", ())), by=entry["by"])
            )

    def by_name(self, type_name: str, properties: Mapping[str, Json]) -> str:
        """Who made it, where its name says so; empty where it does not."""
        rules = self._named.get(type_name, ())
        return next((f"AWS: {rule.by}" for rule in rules if not rule.path or rule.covers(properties)), "")

    def defaults(self, type_name: str, place: Place) -> Mapping[str, str]:
        """Identifier → who made it, of those of which EC2 has to be asked. Raises `CouldNotTellError`."""
        default = DEFAULTS.get(type_name)
        if default is None:
            return {}
        values = sorted(self.defaults(default.of, place)) if default.of else [default.value]
        if not values:
            return {}
        pages = place.client("ec2").get_paginator(default.operation)
        try:
            found = pages.paginate(Filters=[{"Name": default.filter, "Values": values}])
            return {each[default.identifier]: default.by for page in found for each in page.get(default.member, [])}
        except client_errors() as error:
            raise translate(error, default.action) from error

    def permissions(self, type_name: str) -> tuple[str, ...]:
        """The IAM actions that telling them apart needs."""
        default = DEFAULTS.get(type_name)
        return (default.action, *self.permissions(default.of)) if default else ()


@cache
def shipped_provisions() -> Provisions:
    return Provisions(load_yaml(Path(__file__).parent / "provided.yaml"))
