"""The few functions that policies may call beside CEL's own. Pure, and total: no argument makes one raise.

Where an argument cannot be understood, the answer is the one under which a guardrail speaks: an address that is no
address counts as public, a rule without ports as open on all of them.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence, Set
from functools import lru_cache
from typing import Final, TypeGuard

from setpoint.decide.policy.licences import binds
from setpoint.model.canonical import Json

ALL_PORTS: Final = 65536

EVERY_PROTOCOL: Final = frozenset({"-1", "all"})
PROTOCOLS_WITH_PORTS: Final = frozenset({"tcp", "6", "udp", "17", "sctp", "132"})
"""Names and numbers (IANA, "Protocol Numbers"); in rules for other protocols the ports mean something else."""

WIDEST_PRIVATE_IPV4: Final = 8
WIDEST_PRIVATE_IPV6: Final = 32
"""A range wider than this is the public (Amazon S3 User Guide, "Blocking public access": the meaning of "public")."""

FIXING_OPERATORS: Final = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
)
"""Condition operators that let only named values pass, and nothing where the key is absent (IAM User Guide, "IAM JSON
policy elements: Condition operators"). Negated forms and `…IfExists` let everything else pass."""

_FIXED_OWNER = re.compile(r"arn:[\w-]+:[\w-]+:[^:]*:\d{12}:|o-[a-z0-9]{10,32}/")
"""An ARN that names its account, a path that names its organisation: wildcards behind these stay with one owner."""

_FIXED_TENANT = re.compile(r"[\w-]+:[^:/*?$]+[:/]")
"""A subject that names its owner first (`repo:octo-org/`, `organization:acme:`): wildcards behind it stay with them."""

_OPEN_ENDED = re.compile(r"[*?]|\$\{")
"""IAM's wildcards and policy variables."""

SHARED_ISSUERS: Final[Mapping[str, Sequence[str]]] = {
    "accounts.google.com": ("sub", "aud", "oaud"),
    "agent.buildkite.com": ("sub",),
    "api.pulumi.com/oidc": ("aud",),
    "app.terraform.io": ("sub",),
    "cognito-identity.amazonaws.com": ("aud",),
    "gitlab.com": ("sub",),
    "graph.facebook.com": ("app_id",),
    "oidc.codefresh.io": ("sub",),
    "scalr.io": ("sub",),
    "token.actions.githubusercontent.com": ("sub",),
    "www.amazon.com": ("app_id",),
}
"""Issuers of tokens for whoever signs up, and the claims that say for whom one is (IAM User Guide, "Identity-provider
controls for shared OIDC providers" and "Available keys for AWS OIDC federation")."""


def account_of(principal: Json) -> str:
    """The account that a principal belongs to; `*` for everyone, empty where it does not say."""
    if not isinstance(principal, str):
        return ""
    if principal == "*" or re.fullmatch(r"\d{12}", principal):
        return principal
    parts = principal.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def is_public_cidr(cidr: Json) -> bool:
    """Whether a range of addresses is so wide that it means the internet; false where there is none (null or empty)."""
    if cidr is None or cidr == "":
        return False
    return _is_public(cidr) if isinstance(cidr, str) else True


@lru_cache(maxsize=4096)
def _is_public(cidr: str) -> bool:
    try:
        network = ipaddress.ip_network(cidr.strip(), strict=False)
    except ValueError:
        return True
    widest = WIDEST_PRIVATE_IPV4 if network.version == 4 else WIDEST_PRIVATE_IPV6
    return network.prefixlen < widest and not network.is_private


def any_port(rule: Json, ports: Json) -> bool:
    """Whether a security group rule lets traffic to any of these ports pass, whoever it comes from."""
    first, last = _port_range(rule)
    wanted = ports if isinstance(ports, list) else [ports]
    return any(not _is_port(port) or first <= port <= last for port in wanted)


def port_count(rule: Json) -> int:
    """How many ports a security group rule opens; 0 for protocols that have none."""
    first, last = _port_range(rule)
    return max(0, last - first + 1)


def any_action(actions: Json, wanted: Json) -> bool:
    """Whether a statement's actions, with IAM's wildcards, take in one of those wanted; of `iam:*`, all of it."""
    patterns = actions if isinstance(actions, list) else [actions]
    names = wanted if isinstance(wanted, list) else [wanted]
    return any(_takes_in(pattern, name) for pattern in patterns for name in names)


def limited_by(condition: Json, keys: Json) -> bool:
    """Whether the condition of a statement lets only named values of one of these condition keys pass."""
    if not isinstance(condition, Mapping) or not isinstance(keys, list):
        return False
    return _lets_pass_only(_is_fixed, condition, {str(key).lower() for key in keys})


def serves_anyone(provider: Json, condition: Json) -> bool:
    """Whether a federated principal vouches for all its customers' users, and the condition names no one customer."""
    if not isinstance(provider, str) or provider == "*":
        return True
    issuer = provider.rpartition(":oidc-provider/")[2].lower()
    claims = SHARED_ISSUERS.get(issuer)
    if claims is None:
        return False
    keys = {f"{issuer}:{claim}" for claim in claims}
    return not (isinstance(condition, Mapping) and _lets_pass_only(_names_tenant, condition, keys))


def bound_by(expression: Json, licences: Json) -> bool:
    """Whether a component comes under one of these licences whichever of its choices is taken.

    Licences are patterns with `*`, in any case: `AGPL-*`. Not so of a component of which nobody states a licence.
    """
    if expression is None:
        return False
    return not isinstance(expression, str) or binds(expression, lambda name: _is_among(name, licences))


def usable_under(expression: Json, licences: Json) -> bool:
    """Whether one of the choices that a component leaves comes under these licences alone; patterns as in `bound_by`.

    Not so of a component of which nobody states a licence.
    """
    if not isinstance(expression, str) or not expression:
        return False
    return not binds(expression, lambda name: not _is_among(name, licences))


def _is_among(name: str, licences: Json) -> bool:
    patterns = licences if isinstance(licences, list) else [licences]
    return any(isinstance(each, str) and _matches(each, name) for each in patterns)


def _lets_pass_only(is_one: Callable[[Json], bool], condition: Mapping[str, Json], keys: Set[str]) -> bool:
    """Whether each value that the condition accepts of one of these keys is one that will do."""
    return any(
        str(key).lower() in keys and _all_are(is_one, values)
        for operator, operands in condition.items()
        if str(operator).lower().removeprefix("foranyvalue:") in FIXING_OPERATORS and isinstance(operands, Mapping)
        for key, values in operands.items()
    )


def _port_range(rule: Json) -> tuple[int, int]:
    """From and to; an empty range (1, 0) where the protocol has no ports."""
    everything = (0, ALL_PORTS - 1)
    if not isinstance(rule, Mapping):
        return everything
    protocol = str(rule.get("IpProtocol") or "-1").lower()
    if protocol in EVERY_PROTOCOL:
        return everything
    if protocol not in PROTOCOLS_WITH_PORTS:
        return (1, 0)
    first, last = rule.get("FromPort"), rule.get("ToPort")
    return (first, last) if _is_port(first) and _is_port(last) else everything


def _is_port(value: Json) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < ALL_PORTS


def _takes_in(pattern: Json, action: Json) -> bool:
    if not isinstance(pattern, str) or not isinstance(action, str):
        return True
    return _matches(pattern, action)


@lru_cache(maxsize=4096)
def _matches(pattern: str, action: str) -> bool:
    # IAM knows no sets of characters (IAM User Guide, "IAM JSON policy elements: Action").
    return fnmatch.fnmatchcase(action.lower(), pattern.lower().replace("[", "[[]"))


def _all_are(is_one: Callable[[Json], bool], values: Json) -> bool:
    listed = values if isinstance(values, list) else [values]
    return bool(listed) and all(is_one(value) for value in listed)


def _names_tenant(value: Json) -> bool:
    if not isinstance(value, str) or not value:
        return False
    return not _OPEN_ENDED.search(value) or _FIXED_TENANT.match(value) is not None


def _is_fixed(value: Json) -> bool:
    if not isinstance(value, str) or not value:
        return False
    if _OPEN_ENDED.search(value):
        return _FIXED_OWNER.match(value) is not None
    return not (_looks_like_a_range(value) and is_public_cidr(value))


def _looks_like_a_range(value: str) -> bool:
    address, _, length = value.partition("/")
    return length.isdecimal() and ("." in address or ":" in address) and not value.startswith("arn:")


FUNCTIONS: Final[Mapping[str, Callable[..., Json]]] = {
    function.__name__: function
    for function in (
        account_of,
        is_public_cidr,
        any_port,
        port_count,
        any_action,
        limited_by,
        serves_anyone,
        bound_by,
        usable_under,
    )
}

BUILT_IN: Final[Sequence[str]] = ("size", "contains", "startsWith", "endsWith", "matches", "int", "double", "string")
"""CEL's own functions that policies may call (the language definition's "List of Standard Definitions")."""
