"""What values in canonical form say beside their spelling: nothing, a choice, a reference, the key of an alias."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import orjson

from setpoint.compare.config.canonical import canonical
from setpoint.compare.config.documents import meaning
from setpoint.compare.config.home import Home
from setpoint.compare.config.rules import Rule
from setpoint.model.canonical import Json, Unknown, canonical_bytes
from setpoint.model.schema import Kind
from setpoint.model.urn import GLOBAL

_KMS_ALIAS: Final = re.compile(r"(?:arn:[^:]+:kms:(?P<region>[^:]+):(?P<account>[^:]+):)?alias/.+")
_KMS_KEY: Final = re.compile(
    r"(?:arn:[^:]+:kms:(?P<region>[^:]+):(?P<account>[^:]+):key/.+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)

_SWITCHES: Final = ("Enabled", "Enable", "Status", "State")


def is_empty(value: Json) -> bool:
    """Absent, null, "", [] or {}; false and 0 say something."""
    return value is None or (not value and not isinstance(value, bool | int | float))


def is_identical(one: Json, other: Json) -> bool:
    """Whether both are the same without any rule: quickly, and nearly always. To Python, True is 1."""
    if one.__class__ is not other.__class__ or one != other or one is None:
        return False
    return not isinstance(one, dict | list) or canonical_bytes(one) == canonical_bytes(other)


def is_choice(value: Json) -> bool:
    """Whether the object says something by its keys alone: `{"Block": {}}`, `{"Deidentify": {"MaskConfig": {}}}`."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(member == {} or is_choice(member) for member in value.values())
    )


def is_switched_off(element: Json) -> bool:
    """Whether an element of a list says that it is off: `{"AddOnType": "AutoSnapshot", "Status": "Disabled"}`."""
    said = (element.get(name) for name in _SWITCHES) if isinstance(element, Mapping) else ()
    return any(str(each).lower() in ("false", "disabled") for each in said)


def as_alike(rule: Rule, intended: Json, actual: Json) -> tuple[Json, Json]:
    """Both sides as JSON, where either is JSON in a text, and as lists, where either is the one thing itself.

    Services take and return both; of lists only where the schema does not say what it is.
    """
    intended, actual = _as_json(intended, actual)
    if rule.kind not in (None, Kind.ANY) or is_empty(intended) or is_empty(actual) or isinstance(intended, Unknown):
        return intended, actual
    if isinstance(intended, list) == isinstance(actual, list):
        return intended, actual
    return (intended, [actual]) if isinstance(intended, list) else ([intended], actual)


def _as_json(intended: Json, actual: Json) -> tuple[Json, Json]:
    if isinstance(actual, str) and isinstance(intended, dict | list | str):
        parsed = _structure(actual)
        if parsed is not None and isinstance(intended, str):
            declared = _structure(intended)
            return (intended, actual) if declared is None else (declared, parsed)
        return intended, actual if parsed is None else parsed
    if isinstance(intended, str) and isinstance(actual, dict | list):
        parsed = _structure(intended)
        return intended if parsed is None else parsed, actual
    return intended, actual


def _structure(text: str) -> Json:
    """The object or list that the text holds; None where it holds neither."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def is_lossy(intended: Json, actual: Json) -> bool:
    """Whether a declared text has question marks exactly where the live one has characters outside of ASCII."""
    if not (isinstance(intended, str) and isinstance(actual, str) and "?" in intended) or len(intended) != len(actual):
        return False
    return not actual.isascii() and all(
        one == other or (one == "?" and not other.isascii()) for one, other in zip(intended, actual, strict=True)
    )


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
    region, account = found["region"] or home.region, found["account"] or home.account
    return (name["region"] or home.region, name["account"] or home.account) == (region, account)


def essence(rule: Rule, value: Json, home: Home) -> Json:
    """What is left of a value without what would not count if it differed: elements of equal essence are the same.

    Not the other way round: a reference has two spellings, and a default may be declared on neither side.
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
    if default is None or not default.omitted or member is True or isinstance(member, Mapping | list):
        return essence(child, member, home)
    stated = canonical(child, home.fill_in(default.value), home.partition)
    return None if member == stated else essence(child, member, home)
