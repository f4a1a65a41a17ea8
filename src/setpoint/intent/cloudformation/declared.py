"""A template as a snapshot: each declared resource in the model's shape, and what of the template is not read.

Called by `reader`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from setpoint.errors import InputError
from setpoint.intent.cloudformation.anatomy import LOOP, NESTED_STACK, is_generator, run_by_aws_only
from setpoint.intent.cloudformation.around import Neighbourhood, Stack
from setpoint.intent.cloudformation.folding import PARTS, WHOLLY_FOLDED, fold
from setpoint.intent.cloudformation.identity import Place, physical_identifier
from setpoint.intent.cloudformation.resolution import Resolution
from setpoint.intent.cloudformation.resolved import Resolved, all_unknown
from setpoint.intent.cloudformation.serverless import INSTALL, SERVERLESS, is_installed
from setpoint.intent.cloudformation.shape import shaped
from setpoint.intent.cloudformation.template import Template
from setpoint.intent.cloudformation.values import NotRun
from setpoint.model.canonical import Json, Unknown
from setpoint.model.resource import Resource
from setpoint.model.snapshot import ANY_TYPE, Area, AreaCoverage, Coverage, Extent, Snapshot
from setpoint.model.surroundings import Surroundings
from setpoint.model.urn import GLOBAL, Urn


def declared_state(resolution: Resolution, covered: frozenset[str]) -> Snapshot:
    """What the template and those nested in it declare of the covered types; of all others, that they are not read."""
    notes = _Notes(resolution.surroundings.place)
    stacks: list[Stack] = []
    by_urn: dict[Urn, Resource] = {}
    for resource in [*_gathered(resolution, stacks, covered, notes), *_joined(stacks, covered, notes)]:
        same = by_urn.setdefault(resource.urn, resource)
        if same is not resource:
            raise InputError(f"{resource.urn} is declared twice", where=f"{same.source} and {resource.source}")
    return Snapshot(by_urn, notes.coverage())


class _Notes:
    """What is to be said of areas that are not read, or not wholly."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._partial: set[str] = set()
        self._reasons: dict[str, list[str]] = {}

    def not_covered(self, template: Template, type_name: str, reason: str) -> None:
        self._reasons.setdefault(type_name, []).append(f"{template.document.name}: {reason}")

    def partial(self, template: Template, type_name: str, reason: str) -> None:
        self._partial.add(type_name)
        self.not_covered(template, type_name, reason)

    def partial_everywhere(self, template: Template, reason: str) -> None:
        """What is not known may be of any type."""
        self.partial(template, ANY_TYPE, reason)

    def count(self, template: Template, types: Iterable[str]) -> None:
        """Types that are not read at all, once for each resource."""
        for type_name, number in sorted(Counter(types).items()):
            self.not_covered(template, type_name, f"{number} of {type_name} declared, which is not read")

    def coverage(self) -> Coverage:
        return Coverage.of(
            AreaCoverage(
                Area(self._place.partition, self._place.account, region, type_name),
                Extent.PARTIAL if type_name in self._partial else Extent.NOT_COVERED,
                tuple(dict.fromkeys(reasons)),
            )
            for type_name, reasons in self._reasons.items()
            for region in self._regions(type_name)
        )

    def _regions(self, type_name: str) -> tuple[str, ...]:
        return (self._place.region, GLOBAL) if type_name == ANY_TYPE else (self._place.region_of(type_name),)


def _gathered(
    resolution: Resolution, stacks: list[Stack], covered: frozenset[str], notes: _Notes, doubt: str = ""
) -> Iterator[Resource]:
    """Adds the stack and those nested in it to `stacks`; yields what is only known to exist.

    `doubt` is why the stack may not be there at all.
    """
    template = resolution.template
    if template.macros:
        yield from _under_macros(resolution, covered, notes)
        return
    resources = (replace(each, doubt=each.doubt or doubt) for each in resolution.resources())
    stacks.append(Stack(resolution, tuple(resources)))
    said = covered | WHOLLY_FOLDED | {NESTED_STACK}
    others = (each for each in template.resources.values() if each.type not in said)
    notes.count(template, (each.type for each in others if resolution.holds(each) is not False))
    for declaration, nested, unsure in resolution.nested():
        if isinstance(nested, Unknown):
            notes.partial_everywhere(template, f"{declaration.logical_id} may declare more: {nested.reason}")
        else:
            yield from _gathered(nested, stacks, covered, notes, doubt or unsure)


def _joined(stacks: Sequence[Stack], covered: frozenset[str], notes: _Notes) -> Iterator[Resource]:
    """What is worked out, in its parents."""
    owners = {each.address: stack.resolution for stack in stacks for each in stack.resources}
    resolved = [each for stack in stacks for each in stack.resources]
    properties, leftovers = fold(resolved)
    for leftover in leftovers:
        part = leftover.resource
        notes.not_covered(owners[part.address].template, part.declaration.type, f"{part.address}: {leftover.reason}")
    for template in (stack.resolution.template for stack in stacks):
        for type_name, reason in sorted(_generated_types(template.generators).items()):
            _note_generated(template, (type_name, reason), resolved, properties, covered, notes)
    neighbours = Neighbourhood(stacks)
    for resource in resolved:
        resolution, type_name = owners[resource.address], resource.declaration.type
        if type_name in covered and resource.doubt:
            notes.partial(resolution.template, type_name, f"{resource.address} may be declared: {resource.doubt}")
        elif type_name in covered:
            around = neighbours.around(resolution, resource)
            yield _resource(resolution, resource, properties[resource.address], around)


def _resource(
    resolution: Resolution, resolved: Resolved, properties: Mapping[str, Json], names: Surroundings
) -> Resource:
    declaration, identifier, around = resolved.declaration, resolved.identifier, resolution.surroundings
    unidentified = ""
    if isinstance(identifier, Unknown):
        unidentified = identifier.reason
        identifier = resolved.address
    schema = around.schemas(declaration.type)
    tags = schema.kind("Tags") if schema is not None else None
    return Resource(
        around.place.urn(declaration.type, identifier),
        shaped(declaration.type, properties, around.place.account, names.stack_tags if tags else {}, tags),
        f"{resolution.template.document.where(declaration.path)}: {resolved.address}",
        unidentified=unidentified,
        surroundings=names,
    )


def _under_macros(resolution: Resolution, covered: frozenset[str], notes: _Notes) -> Iterator[Resource]:
    """Under a macro nothing that the template says need be so: what the stack has exists, and that is all."""
    template, around = resolution.template, resolution.surroundings
    reason = f"{run_by_aws_only(*template.macros)}, and {around.not_processed}"
    if template.macros == (SERVERLESS,) and not is_installed():
        reason = f"the macro {SERVERLESS} is not run; {INSTALL}"
    notes.count(template, (each.type for each in template.resources.values() if each.type not in covered))
    notes.partial_everywhere(template, reason)
    for declaration in template.resources.values():
        physical_id = around.stack.physical_ids.get(declaration.logical_id) if around.stack else None
        schema = around.schemas(declaration.type)
        identifier = physical_identifier(declaration.type, physical_id, schema) if physical_id else None
        if identifier is not None and declaration.type in covered:
            unknown = all_unknown(declaration, schema, reason)
            yield Resource(
                around.place.urn(declaration.type, identifier),
                unknown,
                f"{template.document.where(declaration.path)}: {around.address}{declaration.logical_id}",
            )


def _note_generated(
    template: Template,
    generated: tuple[str, str],
    resolved: Iterable[Resolved],
    properties: Mapping[str, dict[str, Json]],
    covered: frozenset[str],
    notes: _Notes,
) -> None:
    """What loops and included files declare is not known: not how many, and of parts not to whom they belong."""
    type_name, why = generated
    what = "more" if type_name == ANY_TYPE else type_name
    reason = f"a loop or an included file may declare {what}; {why}"
    for part in PARTS.values() if type_name == ANY_TYPE else filter(None, [PARTS.get(type_name)]):
        for resource in resolved:
            if resource.declaration.type == part.parent_type:
                properties[resource.address][part.list_property] = Unknown(reason)
    if type_name in covered or type_name == ANY_TYPE:
        notes.partial(template, type_name, reason)
    elif type_name not in PARTS:
        notes.not_covered(template, type_name, reason)


def _generated_types(generators: Mapping[str, Json]) -> dict[str, str]:
    """The types that loops declare, with why they are not run; any type where a generator does not say."""
    found: dict[str, str] = {}
    for name, argument in generators.items():
        reason = argument.reason if isinstance(argument, NotRun) else f"{name} is not run"
        for type_name in _types_in({name: argument}):
            found.setdefault(type_name or ANY_TYPE, reason)
    return found


def _types_in(generators: Mapping[str, Json]) -> Iterator[str | None]:
    for generator, argument in generators.items():
        written = argument.argument if isinstance(argument, NotRun) else argument
        # A loop is a list of its variable, what it runs over, and the resources of one turn ("Fn::ForEach").
        turn = written[2] if generator.startswith(LOOP) and isinstance(written, list) and len(written) == 3 else None
        if not isinstance(turn, Mapping):
            yield None
            continue
        for name, declaration in turn.items():
            if is_generator(name):
                yield from _types_in({name: declaration})
            else:
                type_name = declaration.get("Type") if isinstance(declaration, Mapping) else None
                yield type_name if isinstance(type_name, str) else None
