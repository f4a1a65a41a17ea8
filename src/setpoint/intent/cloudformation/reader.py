"""The reader of one CloudFormation template: the way into this package, made by `wiring`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from setpoint.errors import CouldNotTellError, InputError
from setpoint.intent.cloudformation.answers import Answers
from setpoint.intent.cloudformation.cloud import Cloud
from setpoint.intent.cloudformation.declared import declared_state
from setpoint.intent.cloudformation.exports import DeclaredExports
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.live import Existing, LiveAttributes
from setpoint.intent.cloudformation.opening import Known, Opening
from setpoint.intent.cloudformation.resolution import Resolution
from setpoint.intent.cloudformation.sources import LocalFile, Source
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.intent.cloudformation.surroundings import Schemas
from setpoint.model.canonical import Json, Unknown, digest
from setpoint.model.snapshot import Snapshot

COVERED: Final = frozenset(
    {
        "AWS::CloudTrail::Trail",
        "AWS::EC2::SecurityGroup",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
    }
)
"""The types that Setpoint reads from both sides, so that they can be compared."""


class CloudFormationReader:
    """Implements `intent.interface.IntentReader` for one template in one region of one account."""

    def __init__(
        self,
        source: Path | Source,
        *,
        partition: str,
        account: str,
        region: str,
        parameters: Mapping[str, str],
        exports: Mapping[str, str],
        stack: Callable[[], StackFacts | None] | None,
        existing: Existing | None,
        schemas: Schemas,
        covered: frozenset[str] = COVERED,
        cloud: Cloud | None = None,
        zones: tuple[str, ...] = (),
        declared_exports: DeclaredExports | None = None,
        stack_name: str = "",
        stack_tags: Mapping[str, str] | None = None,
        all_parameters: bool = True,
    ) -> None:
        """`parameters` and `exports` win over what the stack knows; `stack` is asked again at every reading.

        `stack_name` and `stack_tags` are the stack's where it is not asked, or does not exist yet. Without
        `all_parameters`, one without a value is no mistake: it is given when the template is deployed.
        """
        self._source: Source = LocalFile(source) if isinstance(source, Path) else source
        self._parameters = parameters
        self._stack = stack
        self._stack_name = stack_name
        self._existing = existing
        self._cloud = cloud
        place = Place(partition, account, region)
        lookup = (lambda name: declared_exports.value(place, name)) if declared_exports else None
        self._known = Known(place, schemas, covered, exports, lookup, zones, stack_tags or {}, all_parameters)
        self._live = LiveAttributes(existing)
        self._answers = Answers(cloud)
        self._opened: tuple[str, Resolution] | None = None

    def fingerprint(self) -> str:
        """Of the template, of all that it is resolved against, and of what running resources told at the last reading.

        The questions are put again: once a resource that was not there exists, the template is resolved anew.
        """
        stack = self._facts()
        facts = asdict(stack) if stack else None
        again = self._answers.asked_again()
        content = _digest(again.content(self._source))
        return digest(
            content, self._parameters, self._known.exports, facts, again.told(), self._live.asked_again().told()
        )

    def busy(self) -> str:
        stack = self._facts()
        at_work = stack is not None and stack.status.endswith("_IN_PROGRESS")
        return f"stack {stack.name} is in {stack.status}" if stack is not None and at_work else ""

    def read(self) -> Snapshot:
        answers, live = Answers(self._cloud), LiveAttributes(self._existing)
        try:
            resolution = self._open(answers, live)
            snapshot = declared_state(resolution, self._known.covered)
        except RecursionError as error:
            raise InputError(
                "resources refer to one another in too long a chain to follow", where=str(self._source)
            ) from error
        self._live, self._answers = live, answers
        self._opened = (_digest(answers.content(self._source)), resolution)
        return snapshot

    def declared_export(self, place: Place, name: str) -> Json:
        """What the template exports under a name (`exports.Exporter`); None where it exports no such thing there."""
        if place != self._known.place:
            return None
        try:
            return self._latest().exported(name)
        except CouldNotTellError as error:
            return Unknown(error.what)

    def _latest(self) -> Resolution:
        """The template as it is now, opened once: what it exports may be asked for many times."""
        answers = Answers(self._cloud)
        content = _digest(answers.content(self._source))
        if self._opened is None or self._opened[0] != content:
            self._opened = (content, self._open(answers, LiveAttributes(self._existing)))
        return self._opened[1]

    def _open(self, answers: Answers, live: LiveAttributes) -> Resolution:
        opening = Opening(self._known, answers, live)
        return opening.root(self._source, self._parameters, self._facts(), self._stack_name)

    def _facts(self) -> StackFacts | None:
        return self._stack() if self._stack else None


def _digest(content: bytes | Unknown) -> str:
    return content.reason if isinstance(content, Unknown) else hashlib.blake2b(content).hexdigest()
