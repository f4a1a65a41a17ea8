"""When two values, both in canonical form, are one value in two spellings: each rule with the source that says so.

Called by the walk. A changed value must never pass for a spelling: a rule holds only where the schema says it of the
property, or where the property's name says what its text holds (`text_kinds`) and a standard, or AWS, how that is read.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from setpoint.compare.config.canonical import to_text
from setpoint.compare.config.home import Home
from setpoint.compare.config.rules import Rule
from setpoint.compare.config.text_kinds import TextKind
from setpoint.compare.config.values import same_reference
from setpoint.model.canonical import Json
from setpoint.model.schema import Kind

_JOINTS: Final = re.compile(r"[-_ ]")
_WORD: Final = re.compile(r"[A-Za-z][\w -]*")
_TOKEN: Final = re.compile(r"[\w!#$%&'*+.^`|~-]+")
"""RFC 9110, section 5.6.2."""

_HOST: Final = re.compile(r"(?:\*\.)?(?:[\w-]{1,63}\.)+[A-Za-z][\w-]*\.?")
_BARE_URL: Final = re.compile(r"[a-z][a-z\d+.-]*://[^/?#\s]+")
_COMPLETION: Final = re.compile(r"[\w.]+(?:-\d[\w.]*)*")
_HTTPS: Final = "https://"

AS_TEXT: Final = "spelling (CloudFormation User Guide: numbers and booleans may be text)"
ROUNDED: Final = "spelling (resource schema: AWS rounds it down)"


def sameness(rule: Rule, intended: Json, actual: Json, home: Home) -> str:
    """Why two values that are spelt differently are the same to AWS, with the source; empty where they are not."""
    if isinstance(intended, str) and isinstance(actual, str):
        return _of_texts(rule, intended, actual, home)
    if intended == actual:
        return AS_TEXT if isinstance(intended, bool) == isinstance(actual, bool) else ""  # to Python, True is 1
    if rule.rounded and isinstance(intended, int) and isinstance(actual, int):
        return ROUNDED if actual == intended - intended % rule.rounded else ""
    # Where the schema says no type, CloudFormation turns numbers and booleans into text on their way.
    return AS_TEXT if rule.kind in (None, Kind.ANY) and to_text(intended) == to_text(actual) else ""


def _of_texts(rule: Rule, intended: str, actual: str, home: Home) -> str:
    for why, same in _BY_SCHEMA:
        if same(rule, intended, actual):
            return why
    if rule.text is TextKind.EXACT:
        return ""
    said = _BY_TEXT_KIND.get(rule.text)
    if said is not None and said[1](intended, actual):
        return said[0]
    for why, same_text in _OF_ANY_TEXT:
        if same_text(intended, actual):
            return why
    return OF_ARN if not rule.has_enum and same_reference(intended, actual, home) else ""


def _same_choice(rule: Rule, intended: str, actual: str) -> bool:
    """Services join words in ways of their own: `lowest-price`, `LOWEST_PRICE`, `lowestPrice`."""
    return rule.has_enum and _same_but_case(_JOINTS.sub("", intended), _JOINTS.sub("", actual))


def _has_folded_case(rule: Rule, intended: str, actual: str) -> bool:
    return rule.folded_case and _same_but_case(intended, actual)


def _has_added_word(rule: Rule, intended: str, actual: str) -> bool:
    return rule.added != "" and [each for each in actual.split() if each != rule.added] == intended.split()


def _is_completed(rule: Rule, intended: str, actual: str) -> bool:
    return rule.open_ended and _completes(intended, actual)


def _completes(intended: str, actual: str) -> bool:
    """`8.0` is completed to `8.0.45`, `19` to `19.0.0.0.ru-2024-01.rur-2024-01.r1`."""
    more = actual.removeprefix(f"{intended}.")
    return more != actual and intended[:1].isdigit() and _COMPLETION.fullmatch(more) is not None


def _same_but_case(intended: str, actual: str) -> bool:
    return intended.lower() == actual.lower()


def _same_word(intended: str, actual: str) -> bool:
    return _WORD.fullmatch(intended) is not None and _same_but_case(intended, actual)


def _same_token(intended: str, actual: str) -> bool:
    return _TOKEN.fullmatch(intended) is not None and _same_but_case(intended, actual)


def _is_lowered(intended: str, actual: str) -> bool:
    return actual == intended.lower()


def _same_host(intended: str, actual: str) -> bool:
    """In any case, with or without the full stop of the root."""
    both_hosts = _HOST.fullmatch(intended) is not None and _HOST.fullmatch(actual) is not None
    return both_hosts and intended.removesuffix(".").lower() == actual.removesuffix(".").lower()


def _same_issuer(intended: str, actual: str) -> bool:
    return intended.removeprefix(_HTTPS) == actual


def _same_block(intended: str, actual: str) -> bool:
    """EC2 sets host bits to zero."""
    try:
        return ipaddress.ip_network(intended, strict=False) == ipaddress.ip_network(actual, strict=False)
    except ValueError:
        return False


def _same_address(intended: str, actual: str) -> bool:
    """IPv6 has many spellings. The host's part counts: it may be the address of a peer."""
    if "/" not in intended or not (intended[:1].isalnum() and actual[:1].isalnum()):
        return False
    try:
        return ipaddress.ip_interface(intended) == ipaddress.ip_interface(actual)
    except ValueError:
        return False


def _same_around(intended: str, actual: str) -> bool:
    return intended.strip() == actual.strip()


def _same_empty_path(intended: str, actual: str) -> bool:
    """`https://a.example` and `https://a.example/`; a slash after a path makes it another one."""
    shorter, longer = sorted((intended, actual), key=len)
    return longer == f"{shorter}/" and _BARE_URL.fullmatch(shorter) is not None


def _same_moment(intended: str, actual: str) -> bool:
    """ISO 8601 in two spellings; without an offset it is UTC, as AWS reads it."""
    if not (intended[:4].isdigit() and actual[:4].isdigit() and "T" in intended and "T" in actual):
        return False
    try:
        one, other = datetime.fromisoformat(intended), datetime.fromisoformat(actual)
    except ValueError:
        return False
    return (one if one.tzinfo else one.replace(tzinfo=UTC)) == (other if other.tzinfo else other.replace(tzinfo=UTC))


OF_ARN: Final = "spelling (AWS General Reference, ARNs: a name and its ARN)"

_BY_SCHEMA: Final[tuple[tuple[str, Callable[[Rule, str, str], bool]], ...]] = (
    ("spelling (resource schema: one of its words)", _same_choice),
    ("spelling (resource schema: case means nothing here)", _has_folded_case),
    ("spelling (resource schema: AWS adds a word)", _has_added_word),
    ("spelling (resource schema: AWS completes versions)", _is_completed),
)
"""(how it is told, the rule): what the schema says of the property."""

_BY_TEXT_KIND: Final[dict[TextKind, tuple[str, Callable[[str, str], bool]]]] = {
    TextKind.WORD: ("spelling (decision 23: one of a few words, in another case)", _same_word),
    TextKind.HOST: ("spelling (RFC 1034, section 3.1: a domain's name)", _same_host),
    TextKind.HEADER: ("spelling (RFC 9110, section 5.1: the name of a header)", _same_token),
    TextKind.INSPECTED: ("spelling (AWS WAF API Reference, FieldToMatch: case means nothing here)", _same_but_case),
    TextKind.IDENTIFIER: ("spelling (Amazon RDS API Reference, DBInstance: stored in lower case)", _is_lowered),
    TextKind.BLOCK: ("spelling (RFC 4632: a block of addresses)", _same_block),
    TextKind.ISSUER: ("spelling (IAM API Reference, GetOpenIDConnectProvider: without https://)", _same_issuer),
    TextKind.ENGINE_VERSION: ("spelling (Amazon RDS User Guide, DB engine versions: AWS completes them)", _completes),
}
"""What the text holds, where that says more than its letters → how it is told, and the rule."""

_OF_ANY_TEXT: Final[tuple[tuple[str, Callable[[str, str], bool]], ...]] = (
    ("spelling (decision 23: white space around a text)", _same_around),
    ("spelling (RFC 4291, section 2.2: an address)", _same_address),
    ("spelling (RFC 3986, section 6.2.3: an empty path is a slash)", _same_empty_path),
    ("spelling (ISO 8601: one moment)", _same_moment),
)
"""What the two values say by themselves, unless somebody chose every letter."""
