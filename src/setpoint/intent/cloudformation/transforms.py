"""A document made into the template that CloudFormation would deploy: files included, loops run, SAM translated.

Called by `opening`. Macros of one's own are run by AWS only: a template that names one stays as it is, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.files import Document
from setpoint.intent.cloudformation.anatomy import INCLUDE, LANGUAGE_EXTENSIONS, LOOP, TRANSFORM, is_generator, listed
from setpoint.intent.cloudformation.evaluator import Evaluator
from setpoint.intent.cloudformation.functions import text
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.includes import include_files
from setpoint.intent.cloudformation.loops import run_loops
from setpoint.intent.cloudformation.outside import Outside
from setpoint.intent.cloudformation.scope import NO_VALUE, Chain
from setpoint.intent.cloudformation.serverless import SERVERLESS, is_installed, translated
from setpoint.intent.cloudformation.sources import Source, source_near
from setpoint.intent.cloudformation.template import Template, frame_of, template_of
from setpoint.intent.cloudformation.values import ShortForm
from setpoint.model.canonical import Json, Unknown

RUN_HERE: Final = frozenset({INCLUDE, LANGUAGE_EXTENSIONS, SERVERLESS})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known before any resource is."""

    place: Place
    source: Source
    stack: str
    """Its name, where it is known."""
    parameters: Callable[[Template], Mapping[str, Json]]
    outside: Outside


def run_transforms(document: Document, around: Circumstances) -> Template:
    """Raises `InputError` with file:line for whatever CloudFormation would refuse."""
    frame = frame_of(document)
    if not RUN_HERE.issuperset(frame.transforms) or not _has_work(document, frame):
        return template_of(document)
    parameters = around.parameters(frame)
    document = include_files(document, _Early(frame, parameters, around).file)
    frame = frame_of(document)
    if LANGUAGE_EXTENSIONS in frame.transforms:
        document = run_loops(document, _Early(frame, parameters, around).value)
    elif (loop := _first_key(document.value, lambda key: key.startswith(LOOP))) is not None:
        raise InputError(
            f"{loop} is used without the transform that brings it",
            where=document.where(),
            remedy=f"add `Transform: {LANGUAGE_EXTENSIONS}`",
        )
    if SERVERLESS in frame.transforms and is_installed() and _first_key(document.value, is_generator) is None:
        document = translated(document, parameters, around.place)
    return template_of(document)


def own_macros(value: Json) -> Iterator[str]:
    """The macros that stand somewhere inside a template, beside what they are to change; `AWS::Include` is none."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, ShortForm):
            each = {each.function: each.argument}
        if isinstance(each, Mapping):
            named = (call.get("Name") for call in listed(each.get(TRANSFORM)) if isinstance(call, Mapping))
            yield from (name for name in named if isinstance(name, str) and name != INCLUDE)
            todo.extend(each.values())
        elif isinstance(each, list):
            todo.extend(each)


class _Early:
    """A scope (`evaluator.Scope`) of parameters only."""

    def __init__(self, frame: Template, parameters: Mapping[str, Json], around: Circumstances) -> None:
        self._frame = frame
        self._parameters = parameters
        self._around = around
        self._evaluator = Evaluator(frame, self, Chain(), around.outside)

    def value(self, value: Json, path: str) -> Json:
        return self._evaluator.value(value, path)

    def file(self, location: Json, path: str, where: str) -> tuple[str, bytes] | Unknown:
        """The file that a template includes."""
        named = self.value(location, path)
        if isinstance(named, Unknown):
            return named
        source = source_near(text(named, where), self._around.source)
        if source is None:
            return Unknown(f"{named} is neither an object in S3 nor a path beside a file")
        content = self._around.outside.answers.content(source)
        return content if isinstance(content, Unknown) else (str(source), content)

    def reference(self, name: str, where: str) -> Json:  # noqa: ARG002 - the scope's signature
        pseudo: Mapping[str, Json] = {
            **self._around.place.pseudo_parameters(),
            "AWS::NoValue": NO_VALUE,
            **({"AWS::StackName": self._around.stack} if self._around.stack else {}),
        }
        if name in self._parameters:
            return self._parameters[name]
        return pseudo.get(name, Unknown(f"Ref {name}: it is not known before the resources are"))

    def attribute(self, logical_id: str, attribute: str, where: str) -> Json:  # noqa: ARG002 - the scope's signature
        return Unknown(f"Fn::GetAtt {logical_id}.{attribute}: it is not known before the resources are")

    def export(self, name: str) -> Json:
        return Unknown(f"Fn::ImportValue {name}: it is not known before the resources are")


def _has_work(document: Document, frame: Template) -> bool:
    named = bool({INCLUDE, SERVERLESS} & set(frame.transforms))
    return named or _first_key(document.value, is_generator) is not None


def _first_key(value: Json, wanted: Callable[[str], bool]) -> str | None:
    """The first key (or function in its short form) of this kind, anywhere in the document."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, ShortForm):
            if wanted(each.function):
                return each.function
            todo.append(each.argument)
        elif isinstance(each, Mapping):
            found: str | None = next((key for key in each if wanted(key)), None)
            if found is not None:
                return found
            todo.extend(each.values())
        elif isinstance(each, list):
            todo.extend(each)
    return None
