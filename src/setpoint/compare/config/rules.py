"""How each property of a type compares: a schema's facts as a tree that is walked beside the values.

Built once per type. Comparing then follows references from a property to its children and never looks a path up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from setpoint.compare.config import words
from setpoint.compare.config.text_kinds import TextKind, text_kind
from setpoint.model.paths import element, join
from setpoint.model.schema import Default, Derivation, Kind, Relevance, ResourceSchema

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
    in_order: bool = False
    """Of a list: its order means something."""
    named: dict[str, Rule] = field(default_factory=dict)
    """Of a list whose elements have names: the default of the element of that name."""
    is_tags: bool = False
    text: TextKind = TextKind.PLAIN
    """What it holds, where it is a text."""
    has_enum: bool = False
    """The schema lists the allowed values."""
    folded_case: bool = False
    open_ended: bool = False
    key_arn: bool = False
    """A KMS key, of which the provider tells the ARN, whatever named it."""
    network: bool = False
    """A block of addresses."""
    spellings: Mapping[str, str] = field(default_factory=lambda: NO_SPELLINGS)
    added: str = ""
    """The word that AWS adds to a list of words."""
    rounded: int = 0
    """What AWS rounds numbers down to a multiple of; 0 where it does not."""
    relevant: Relevance | None = None
    """The property beside it that decides whether it counts, where one does."""
    default: Default | None = None
    generated: str = ""
    """The fold's rule of any value that nobody declared; empty where none speaks for all of them."""
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
            return self.named.get(name, self.element), element(path, name)
        return VERBATIM if self.text is TextKind.EXACT else free(name), join(path, name)

    def of_element(self) -> Rule:
        return self.element or (VERBATIM if self.text is TextKind.EXACT else FREE)


NO_DEFAULT: Final = Default(None, "")


def holds_tags(path: str, schema: ResourceSchema | None = None) -> bool:
    """Whether the list or the object at this schema path is one of tags."""
    return words.last_name(path).endswith("Tags") or (schema is not None and schema.keyed.get(path) == TAG_KEY)


@lru_cache(maxsize=16_384)
def free(name: str) -> Rule:
    """For a property that no schema describes: what its name tells."""
    return Rule(
        path=f"[free].{name}",
        in_order=name in words.IN_ORDER,
        text=text_kind(name),
        is_tags=holds_tags(name),
    )


FREE: Final = Rule(path="[free]")
"""For an element of a list that no schema describes."""

VERBATIM: Final = Rule(path="[free]", text=TextKind.EXACT)
"""For whatever is inside of what somebody chose letter by letter: the variables of a program."""


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
    for path, default in schema.defaults.items():
        if path not in rules:
            _add_default(rules, path, default)
    return root


def _add_default(rules: dict[str, Rule], path: str, default: Default) -> None:
    """A default that is documented deeper than the schema goes: of a named element, inside of free JSON."""
    if path.endswith("]") and not path.endswith("[*]"):
        _name_element(rules, path, default)
        return
    above, name = _parent(path)
    if above and above not in rules:
        _add_default(rules, above, NO_DEFAULT)
    parent = rules.get(above)
    if parent is None or parent.kind not in (None, Kind.ANY, Kind.STRING):
        return
    rules[path] = rule = Rule(path, default=default if default is not NO_DEFAULT else None)
    if name:
        parent.properties[name] = rule
    else:
        parent.element = rule


def _name_element(rules: Mapping[str, Rule], path: str, default: Default) -> None:
    """`Attributes[idle_timeout.timeout_seconds]`: the default of the element of this name."""
    listed, _, name = path.removesuffix("]").partition("[")
    parent = rules.get(listed)
    if parent is not None and parent.element is not None and name and not path.endswith("[*]") and "[" not in name:
        of_element = parent.of_element()
        parent.named[name] = replace(of_element, default=default)


def _parent(path: str) -> tuple[str, str]:
    """The path that `path` is directly below, and its name there; the name is empty for `[*]`."""
    if path.endswith("[*]"):
        return path.removesuffix("[*]"), ""
    parent, _, name = path.rpartition(".")
    return parent, name


def _rule(schema: ResourceSchema, path: str) -> Rule:
    key = schema.keyed.get(path, "")
    name = path.removesuffix("[*]").rpartition(".")[2]
    return Rule(
        path=path,
        kind=schema.kinds[path],
        hidden=path in schema.read_only or path in schema.write_only,
        not_read=path in schema.not_read,
        unordered=path in schema.unordered,
        key=key,
        in_order=name in words.IN_ORDER,
        text=_text_kind(schema, path),
        has_enum=path in schema.enums,
        is_tags=holds_tags(path, schema),
        folded_case=path in schema.folded_case,
        open_ended=path in schema.open_ended,
        key_arn=path in schema.key_arns or _is_key_alias(schema.defaults.get(path)),
        network=name.startswith("CidrIp"),
        spellings=schema.spellings.get(path, NO_SPELLINGS),
        added=schema.added.get(path, ""),
        rounded=schema.rounded.get(path, 0),
        relevant=schema.relevant.get(path),
        default=schema.defaults.get(path),
        generated=_generated(schema, path),
        derived=schema.derived.get(path),
        assigned=schema.assigned.get(path, ""),
    )


def _text_kind(schema: ResourceSchema, path: str) -> TextKind:
    """What is under the keys of an open map goes by those, not by the map's name."""
    kind = text_kind(path, schema.type)
    of_map = path.endswith("[*]") and schema.kinds.get(path.removesuffix("[*]")) is Kind.OBJECT
    return TextKind.PLAIN if of_map and kind is not TextKind.EXACT else kind


def _is_key_alias(default: Default | None) -> bool:
    return default is not None and isinstance(default.value, str) and default.value.startswith("alias/")


def _generated(schema: ResourceSchema, path: str) -> str:
    if path in schema.primary_identifier:
        return "identity (primary identifier)"
    if path in schema.chosen:
        return f"default ({schema.chosen[path]}: AWS chooses it)"
    return f"generated ({schema.generated[path]})" if path in schema.generated else ""
