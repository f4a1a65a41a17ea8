"""How each condition operator compares a value of the request with a value of the policy.

"IAM JSON policy elements: Condition operators". What cannot be read as the operator's type fits nothing.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, Final, TypeVar

from setpoint.compare.identity.aws.patterns import Matcher, Sign, Token, Tokens, Variable, matcher, tokens_of
from setpoint.model.iam import Operator

NEGATED: Final = {
    Operator.STRING_NOT_EQUALS: Operator.STRING_EQUALS,
    Operator.STRING_NOT_EQUALS_IGNORE_CASE: Operator.STRING_EQUALS_IGNORE_CASE,
    Operator.STRING_NOT_LIKE: Operator.STRING_LIKE,
    Operator.NUMERIC_NOT_EQUALS: Operator.NUMERIC_EQUALS,
    Operator.DATE_NOT_EQUALS: Operator.DATE_EQUALS,
    Operator.NOT_IP_ADDRESS: Operator.IP_ADDRESS,
    Operator.ARN_NOT_EQUALS: Operator.ARN_EQUALS,
    Operator.ARN_NOT_LIKE: Operator.ARN_LIKE,
}
"""Each negated operator → the one whose opposite it is."""

_WITH_WILDCARDS: Final = frozenset({Operator.STRING_LIKE, Operator.ARN_EQUALS, Operator.ARN_LIKE})
_WITH_VARIABLES: Final = _WITH_WILDCARDS | {Operator.STRING_EQUALS, Operator.STRING_EQUALS_IGNORE_CASE, Operator.BOOL}
_ARN_SEGMENTS: Final = 6
_MAX_NUMBER: Final = 64
"""Characters of a number; longer ones would only cost time."""

_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?"
)
"""The forms of ISO 8601 that the W3C's note "Date and Time Formats" has."""
_EPOCH: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")

Value = TypeVar("Value", Decimal, datetime)
Comparison = Callable[[Any, Any], bool]
"""Of two values of one type."""


def value_tokens(operator: Operator, text: str, *, variables: bool) -> Tokens:
    """Of a value of the policy, for an operator that is not negated."""
    return tokens_of(text, wildcards=operator in _WITH_WILDCARDS, variables=variables and operator in _WITH_VARIABLES)


def value_matcher(operator: Operator, tokens: Tokens) -> Matcher:
    """Whether a value of the request fits the policy's, whose variables have been filled in."""
    if operator in {Operator.ARN_EQUALS, Operator.ARN_LIKE}:
        return _arn(tokens)
    if operator is Operator.STRING_LIKE:
        return matcher(tokens)
    if any(isinstance(token, Sign) for token in tokens):
        return lambda _given: True  # stands for the value of an unknown variable
    return _MATCHERS[operator]("".join(token for token in tokens if isinstance(token, str)))


def _ignoring_case(wanted: str) -> Matcher:
    lowered = wanted.lower()
    return lambda given: given.lower() == lowered


def _bool(wanted: str) -> Matcher:
    lowered = wanted.lower()
    return lambda given: lowered in {"true", "false"} and given.lower() == lowered


def _binary(wanted: str) -> Matcher:
    """A binary value of the request is given in base 64, as in the policy, or as the text that it is."""
    try:
        decoded = b64decode(wanted, validate=True)
    except (binascii.Error, ValueError):
        return lambda _given: False
    return lambda given: given == wanted or given.encode() == decoded


def _numeric(compare: Comparison) -> Callable[[str], Matcher]:
    return lambda wanted: _ordered(_number, compare, wanted)


def _date(compare: Comparison) -> Callable[[str], Matcher]:
    return lambda wanted: _ordered(_moment, compare, wanted)


def _ordered(read: Callable[[str], Value | None], compare: Comparison, wanted: str) -> Matcher:
    limit = read(wanted)

    def fits(given: str) -> bool:
        value = read(given)
        return limit is not None and value is not None and compare(value, limit)

    return fits


def _number(text: str) -> Decimal | None:
    if len(text) > _MAX_NUMBER:
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    """Four digits are a year, others seconds since 1970. Without a zone it is UTC."""
    dated = _DATE.fullmatch(text)
    try:
        if dated is None:
            return datetime.fromtimestamp(float(text), UTC) if _EPOCH.fullmatch(text) else None
        year, month, day, hour, minute, second = (
            int(part or least) for part, least in zip(dated.groups(), _LEAST, strict=False)
        )
        micros = int((dated[7] or "0").ljust(6, "0")[:6])
        return datetime(year, month, day, hour, minute, second, micros, UTC) - _offset(dated[8])
    except (ValueError, OverflowError, OSError):
        return None


_LEAST: Final = (1, 1, 1, 0, 0, 0)


def _offset(zone: str | None) -> timedelta:
    if zone in {None, "Z"} or zone is None:
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def _address(wanted: str) -> Matcher:
    network = _network(wanted)

    def fits(given: str) -> bool:
        address = _read_address(given)
        return network is not None and address is not None and address.version == network.version and address in network

    return fits


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _arn(tokens: Tokens) -> Matcher:
    """Each of the six segments for itself. `*` alone stands for any ARN."""
    if tokens == (Sign.MANY,):
        return lambda given: given.count(":") >= _ARN_SEGMENTS - 1
    segments = _segments(tokens)
    if len(segments) != _ARN_SEGMENTS:
        return lambda _given: False
    matchers = [matcher(segment) for segment in segments]

    def fits(given: str) -> bool:
        parts = given.split(":", _ARN_SEGMENTS - 1)
        return len(parts) == _ARN_SEGMENTS and all(each(part) for each, part in zip(matchers, parts, strict=True))

    return fits


def _segments(tokens: Tokens) -> list[list[Token]]:
    """Split at the first five colons of the text."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        if isinstance(token, Sign | Variable):
            found[-1].append(token)
            continue
        first, *rest = token.split(":", _ARN_SEGMENTS - len(found))
        found[-1] += [first] if first else []
        found += [[part] if part else [] for part in rest]
    return found


_MATCHERS: Final[dict[Operator, Callable[[str], Matcher]]] = {
    Operator.STRING_EQUALS: lambda wanted: wanted.__eq__,
    Operator.STRING_EQUALS_IGNORE_CASE: _ignoring_case,
    Operator.NUMERIC_EQUALS: _numeric(eq),
    Operator.NUMERIC_LESS_THAN: _numeric(lt),
    Operator.NUMERIC_LESS_THAN_EQUALS: _numeric(le),
    Operator.NUMERIC_GREATER_THAN: _numeric(gt),
    Operator.NUMERIC_GREATER_THAN_EQUALS: _numeric(ge),
    Operator.DATE_EQUALS: _date(eq),
    Operator.DATE_LESS_THAN: _date(lt),
    Operator.DATE_LESS_THAN_EQUALS: _date(le),
    Operator.DATE_GREATER_THAN: _date(gt),
    Operator.DATE_GREATER_THAN_EQUALS: _date(ge),
    Operator.BOOL: _bool,
    Operator.BINARY_EQUALS: _binary,
    Operator.IP_ADDRESS: _address,
}
