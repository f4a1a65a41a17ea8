"""How each property of a type compares: a schema's facts as a tree that is walked beside the values.

Built once per type. Comparing then follows references from a property to its children and never looks a path up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from setpoint.model.paths import element, join
from setpoint.model.schema import Default, Derivation, Kind, Relevance, ResourceSchema

REFERENCE_SUFFIXES: Final = ("Arn", "Arns", "ARN", "ARNs", "Id", "Ids", "ID", "IDs", "Name", "Names")
"""Endings of the names of properties that identify something, which AWS spells as an ARN or as the last part of it."""

TAG_KEY: Final = "Key"

NO_SPELLINGS: Final[Mapping[str, str]] = {}


@dataclass(slots=True)
class Rule:
    """How one property compares. Not to be changed once `build` has returned."""

    path: str
    """Its schema path."""
    kind: Kind | None = None
    """None where the schema knows nothing."""
    hidden: bool = False
    """Read-only or write-only: not compared."""
    not_read: bool = False
    """Compared only where it was read after all."""
    unordered: bool = False
    key: str = ""
    """Of a list: the property that names an element; empty where none does."""
    is_tags: bool = False
    folded_case: bool = False
    open_ended: bool = False
    key_arn: bool = False
    """A KMS key, of which the provider tells the ARN, whatever named it."""
    network: bool = False
    """A block of addresses."""
    spellings: Mapping[str, str] = field(default_factory=lambda: NO_SPELLINGS)
    relevant: Relevance | None = None
    """The property beside it that decides whether it counts, where one does."""
    reference: bool = False
    default: Default | None = None
    generated: str = ""
    """Why a value that nobody declared was to be expected; empty where it was not."""
    derived: Derivation | None = None
    assigned: str = ""
    """What is not known of a value that was to be expected, but may have been exchanged since."""
    properties: dict[str, Rule] = field(default_factory=dict)
    element: Rule | None = None
    """Of a list, any element; of an open map, any value."""

    def step(self, path: str, name: str) -> tuple[Rule, str]:
        """The rule and the concrete path of the member `name` of the object at `path`."""
        rule = self.properties.get(name)
        if rule is not None:
            return rule, join(path, name)
        if self.element is not None:
            return self.element, element(path, name)
        return FREE, join(path, name)

    def of_element(self) -> Rule:
        return self.element or FREE


FREE: Final = Rule(path="[free]")
"""For what no schema describes: compared as it stands, lists in order."""


def build(schema: ResourceSchema | None) -> Rule:
    """The rule of the whole resource; without a schema, everything in it is free."""
    root = Rule(path="", kind=Kind.OBJECT)
    if schema is None:
        return root
    rules = {"": root}
    for path in sorted(schema.kinds):  # a parent sorts before its children
        parent_path, name = _parent(path)
        parent = rules.get(parent_path)
        if parent is None or parent.kind is Kind.DOCUMENT:
            continue  # documents are compared whole
        rules[path] = rule = _rule(schema, path)
        if name:
            parent.properties[name] = rule
        else:
            parent.element = rule
    return root


def _parent(path: str) -> tuple[str, str]:
    """The path that `path` is directly below, and its name there; the name is empty for `[*]`."""
    if path.endswith("[*]"):
        return path.removesuffix("[*]"), ""
    parent, _, name = path.rpartition(".")
    return parent, name


def _rule(schema: ResourceSchema, path: str) -> Rule:
    key = schema.keyed.get(path, "")
    name = path.removesuffix("[*]").rpartition(".")[2]
    is_identifier = path in schema.primary_identifier
    return Rule(
        path=path,
        kind=schema.kinds[path],
        hidden=path in schema.read_only or path in schema.write_only,
        not_read=path in schema.not_read,
        unordered=path in schema.unordered,
        key=key,
        is_tags=key == TAG_KEY or name == "Tags",
        folded_case=path in schema.folded_case,
        open_ended=path in schema.open_ended,
        key_arn=path in schema.key_arns,
        network=name.startswith("CidrIp"),
        spellings=schema.spellings.get(path, NO_SPELLINGS),
        relevant=schema.relevant.get(path),
        reference=name.endswith(REFERENCE_SUFFIXES),
        default=schema.defaults.get(path),
        generated="primary identifier" if is_identifier else schema.generated.get(path, ""),
        derived=schema.derived.get(path),
        assigned=schema.assigned.get(path, ""),
    )
