"""Everything that one reading of a template was told from outside it, so that the next beat can ask again.

`reader` makes one for each reading, and a digest of what was told; while that is the same, so is what was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from setpoint.errors import CouldNotTellError, InputError, NotFoundError
from setpoint.files import MAX_YAML_BYTES, read_bytes
from setpoint.intent.cloudformation.cloud import Cloud
from setpoint.intent.cloudformation.sources import LiveTemplate, LocalFile, Source, StoredObject
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.model.canonical import Json, Unknown

NOT_ASKED = "AWS was not asked"

Answer = TypeVar("Answer")


class Answers:
    """Asks each question once."""

    def __init__(self, cloud: Cloud | None) -> None:
        self._cloud = cloud
        self._told: dict[tuple[Any, ...], Any] = {}
        """(the method that asks, its arguments …) → the answer."""

    def content(self, source: Source) -> bytes | Unknown:
        """What is there. Raises `InputError` for a local file that cannot be read."""
        return self._once((Answers.content, source), lambda: self._content(source))

    def original(self, stack: str) -> bytes | Unknown:
        """The template that the stack was made from, as it was given."""
        return self._once((Answers.original, stack), lambda: self._original(stack))

    def stack(self, name: str, region: str) -> StackFacts | Unknown:
        return self._once((Answers.stack, name, region), lambda: self._stack(name, region))

    def parameter(self, name: str) -> str | Unknown:
        return self._once((Answers.parameter, name), lambda: self._parameter(name))

    def key_aliases(self) -> Mapping[str, str] | Unknown:
        return self._once((Answers.key_aliases,), self._key_aliases)

    def told(self) -> list[Json]:
        """Every answer so far, for a digest."""
        named = (
            ([method.__name__, *map(str, arguments)], _summary(answer))
            for (method, *arguments), answer in self._told.items()
        )
        return [[*question, answer] for question, answer in sorted(named, key=lambda each: each[0])]

    def asked_again(self) -> Answers:
        """The same questions, put afresh. What cannot be read now is an answer of its own."""
        fresh = Answers(self._cloud)
        for question in self._told:
            method, *arguments = question
            try:
                method(fresh, *arguments)
            except (CouldNotTellError, InputError) as error:
                fresh._told[question] = Unknown(error.what)
        return fresh

    def _once(self, question: tuple[Any, ...], ask: Callable[[], Answer]) -> Answer:
        if question not in self._told:
            self._told[question] = ask()
        answer: Answer = self._told[question]
        return answer

    def _content(self, source: Source) -> bytes | Unknown:
        match source:
            case LocalFile():
                return read_bytes(source.path, limit=MAX_YAML_BYTES)
            case StoredObject():
                return self._cloud.stored(source) if self._cloud else Unknown(f"{source}: {NOT_ASKED}")
            case LiveTemplate():
                return self._cloud.template(source.stack, processed=True) if self._cloud else Unknown(NOT_ASKED)

    def _original(self, stack: str) -> bytes | Unknown:
        return self._cloud.template(stack, processed=False) if self._cloud else Unknown(NOT_ASKED)

    def _stack(self, name: str, region: str) -> StackFacts | Unknown:
        if self._cloud is None:
            return Unknown(NOT_ASKED)
        try:
            return self._cloud.stack(name, region)
        except NotFoundError as error:
            return Unknown(error.what)

    def _parameter(self, name: str) -> str | Unknown:
        if self._cloud is None:
            return Unknown(f"the Systems Manager parameter {name} is not looked up: {NOT_ASKED}")
        return self._cloud.parameter(name)

    def _key_aliases(self) -> Mapping[str, str] | Unknown:
        return self._cloud.key_aliases() if self._cloud else Unknown(NOT_ASKED)


def _summary(answer: Any) -> Json:
    """What stands for an answer in a digest; of what a parameter holds, no more than that."""
    if isinstance(answer, StackFacts):
        return asdict(answer)
    if isinstance(answer, Mapping):
        return dict(answer)
    if isinstance(answer, Unknown):
        return {"unknown": answer.reason}
    return hashlib.blake2b(answer if isinstance(answer, bytes) else answer.encode()).hexdigest()
