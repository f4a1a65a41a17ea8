"""What a service module says of a Terraform type: which resource it is, where its properties stand, what folds in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from setpoint.intent.terraform.attributes import Attributes
from setpoint.model.canonical import Json, Unknown

Properties = dict[str, Json]

Table = Mapping[str, tuple[str, Callable[[Attributes, str], Json]]]
"""CloudFormation property → (Terraform attribute, how it is read)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A Terraform resource that CloudFormation holds inside another one."""

    parent: str
    """The attribute that names the parent's identifier or ARN; a list where it names several."""
    fold: Callable[[Properties, Attributes], None]
    """Adds what the part declares to the parent's properties."""
    may_name_none: bool = False
    """Whether the attribute may be unset, since the part names parents of other types, too."""


@dataclass(frozen=True, slots=True)
class MappedType:
    """How one Terraform type becomes one CloudFormation type."""

    type: str
    terraform_type: str
    identifier: str
    """The attribute that holds the primary identifier."""
    table: Table
    derive: Callable[[Attributes], Properties] = field(default=lambda _: {})
    """What the table cannot say; its properties win."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    """Terraform type → how it folds in; later ones see what earlier ones folded."""
    is_global: bool = False
    lives_with: str = ""
    """The CloudFormation type that it belongs to, under the same identifier: it lives where that one does."""


def declare(attributes: Attributes, table: Table) -> Properties:
    """The properties of `table` that are set."""
    return without_unset({name: read(attributes, attribute) for name, (attribute, read) in table.items()})


def without_unset(values: Mapping[str, Json]) -> Properties:
    return {name: value for name, value in values.items() if value is not None}


def inside(name: str, value: Json) -> Json:
    """`{name: value}`, unless the value is not set or not known."""
    return value if value is None or isinstance(value, Unknown) else {name: value}


def put(properties: Properties, name: str, value: Json) -> None:
    """Set a property to what a part declares, whatever a copy in the parent's own attributes said."""
    properties.pop(name, None)
    if value is not None:
        properties[name] = value
