"""What a CloudFormation resource schema says that matters to comparing: the few facts, not the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from setpoint.model.canonical import Json


class Kind(StrEnum):
    """The JSON type of a property."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    OBJECT = "object"
    DOCUMENT = "document"
    """An IAM policy document, as an object or as JSON in a string: compared by its meaning."""
    ANY = "any"
    """Free-form JSON, or a property with several types: compared as it stands."""


@dataclass(frozen=True, slots=True)
class Default:
    """What the provider sets when nothing is declared."""

    value: Json
    source: str
    """The schema or the page of the provider's documentation that says so."""
    nested: bool = False
    """Stated inside the schema of an object: true of the members of such an object once somebody declares one."""
    by: str = ""
    """The top-level property that decides, where one does: then `value` has a default for each of its values."""
    reserved: bool = False
    """`value` is how the names of the provider's own begin, which nobody else may use."""
    also: tuple[Json, ...] = ()
    """Other defaults that the provider documents: under other conditions, or before they changed."""
    omitted: bool = False
    """The provider may leave it out of what it returns: absent means this value."""
    for_empty: bool = False
    """A list that is declared as empty stands for the default too, not for *none*."""
    partial: Json = None
    """What it is instead where the object around it is declared without it; None where that makes no difference."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A value that follows from another property, wherever that one is declared."""

    by: tuple[str, ...]
    """The schema paths of the properties that decide, any of them."""
    source: str
    value: Json = None
    """What follows; None where it can be anything (what a snapshot holds)."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """With which values of a property beside it another one counts; with any other, the provider ignores it."""

    beside: str
    values: frozenset[Json]


@dataclass(frozen=True, slots=True)
class ResourceSchema:
    """The facts of one resource type. Every path is a schema path (see `paths`)."""

    type: str
    version: str
    """Changes whenever any fact below does: part of what a conclusion is remembered under."""

    primary_identifier: tuple[str, ...]
    kinds: Mapping[str, Kind]
    """Every path that exists, with its type: what is not in here is misspelt."""

    read_only: frozenset[str] = frozenset()
    """Set by the provider, never declared."""
    write_only: frozenset[str] = frozenset()
    """Declared, never returned; Setpoint does not store their values."""
    not_read: frozenset[str] = frozenset()
    """Returned by the provider, but not read by Setpoint yet."""
    create_only: frozenset[str] = frozenset()
    """Cannot be changed without a replacement: drift there cannot be reverted."""
    unordered: frozenset[str] = frozenset()
    """Lists whose order means nothing."""
    keyed: Mapping[str, str] = field(default_factory=dict)
    """List path → the property that names an element (`Tags` → `Key`)."""
    defaults: Mapping[str, Default] = field(default_factory=dict)
    folded_case: frozenset[str] = frozenset()
    """Strings that the provider returns in lower case whatever was declared (the schema's `$lowercase` transforms)."""
    enums: frozenset[str] = frozenset()
    """Strings of which the schema lists the allowed values."""
    open_ended: frozenset[str] = frozenset()
    """Versions that the provider completes: `8.0` declared, `8.0.45` returned (the schema's `$join` with `.*`)."""
    key_arns: frozenset[str] = frozenset()
    """KMS keys that the provider returns as ARNs, whatever named them (the schema's `$join` with `arn:…:kms:`)."""
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Names that have other spellings, each with the one that the provider returns (the schema's `$lookup`)."""
    added: Mapping[str, str] = field(default_factory=dict)
    """Lists of words in one text → the word that the provider adds to them."""
    rounded: Mapping[str, int] = field(default_factory=dict)
    """Numbers → what the provider rounds them down to a multiple of."""
    relevant: Mapping[str, Relevance] = field(default_factory=dict)
    generated: Mapping[str, str] = field(default_factory=dict)
    """What the provider makes where nothing is declared, and nobody changes → the page that says so."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What the provider chooses where nothing is declared (a zone, a window, a version) → the page that says so."""
    derived: Mapping[str, Derivation] = field(default_factory=dict)
    assigned: Mapping[str, str] = field(default_factory=dict)
    """What the provider assigns where nothing is declared, and anybody may exchange later → what is not known of it."""

    def kind(self, path: str) -> Kind | None:
        """The type at a schema path; None where the schema knows no such property."""
        return self.kinds.get(path)
