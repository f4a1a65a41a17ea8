"""When two values, both in canonical form, are the same to AWS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import orjson

from setpoint.compare.config.canonical import canonical, to_text
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
_JOINTS: Final = re.compile(r"[-_ ]")
_HTTPS: Final = "https://"
_COMPLETION: Final = re.compile(r"[\w.]+(?:-\d[\w.]*)*")


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


def sameness(rule: Rule, intended: Json, actual: Json, home: Home) -> str:
    """Why two values that are spelt differently are the same to AWS, with the source; empty where they are not."""
    if not (isinstance(intended, str) and isinstance(actual, str)):
        if intended == actual:
            return AS_TEXT if isinstance(intended, bool) == isinstance(actual, bool) else ""  # to Python, True is 1
        if rule.rounded and isinstance(intended, int) and isinstance(actual, int):
            return ROUNDED if actual == intended - intended % rule.rounded else ""
        # Where the schema says no type, CloudFormation turns numbers and booleans into text on their way.
        return AS_TEXT if rule.kind in (None, Kind.ANY) and to_text(intended) == to_text(actual) else ""
    return next((why for why, same in _SAME_TEXTS if same(rule, intended, actual, home)), "")


def _words_without(text: str, word: str) -> list[str]:
    return [each for each in text.split() if each != word]


def _same_case(rule: Rule, intended: str, actual: str) -> bool:
    """Services return words of a fixed set in their own case, and names in one case where case means nothing.

    They also join such words in ways of their own: `lowest-price`, `LOWEST_PRICE`, `lowestPrice`.
    """
    if rule.has_enum and _JOINTS.sub("", intended).lower() == _JOINTS.sub("", actual).lower():
        return True
    if rule.exact or intended.lower() != actual.lower():
        return False
    return rule.folded_case or rule.has_enum or rule.is_word or actual in (intended.lower(), intended.upper())


def _has_added_word(rule: Rule, intended: str, actual: str) -> bool:
    return rule.added != "" and _words_without(actual, rule.added) == intended.split()


def _is_completed(rule: Rule, intended: str, actual: str) -> bool:
    return (rule.open_ended or rule.path.endswith("Version")) and _completes(intended, actual)


def _completes(intended: str, actual: str) -> bool:
    """`8.0` is completed to `8.0.45`, `19` to `19.0.0.0.ru-2024-01.rur-2024-01.r1`."""
    more = actual.removeprefix(f"{intended}.")
    return more != actual and intended[:1].isdigit() and _COMPLETION.fullmatch(more) is not None


def _same_host(intended: str, actual: str) -> bool:
    """A domain name with or without the full stop of the root (RFC 1034, section 3.1)."""
    return "." in intended.rstrip(".") and intended.rstrip(".").lower() == actual.rstrip(".").lower()


def _same_block(intended: str, actual: str) -> bool:
    """Blocks of addresses: host bits are dropped, IPv6 has many spellings."""
    if "/" not in intended or not (intended[:1].isalnum() and actual[:1].isalnum()):
        return False
    try:
        return ipaddress.ip_network(intended, strict=False) == ipaddress.ip_network(actual, strict=False)
    except ValueError:
        return False


def _same_address(intended: str, actual: str) -> bool:
    """A URL with or without the slash at its end, or the `https://` that goes without saying."""
    return "://" in intended and intended.removeprefix(_HTTPS).rstrip("/") == actual.removeprefix(_HTTPS).rstrip("/")


def _same_moment(intended: str, actual: str) -> bool:
    """ISO 8601 in two spellings; without an offset it is UTC, as AWS reads it."""
    if not (intended[:4].isdigit() and actual[:4].isdigit() and "T" in intended and "T" in actual):
        return False
    try:
        one, other = datetime.fromisoformat(intended), datetime.fromisoformat(actual)
    except ValueError:
        return False
    return (one if one.tzinfo else one.replace(tzinfo=UTC)) == (other if other.tzinfo else other.replace(tzinfo=UTC))


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


AS_TEXT: Final = "spelling (CloudFormation User Guide: numbers and booleans may be text)"
ROUNDED: Final = "spelling (resource schema: AWS rounds it down)"

_SAME_TEXTS: Final[tuple[tuple[str, Callable[[Rule, str, str, Home], bool]], ...]] = (
    ("spelling (resource schema: case means nothing here)", lambda rule, one, other, _: _same_case(rule, one, other)),
    ("spelling (resource schema: AWS adds a word)", lambda rule, one, other, _: _has_added_word(rule, one, other)),
    ("spelling (resource schema: AWS completes versions)", lambda rule, one, other, _: _is_completed(rule, one, other)),
    ("spelling (white space around it)", lambda _, one, other, __: one.strip() == other.strip()),
    ("spelling (RFC 1034, section 3.1: a domain's name)", lambda _, one, other, __: _same_host(one, other)),
    ("spelling (RFC 4632 and RFC 5952: a block of addresses)", lambda _, one, other, __: _same_block(one, other)),
    ("spelling (RFC 3986, section 6.2.3: a URL's last slash)", lambda _, one, other, __: _same_address(one, other)),
    ("spelling (ISO 8601: one moment)", lambda _, one, other, __: _same_moment(one, other)),
    (
        "spelling (AWS General Reference, ARNs: a name and its ARN)",
        lambda rule, one, other, home: not (rule.exact or rule.has_enum) and same_reference(one, other, home),
    ),
)
"""(how it is told, the rule), in the order in which they are asked."""


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
