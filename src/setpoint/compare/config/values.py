"""When two values, both in canonical form, are the same to AWS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.compare.config.canonical import canonical, to_text
from setpoint.compare.config.documents import meaning
from setpoint.compare.config.rules import Rule
from setpoint.model.canonical import Json
from setpoint.model.schema import Kind
from setpoint.model.urn import GLOBAL, PARTITIONS, Urn

_KMS_ALIAS: Final = re.compile(r"(?:arn:[^:]+:kms:(?P<region>[^:]+):(?P<account>[^:]+):)?alias/.+")
_KMS_KEY: Final = re.compile(r"arn:[^:]+:kms:(?P<region>[^:]+):(?P<account>[^:]+):key/.+")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a resource lives: what a bare name or id is read in."""

    partition: str
    account: str
    region: str

    @classmethod
    def of(cls, urn: Urn) -> Home:
        partition, account, region, *_ = (*urn.split(":", 3), "", "", "")
        return cls(partition, account, region) if partition in PARTITIONS else cls("aws", "", "")

    def fill_in(self, default: Json) -> Json:
        """A documented default with this home in its placeholders (KMS documents its default key policy so)."""
        if not isinstance(default, str):
            return default
        return default.replace("<partition>", self.partition).replace("<account-id>", self.account)


def is_empty(value: Json) -> bool:
    """Absent, null, "", [] or {}; false and 0 say something."""
    return value is None or (not value and not isinstance(value, bool | int | float))


def same_scalar(rule: Rule, intended: Json, actual: Json, home: Home) -> bool:
    if intended == actual:
        return isinstance(intended, bool) == isinstance(actual, bool)  # to Python, True is 1
    if not (isinstance(intended, str) and isinstance(actual, str)):
        # Where the schema says no type, CloudFormation turns numbers and booleans into text on their way.
        return rule.kind in (None, Kind.ANY) and to_text(intended) == to_text(actual)
    if rule.folded_case and intended.lower() == actual.lower():
        return True
    if rule.open_ended and actual.startswith(f"{intended}."):
        return True
    return rule.reference and same_reference(intended, actual, home)


def same_reference(one: str, other: str, home: Home) -> bool:
    """Whether one is the ARN of what the other names: `arn:aws:kms:…:key/ID` and `ID`, a role's ARN and its name.

    A bare name means the resource's own account and region: the ARN of a namesake elsewhere is another thing.
    """
    arn, name = (one, other) if one.startswith("arn:") else (other, one)
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or name.startswith("arn:") or not name:
        return False
    _, partition, _, region, account, resource = parts
    at_home = (
        partition == home.partition
        and account in ("", home.account)
        and (region in ("", home.region) or home.region == GLOBAL)
    )
    return at_home and (resource == name or resource.endswith((f"/{name}", f":{name}")))


def may_lead_to(alias: Json, key: Json, home: Home) -> bool:
    """Whether one is an alias that may stand for the key that the other is: it says only whose that is, and where.

    Aliases lead to keys of their own account and region (AWS KMS Developer Guide, "Aliases in AWS KMS").
    """
    if not (isinstance(alias, str) and isinstance(key, str)):
        return False
    name, found = _KMS_ALIAS.fullmatch(alias), _KMS_KEY.fullmatch(key)
    if name is None or found is None:
        return False
    return (name["region"] or home.region, name["account"] or home.account) == (found["region"], found["account"])


def essence(rule: Rule, value: Json, home: Home) -> Json:
    """What is left of a value without what would not count if it differed: elements of equal essence are the same.

    Not the other way round: a reference has two spellings; and defaults that are lists or `true` are left in, because
    where they are missing a protection may be off.
    """
    if rule.kind is Kind.DOCUMENT:
        return meaning(value)
    if isinstance(value, Mapping):
        members = {name: _essence_of_member(rule, name, member, home) for name, member in value.items()}
        return {name: member for name, member in members.items() if not is_empty(member)}
    if isinstance(value, list):
        return [essence(rule.of_element(), element, home) for element in value]
    return value.lower() if rule.folded_case and isinstance(value, str) else value


def _essence_of_member(rule: Rule, name: str, member: Json, home: Home) -> Json:
    child, _ = rule.step("", name)
    default = child.default
    if default is None or member is True or isinstance(member, Mapping | list):
        return essence(child, member, home)
    stated = canonical(child, home.fill_in(default.value), home.partition)
    return None if member == stated else essence(child, member, home)
