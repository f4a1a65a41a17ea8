"""What AWS fills in alike in every service: told by a property's name and value alone. `expected` asks it last.

About what no configuration chooses (moments, versions, windows), what only AWS may give, and what nobody turned on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from setpoint.compare.config import words
from setpoint.model.canonical import Json

_OFF: Final = frozenset({"none", "disabled", "disable", "off", "inactive", "false", "0", "not_enabled"})
_ON: Final = frozenset({"enabled", "active", "available", "running", "true"})
_DEFAULT: Final = frozenset({"default", "$default"})
_LEFT_TO_AWS: Final = frozenset({"auto", "unspecified", "not_specified", "notspecified"})
_PLAIN: Final = frozenset({"standard", "regular", "basic"})
_SERVICE_ROLE: Final = re.compile(r"arn:[^:]+:iam::\d*:role/aws-service-role/.+|AWSServiceRoleFor\w+")


@dataclass(frozen=True, slots=True)
class Seen:
    """One live value that nobody declared."""

    path: str
    name: str
    """Of the property."""
    value: Json

    @property
    def word(self) -> str:
        """The value as a word, in lower case."""
        return str(self.value).lower()


def habit_of(seen: Seen) -> str:
    """The habit that explains the value; empty where none does."""
    return "" if isinstance(seen.value, list | dict) else _habit_of(seen.path, seen.name, seen.value)


@lru_cache(maxsize=65_536, typed=True)
def _habit_of(path: str, name: str, value: Json) -> str:
    """The same few values stand at the same few paths of every entity of a type (to Python, True is 1: `typed`)."""
    seen = Seen(path, name, value)
    return next((explanation for explanation, holds in HABITS if holds(seen)), "")


def _is_network(seen: Seen) -> bool:
    return seen.path in ("VpcId", "VPCId") and isinstance(seen.value, str)


def _is_moment(seen: Seen) -> bool:
    return words.is_moment(seen.name, seen.value)


def _is_made_by_machine(seen: Seen) -> bool:
    return isinstance(seen.value, str) and words.is_made_by_machine(seen.name)


def _is_course_of_life(seen: Seen) -> bool:
    return words.is_course_of_life(seen.name, seen.value)


def _is_window(seen: Seen) -> bool:
    return words.is_window(seen.name, seen.value)


def _is_version(seen: Seen) -> bool:
    return words.is_version(seen.name, seen.value) and not words.protects(seen.path)


def _is_default_group(seen: Seen) -> bool:
    return words.is_default_group(seen.name, seen.value)


def _is_service_role(seen: Seen) -> bool:
    return isinstance(seen.value, str) and _SERVICE_ROLE.fullmatch(seen.value) is not None


def _says_default(seen: Seen) -> bool:
    return seen.word in _DEFAULT


def _is_left_to_aws(seen: Seen) -> bool:
    return seen.word in _LEFT_TO_AWS and not words.protects(seen.path)


def _is_plain(seen: Seen) -> bool:
    return seen.word in _PLAIN and not words.protects(seen.path)


def _is_ipv4(seen: Seen) -> bool:
    return seen.word == "ipv4"


def _is_utc(seen: Seen) -> bool:
    return words.is_utc(seen.name, seen.value)


def _is_root(seen: Seen) -> bool:
    return seen.value == "/" and seen.name.endswith("Path")


def _is_unlimited(seen: Seen) -> bool:
    return isinstance(seen.value, int | float) and seen.value == -1 and not words.protects(seen.path)


def _works(seen: Seen) -> bool:
    return words.is_own_state(seen.path) and seen.word in _ON


def _is_off(seen: Seen) -> bool:
    """What is off and protects nothing; that the entity itself was switched off is told."""
    is_off = seen.word in _OFF or (isinstance(seen.value, float) and seen.value == 0)
    return is_off and not words.protects(seen.path) and not words.is_own_state(seen.path)


HABITS: Final[tuple[tuple[str, Callable[[Seen], bool]], ...]] = (
    ("derived (Amazon VPC User Guide: nothing moves to another VPC)", _is_network),
    ("generated (a moment that AWS noted)", _is_moment),
    ("generated (AWS makes it from what is declared)", _is_made_by_machine),
    ("generated (how far AWS has come with it)", _is_course_of_life),
    ("default (Amazon RDS User Guide, Maintaining a DB instance: AWS chooses the time)", _is_window),
    ("default (AWS chooses the version)", _is_version),
    ("default (Amazon RDS User Guide, Parameter groups: only AWS gives this name)", _is_default_group),
    ("default (IAM User Guide, Service-linked roles)", _is_service_role),
    ("default (the value says so)", _says_default),
    ("default (decision 23: it is left to AWS)", _is_left_to_aws),
    ("default (decision 23: the plain one of several kinds)", _is_plain),
    ("default (Amazon VPC User Guide, IP addressing: IPv4 unless more is asked for)", _is_ipv4),
    ("default (Amazon EventBridge Scheduler User Guide, Schedule types: UTC)", _is_utc),
    ("default (IAM User Guide, IAM identifiers: a path is a slash)", _is_root),
    ("default (decision 23: what nobody limited has no limit)", _is_unlimited),
    ("default (decision 23: what was made works)", _works),
    ("default (decision 18: what nobody turned on is off)", _is_off),
)
"""(how it is told, the habit), in the order in which they are asked."""
