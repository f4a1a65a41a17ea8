"""A template as a snapshot: each declared resource in the model's shape, and what of the template is not read.

Called by `reader`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.cloudformation.folding import PARTS, fold
from setpoint.intent.cloudformation.identity import MANAGED_POLICY, Place, physical_identifier
from setpoint.intent.cloudformation.resolution import Resolution, Resolved, Surroundings, all_unknown
from setpoint.intent.cloudformation.shape import shaped
from setpoint.intent.cloudformation.template import LOOP, Template
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent, Snapshot
from setpoint.model.urn import Urn

PROCESSED: Final = "declare the processed template (get-template --template-stage Processed) to have it read"

WHOLLY_FOLDED: Final = frozenset(PARTS) - {MANAGED_POLICY}
"""Types of which nothing is left once their parents have taken them in; a managed policy has a document of its own."""


def declared_state(template: Template, around: Surroundings, covered: frozenset[str]) -> Snapshot:
    """What the template declares of the covered types; of all others, that they are not read."""
    notes = _Notes(template.document.name, around.place)
    if template.macros:
        resources = _of_stack(template, around, covered, notes)
    else:
        resources = _resolved(template, around, covered, notes)
    by_urn: dict[Urn, Resource] = {}
    for resource in resources:
        same = by_urn.setdefault(resource.urn, resource)
        if same is not resource:
            raise InputError(f"{resource.urn} is declared twice", where=f"{same.source} and {resource.source}")
    return Snapshot(by_urn, notes.coverage())


class _Notes:
    """What is to be said of areas that are not read, or not wholly."""

    def __init__(self, source: str, place: Place) -> None:
        self._source = source
        self._place = place
        self._partial: set[str] = set()
        self._reasons: dict[str, list[str]] = {}

    def not_covered(self, type_name: str, reason: str) -> None:
        self._reasons.setdefault(type_name, []).append(f"{self._source}: {reason}")

    def partial(self, type_name: str, reason: str) -> None:
        self._partial.add(type_name)
        self.not_covered(type_name, reason)

    def count(self, types: Iterable[str]) -> None:
        """Types that are not read at all, once for each resource."""
        for type_name, number in sorted(Counter(types).items()):
            self.not_covered(type_name, f"{number} of {type_name} declared, which is not read")

    def coverage(self) -> Coverage:
        return Coverage.of(
            AreaCoverage(
                Area(self._place.partition, self._place.account, self._place.region_of(type_name), type_name),
                Extent.PARTIAL if type_name in self._partial else Extent.NOT_COVERED,
                tuple(dict.fromkeys(reasons)),
            )
            for type_name, reasons in self._reasons.items()
        )


def _resolved(template: Template, around: Surroundings, covered: frozenset[str], notes: _Notes) -> Iterator[Resource]:
    resolution = Resolution(template, around)
    resolved = list(resolution.resources())
    notes.count(
        each.type
        for each in template.resources.values()
        if each.type not in covered and each.type not in WHOLLY_FOLDED and resolution.holds(each) is not False
    )
    properties, leftovers = fold(resolved)
    for leftover in leftovers:
        declaration = leftover.resource.declaration
        notes.not_covered(declaration.type, f"{declaration.logical_id}: {leftover.reason}")
    generated = _generated_types(template.generators, around.read)
    for type_name in sorted(generated):
        _note_generated(type_name, resolved, properties, covered, notes)
    for resource in resolved:
        if resource.declaration.type not in covered:
            continue
        if resource.doubt:
            notes.partial(
                resource.declaration.type, f"{resource.declaration.logical_id} may be declared: {resource.doubt}"
            )
        else:
            yield _resource(template, around, resource, properties[resource.declaration.logical_id])


def _resource(template: Template, around: Surroundings, resolved: Resolved, properties: Mapping[str, Json]) -> Resource:
    declaration, identifier = resolved.declaration, resolved.identifier
    unidentified = ""
    if isinstance(identifier, Unknown):
        unidentified = identifier.reason
        identifier = declaration.logical_id
    schema = around.schemas(declaration.type)
    takes_tags = schema is not None and "Tags" in schema.kinds
    stack_tags = around.stack.tags if around.stack is not None and takes_tags else {}
    return Resource(
        around.place.urn(declaration.type, identifier),
        shaped(declaration.type, properties, around.place.account, stack_tags),
        f"{template.document.name}: {declaration.logical_id}",
        unidentified=unidentified,
    )


def _of_stack(template: Template, around: Surroundings, covered: frozenset[str], notes: _Notes) -> Iterator[Resource]:
    """Under a macro nothing that the template says need be so: what the stack has exists, and that is all."""
    reason = f"the macro {' and '.join(template.macros)} is not run; {PROCESSED}"
    notes.count(each.type for each in template.resources.values() if each.type not in covered)
    for type_name in sorted(covered):
        notes.partial(type_name, reason)
    for declaration in template.resources.values():
        physical_id = around.stack.physical_ids.get(declaration.logical_id) if around.stack else None
        identifier = physical_identifier(declaration.type, physical_id) if physical_id else None
        if identifier is not None and declaration.type in covered:
            unknown = all_unknown(declaration, around.schemas(declaration.type), reason)
            yield Resource(
                around.place.urn(declaration.type, identifier),
                unknown,
                f"{template.document.name}: {declaration.logical_id}",
            )


def _note_generated(
    type_name: str,
    resolved: Iterable[Resolved],
    properties: Mapping[str, dict[str, Json]],
    covered: frozenset[str],
    notes: _Notes,
) -> None:
    """What loops and included files declare is not known: not how many, and of parts not to whom they belong."""
    reason = f"a loop or an included file, which is not run, may declare {type_name}; {PROCESSED}"
    if type_name in covered:
        notes.partial(type_name, reason)
    elif type_name in PARTS:
        part = PARTS[type_name]
        for resource in resolved:
            if resource.declaration.type == part.parent_type:
                properties[resource.declaration.logical_id][part.list_property] = Unknown(reason)
    else:
        notes.not_covered(type_name, reason)


def _generated_types(generators: Mapping[str, Json], read: frozenset[str]) -> frozenset[str]:
    """The types that loops declare; all that are read where a generator does not say."""
    types = list(_types_in(generators))
    return read if None in types else frozenset(each for each in types if each is not None)


def _types_in(generators: Mapping[str, Json]) -> Iterator[str | None]:
    for generator, argument in generators.items():
        # A loop is a list of its variable, what it runs over, and the resources of one turn ("Fn::ForEach").
        turn = argument[2] if generator.startswith(LOOP) and isinstance(argument, list) and len(argument) == 3 else None
        if not isinstance(turn, Mapping):
            yield None
            continue
        for name, declaration in turn.items():
            if name.startswith("Fn::"):
                yield from _types_in({name: declaration})
            else:
                type_name = declaration.get("Type") if isinstance(declaration, Mapping) else None
                yield type_name if isinstance(type_name, str) else None
