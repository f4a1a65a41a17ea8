"""Why a value that nobody declared was to be expected, of any type: by what is known around it; asked in this order.

These rules know the entity's names, its home, what is declared of it and what it belongs to; those of `habits` know a
property's name and value only, and are asked last. Each is told as a fold's rule: its kind, and the source. They are
asked after the documented default of the property itself, and where there is one, only what names the entity counts: a
value beside its default is never explained away.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from setpoint.compare.config import words
from setpoint.compare.config.habits import Seen, habit_of
from setpoint.compare.config.home import Home
from setpoint.compare.config.rules import Rule
from setpoint.compare.config.values import is_empty, same_reference
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.surroundings import Surroundings

_AWS_OWNED: Final = frozenset({"aws_owned_key", "aws_owned_kms_key", "aws_owned_cmk"})
_RANDOM: Final = re.compile(r"[a-z0-9]{6,32}")
_PUNCTUATION: Final = re.compile(r"[-_./:|]")
_SHORTEST: Final = 4
"""Letters that a part of a name must share with another name to be taken for it."""


class Expectations:
    """The rules, for one resource."""

    def __init__(self, type_name: str, around: Surroundings, declared: Mapping[str, Json], home: Home) -> None:
        self._type = type_name.rpartition("::")[2]
        self._around = around
        self._declared = declared
        self._home = home

    def explain(self, path: str, value: Json, *, has_default: bool) -> str:
        """The rule by which this value was to be expected; empty where it was not."""
        seen = Seen(path, words.last_name(path), value)
        if self.is_related(seen):
            return "elsewhere (it is the same in the entity that it belongs to)"
        for explanation, of_any, holds in RULES if isinstance(value, str | list) else ():
            if (of_any or not has_default) and holds(self, seen):
                return explanation
        return "" if has_default else habit_of(seen)

    def explain_element(self, rule: Rule, name: str, path: str, element: Json) -> str:
        """The rule by which this element of a list was to be expected, whose elements have names."""
        if rule.is_tags and isinstance(element, Mapping) and self._around.stack_tags.get(name) == element.get("Value"):
            return "elsewhere (CloudFormation User Guide, Resource tag: a tag of the stack)"
        if isinstance(element, Mapping) and "Value" in rule.of_element().properties and is_empty(element.get("Value")):
            return "empty"
        if path.startswith("Policies[") and name in self._around.sibling_policies:
            return "elsewhere (another resource of the stack declares it)"
        return ""

    def leads_to(self, alias: Json, key: Json) -> bool:
        """Whether the key is the one that the alias is known to lead to."""
        if not (isinstance(alias, str) and isinstance(key, str)):
            return False
        target = self._around.key_aliases.get(alias[alias.find("alias/") :]) if "alias/" in alias else None
        return target is not None and key.rpartition("/")[2] == target

    @property
    def knows_aws_keys(self) -> bool:
        return bool(self._aws_keys)

    def contradicts(self, path: str, value: Json) -> bool:
        """Whether an entity that this one belongs to protects itself otherwise (the rest need not be alike)."""
        return words.protects(path) and any(path in model and model[path] != value for model in self._around.related)

    def is_identity(self, seen: Seen) -> bool:
        return isinstance(seen.value, str) and seen.value.lower() == self._physical_id != ""

    def is_related(self, seen: Seen) -> bool:
        """The same as in an entity that this one belongs to (the cluster of an instance, the source of a replica)."""
        return any(seen.path in model and model[seen.path] == seen.value for model in self._around.related)

    def is_said_elsewhere(self, seen: Seen) -> bool:
        """Another resource of the stack attaches it."""
        return isinstance(seen.value, str) and seen.value in self._around.attached

    def is_own_identifier(self, seen: Seen) -> bool:
        if isinstance(seen.value, str) and words.names_something(seen.name) and seen.value.lower() in self._identities:
            return True
        return seen.path in self._own_paths and isinstance(seen.value, str)

    def is_named_for_it(self, seen: Seen) -> bool:
        """CloudFormation makes names of the stack's, the logical id (either may be cut), and random letters."""
        logical = self._around.logical_id.lower()
        if not (isinstance(seen.value, str) and logical and words.names_something(seen.name)) or words.grants(
            seen.name
        ):
            return False
        *named, random = _PUNCTUATION.split(seen.value.lower())
        return _RANDOM.fullmatch(random) is not None and any(
            part == logical or (len(part) >= _SHORTEST and (logical.startswith(part) or part.startswith(logical)))
            for part in named
        )

    def holds_own_name(self, seen: Seen) -> bool:
        text = seen.value
        if not isinstance(text, str) or words.grants(seen.name):
            return False
        parts = (text.partition(name) for name in self._own_names if name in text)
        return any(not before[-1:].isalnum() and not after[:1].isalnum() for before, _, after in parts)

    def repeats_declared(self, seen: Seen) -> bool:
        if isinstance(seen.value, list):
            return canonical_bytes(sorted(seen.value, key=canonical_bytes)) in self._lists
        if not (isinstance(seen.value, str) and words.refers(seen.name)):
            return False
        return seen.value in self._parts or (len(seen.value) >= _SHORTEST and self._is_said(seen.value))

    def _is_said(self, name: str) -> bool:
        """Whether it is declared by this name, or by its ARN (or the other way round)."""
        if name in self._said:
            return True
        arns = (text for text in self._said if text.startswith("arn:") or name.startswith("arn:"))
        return any(same_reference(name, text, self._home) for text in arns if len(text) >= _SHORTEST)

    def is_own_account(self, seen: Seen) -> bool:
        names_one = words.names_account(seen.name) or not words.grants(seen.name)
        return names_one and seen.value == self._home.account != ""

    def is_own_region(self, seen: Seen) -> bool:
        return words.names_region(seen.name) and seen.value in (self._home.region, [self._home.region])

    def is_encoded(self, seen: Seen) -> bool:
        """Base64 of a text that is declared."""
        if not (isinstance(seen.value, str) and seen.name.endswith("Base64")):
            return False
        return any(base64.b64encode(text.encode()).decode() == seen.value for text in self._said)

    def is_place(self, seen: Seen) -> bool:
        return words.is_place(seen.name, seen.value, self._home.region)

    def is_aws_key(self, seen: Seen) -> bool:
        """The key that an alias leads to which only AWS may give. The alias itself is what somebody wrote there."""
        named = isinstance(seen.value, str) and "key" in seen.name.lower()
        return named and str(seen.value).rpartition("/")[2] in self._aws_keys

    def is_owned_by_aws(self, seen: Seen) -> bool:
        """The word for the key that every service has, which nobody can see or change."""
        return seen.word in _AWS_OWNED

    @cached_property
    def _physical_id(self) -> str:
        return self._around.physical_id.lower()

    @cached_property
    def _own_paths(self) -> frozenset[str]:
        """Where types of this name keep their own identifiers."""
        return frozenset({"Arn", "Id", "ARN", "ID", *(f"{self._type}{end}" for end in ("Id", "Arn", "ARN", "Name"))})

    @cached_property
    def _identities(self) -> frozenset[str]:
        """The physical id, and the names that it is made of (`targetgroup/orders/50dc6c495c0c9188`)."""
        own = self._physical_id
        return frozenset(part for part in (own, *re.split(r"[/:|]", own)) if len(part) >= _SHORTEST)

    @cached_property
    def _own_names(self) -> list[str]:
        """The last part of the physical id, and the name that was declared."""
        names = [re.split(r"[/:|]", self._around.physical_id)[-1]]
        names += [self._declared.get(name) for name in ("Name", f"{self._type}Name")]
        return [name for name in names if isinstance(name, str) and len(name) >= _SHORTEST]

    @cached_property
    def _said(self) -> frozenset[str]:
        """Every text that is declared."""
        return frozenset(_texts(self._declared))

    @cached_property
    def _lists(self) -> frozenset[bytes]:
        """Every list that is declared, in any order."""
        return frozenset(canonical_bytes(sorted(each, key=canonical_bytes)) for each in _lists(self._declared) if each)

    @cached_property
    def _parts(self) -> frozenset[str]:
        """What identifiers are made of that are declared: `table/orders|dynamodb:table:ReadCapacityUnits|dynamodb`."""
        return frozenset(part for text in self._said if "|" in text for part in text.split("|"))

    @cached_property
    def _aws_keys(self) -> frozenset[str]:
        return frozenset(key for alias, key in self._around.key_aliases.items() if alias.startswith("alias/aws/"))


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [text for member in members for text in _texts(member)]


def _lists(value: Json) -> list[list[Json]]:
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    below = [found for member in members for found in _lists(member)]
    return [value, *below] if isinstance(value, list) else below


RULES: Final[tuple[tuple[str, bool, Callable[[Expectations, Seen], bool]], ...]] = (
    ("identity (it names the entity itself)", True, Expectations.is_identity),
    ("elsewhere (another resource of the stack declares it)", True, Expectations.is_said_elsewhere),
    ("generated (CloudFormation Template Reference, Name type)", True, Expectations.is_named_for_it),
    ("generated (it is the entity's own identifier)", True, Expectations.is_own_identifier),
    ("generated (it holds the entity's own name)", True, Expectations.holds_own_name),
    ("default (AWS KMS Developer Guide, AWS managed keys)", True, Expectations.is_aws_key),
    ("default (AWS KMS Developer Guide, AWS owned keys)", True, Expectations.is_owned_by_aws),
    ("derived (it repeats what is declared)", False, Expectations.repeats_declared),
    ("derived (the entity's own account)", False, Expectations.is_own_account),
    ("derived (the entity's own region)", False, Expectations.is_own_region),
    ("derived (it encodes what is declared)", False, Expectations.is_encoded),
    ("default (Amazon EC2 User Guide, Regions and Zones: AWS chooses the zone)", False, Expectations.is_place),
)
"""Of texts and lists, as they are asked: (how it is told, whether also where a default is documented, the rule)."""
