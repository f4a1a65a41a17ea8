"""A template opened for one reading: fetched, its transforms run, its parameters known, its nested stacks at hand.

`reader` makes an `Opening` for each reading; what it opens answers every further question by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from setpoint.errors import CouldNotTellError, InputError
from setpoint.files import Document
from setpoint.intent.cloudformation.anatomy import LANGUAGE_EXTENSIONS
from setpoint.intent.cloudformation.answers import Answers
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.folding import PARTS
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.live import LiveAttributes
from setpoint.intent.cloudformation.outside import Outside
from setpoint.intent.cloudformation.parameters import Given, values_of
from setpoint.intent.cloudformation.resolution import Resolution
from setpoint.intent.cloudformation.resolved import Resolved
from setpoint.intent.cloudformation.rules import check_rules
from setpoint.intent.cloudformation.scope import Chain
from setpoint.intent.cloudformation.sources import LiveTemplate, LocalFile, Source, source_near
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.intent.cloudformation.surroundings import Schemas, TemplateSurroundings
from setpoint.intent.cloudformation.template import Template, parse_document, template_of
from setpoint.intent.cloudformation.transforms import Circumstances, own_macros, run_transforms
from setpoint.model.canonical import Json, Unknown

MOST_LEVELS: Final = 20
"""Of stacks in stacks. CloudFormation states no limit of its own; templates in use have three or four."""

MOST_STACKS: Final = 500
"""Nested stacks of one template: as many as it may declare resources ("CloudFormation quotas")."""

NO_STACK: Final = "no stack is known that it made"

ASSET: Final = "aws:asset:path"
"""In the metadata of a nested stack: where the CDK put its template, beside the parent's (CDK, "Nested stacks")."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the settings, the stack and the readers beside this one know of a template."""

    place: Place
    schemas: Schemas
    covered: frozenset[str]
    exports: Mapping[str, str] = field(default_factory=dict)
    declared_export: Callable[[str], Json] | None = None
    zones: tuple[str, ...] = ()
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    """Where the stack does not tell."""
    all_parameters: bool = True
    """Whether each parameter is to have a value by now."""


class Opening:
    def __init__(self, known: Known, answers: Answers, live: LiveAttributes) -> None:
        self._known = known
        self._answers = answers
        self._live = live
        self._exports: Mapping[str, str] = known.exports
        self._stacks = 0

    def root(self, source: Source, parameters: Mapping[str, str], stack: StackFacts | None, name: str) -> Resolution:
        """Raises `InputError` for what is wrong with it, `CouldNotTellError` where it cannot be had."""
        content = self._answers.content(source)
        if isinstance(content, Unknown):
            raise CouldNotTellError(f"the template could not be read: {content.reason}", where=str(source))
        # Those of the region, for the stacks in this one too; what is given wins.
        self._exports = {**(stack.exports if stack else {}), **self._known.exports}
        by_stack = stack.parameters if stack else {}
        given = Given(parameters, {}, by_stack, self._parameter, is_all=self._known.all_parameters)
        return self._open(source, content, given, stack, name, "")

    def _open(
        self,
        source: Source,
        content: bytes,
        given: Given,
        stack: StackFacts | None,
        name: str,
        address: str,
    ) -> Resolution:
        outside = Outside(self._answers, self._known.place.region, self._known.zones)
        name = stack.name if stack else name
        around = Circumstances(self._known.place, source, name, lambda frame: values_of(frame, given), outside)
        template, not_processed = self._template(source, content, around, stack)
        # Under a macro nothing is resolved, so no parameter need have a value.
        values = {} if template.macros else values_of(template, given)
        resolution = Resolution(
            template,
            TemplateSurroundings(
                self._known.place,
                values,
                self._exports,
                stack,
                self._known.schemas,
                self._live,
                read=self._known.covered | frozenset(PARTS),
                outside=outside,
                declared_export=self._known.declared_export,
                address=address,
                stack_name=name,
                stack_tags=self._known.stack_tags,
                not_processed=not_processed,
            ),
            open_nested=lambda nested: self._nested(nested, source),
        )
        if not template.macros:
            check_rules(template, Evaluator(template, resolution, Chain(), outside))
        return resolution

    def _template(
        self, source: Source, content: bytes, around: Circumstances, stack: StackFacts | None
    ) -> tuple[Template, str]:
        """Last, why macros in it are left as they are; empty where there are none, or AWS told what they made."""
        document = parse_document(content, str(source))
        if isinstance(source, LiveTemplate):
            return template_of(_processed(document)), ""
        template = run_transforms(document, around)
        if not template.macros and not any(own_macros(document.value)):
            return template, ""
        deployed = self._as_deployed(document, stack)
        return (template, deployed.reason) if isinstance(deployed, Unknown) else (deployed, "")

    def _as_deployed(self, document: Document, stack: StackFacts | None) -> Template | Unknown:
        """What macros made of this very template when the stack was deployed."""
        if stack is None:
            return Unknown(NO_STACK)
        original = self._answers.original(stack.stack_id)
        if isinstance(original, Unknown):
            return original
        if parse_document(original, document.name).value != document.value:
            return Unknown(f"the stack {stack.name} was made from another template")
        processed = self._answers.content(LiveTemplate(stack.stack_id))
        if isinstance(processed, Unknown):
            return processed
        return template_of(_processed(parse_document(processed, document.name)))

    def _nested(self, stack: Resolved, parent: Source) -> Resolution | Unknown:
        address, passed = f"{stack.address}/", stack.properties.get("Parameters", {})
        if not isinstance(passed, Mapping):
            return Unknown(passed.reason if isinstance(passed, Unknown) else "its Parameters are no object")
        self._stacks += 1
        if address.count("/") > MOST_LEVELS or self._stacks > MOST_STACKS:
            return Unknown(f"more than {MOST_LEVELS} levels of nested stacks, or {MOST_STACKS} of them, are not read")
        deployed = self._deployed(stack)
        source = _declared_source(stack, parent)
        content = source if isinstance(source, Unknown) else self._answers.content(source)
        if isinstance(content, Unknown) and deployed is not None:
            # What the parent names cannot be had; what was made of it can.
            source = LiveTemplate(deployed.stack_id)
            content = self._answers.content(source)
        if isinstance(source, Unknown):
            return source
        if isinstance(content, Unknown):
            return content
        given = Given({}, passed, deployed.parameters if deployed else {}, self._parameter)
        return self._open(source, content, given, deployed, "", address)

    def _deployed(self, stack: Resolved) -> StackFacts | None:
        if not isinstance(stack.physical_id, str):
            return None
        facts = self._answers.stack(stack.physical_id, self._known.place.region)
        return facts if isinstance(facts, StackFacts) else None

    def _parameter(self, name: str) -> str | Unknown:
        return self._answers.parameter(name)


def _declared_source(stack: Resolved, parent: Source) -> Source | Unknown:
    metadata = stack.declaration.metadata
    asset = metadata.get(ASSET) if isinstance(metadata, Mapping) else None
    if isinstance(asset, str) and isinstance(parent, LocalFile) and not Path(asset).is_absolute():
        return LocalFile(parent.path.parent / asset)
    url = stack.properties.get("TemplateURL")
    if not isinstance(url, str):
        return url if isinstance(url, Unknown) else Unknown("it names no TemplateURL")
    return source_near(url, parent) or Unknown(f"{url} is neither an object in S3 nor a path beside a file")


def _processed(document: Document) -> Document:
    """What has been through its macros may still name them, and may hold functions of the extensions."""
    if not isinstance(document.value, Mapping):
        raise InputError("this is not a CloudFormation template: an object was expected", where=document.where())
    return Document(document.name, {**document.value, "Transform": LANGUAGE_EXTENSIONS}, document.lines)
