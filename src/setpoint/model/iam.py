"""IAM policies as values: what a document says, read once, for whoever evaluates, searches or compares it.

`model/iam_reading` makes them from JSON and refuses what AWS would refuse. The words are those of the IAM User Guide,
"IAM JSON policy elements reference".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WITH_VARIABLES: Final = "2012-10-17"
"""The version in which `${…}` is a variable; in any other it is plain text ("IAM JSON policy elements: Version")."""


class Effect(StrEnum):
    ALLOW = "Allow"
    DENY = "Deny"


class PolicyKind(StrEnum):
    """What a policy is attached to, which decides what may stand in it."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    BOUNDARY = "boundary"
    SESSION = "session"
    SCP = "scp"
    RCP = "rcp"


class Quantifier(StrEnum):
    """How a condition treats a key of several values."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


class Operator(StrEnum):
    """The condition operators, without their quantifier and `IfExists`."""

    STRING_EQUALS = "StringEquals"
    STRING_NOT_EQUALS = "StringNotEquals"
    STRING_EQUALS_IGNORE_CASE = "StringEqualsIgnoreCase"
    STRING_NOT_EQUALS_IGNORE_CASE = "StringNotEqualsIgnoreCase"
    STRING_LIKE = "StringLike"
    STRING_NOT_LIKE = "StringNotLike"
    NUMERIC_EQUALS = "NumericEquals"
    NUMERIC_NOT_EQUALS = "NumericNotEquals"
    NUMERIC_LESS_THAN = "NumericLessThan"
    NUMERIC_LESS_THAN_EQUALS = "NumericLessThanEquals"
    NUMERIC_GREATER_THAN = "NumericGreaterThan"
    NUMERIC_GREATER_THAN_EQUALS = "NumericGreaterThanEquals"
    DATE_EQUALS = "DateEquals"
    DATE_NOT_EQUALS = "DateNotEquals"
    DATE_LESS_THAN = "DateLessThan"
    DATE_LESS_THAN_EQUALS = "DateLessThanEquals"
    DATE_GREATER_THAN = "DateGreaterThan"
    DATE_GREATER_THAN_EQUALS = "DateGreaterThanEquals"
    BOOL = "Bool"
    BINARY_EQUALS = "BinaryEquals"
    IP_ADDRESS = "IpAddress"
    NOT_IP_ADDRESS = "NotIpAddress"
    ARN_EQUALS = "ArnEquals"
    ARN_NOT_EQUALS = "ArnNotEquals"
    ARN_LIKE = "ArnLike"
    ARN_NOT_LIKE = "ArnNotLike"
    NULL = "Null"


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator. All conditions of a statement have to be met."""

    operator: Operator
    key: str
    """In lower case: names of keys are not case-sensitive."""
    values: tuple[str, ...]
    """As they stand, variables included. One of them has to fit; of a negated operator, none may."""
    quantifier: Quantifier = Quantifier.NONE
    if_exists: bool = False

    @property
    def name(self) -> str:
        """The operator as a document spells it: `ForAllValues:StringLikeIfExists`."""
        prefix = f"{self.quantifier}:" if self.quantifier else ""
        return f"{prefix}{self.operator}{'IfExists' if self.if_exists else ''}"


@dataclass(frozen=True, slots=True)
class Selection:
    """`Action`, `Resource` and their opposites: what fits one of the patterns, or what fits none of them."""

    patterns: tuple[str, ...]
    negated: bool = False
    """Whether it is `NotAction` or `NotResource`."""


@dataclass(frozen=True, slots=True)
class Principals:
    """`Principal` or `NotPrincipal` of a resource's policy. `"*"` is read as `{"AWS": "*"}`, which means the same."""

    aws: tuple[str, ...] = ()
    """ARNs, account ids, unique ids of principals that were deleted, or `*`."""
    service: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    canonical_user: tuple[str, ...] = ()
    negated: bool = False
    """Whether it is `NotPrincipal`."""


@dataclass(frozen=True, slots=True)
class Statement:
    effect: Effect
    actions: Selection
    resources: Selection | None = None
    """None in the policy of a resource that is meant by itself, such as the trust policy of a role."""
    principals: Principals | None = None
    """None in every policy that is not a resource's."""
    conditions: tuple[Condition, ...] = ()
    sid: str = ""


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    statements: tuple[Statement, ...]
    version: str = WITH_VARIABLES
    id: str = ""

    @property
    def has_variables(self) -> bool:
        return self.version == WITH_VARIABLES


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A document and what people know it by."""

    name: str
    """The ARN of a managed policy, `role/ci: inline policy deploy`, `policies[2]`; nothing is read out of it."""
    document: PolicyDocument
