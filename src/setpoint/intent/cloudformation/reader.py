"""The reader of one CloudFormation template: the way into this package, made by `wiring`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import MAX_YAML_BYTES, read_bytes
from setpoint.intent.cloudformation.declared import declared_state
from setpoint.intent.cloudformation.folding import PARTS
from setpoint.intent.cloudformation.identity import Place
from setpoint.intent.cloudformation.live import Existing, LiveAttributes
from setpoint.intent.cloudformation.parameters import parameter_values
from setpoint.intent.cloudformation.resolution import Schemas, Surroundings
from setpoint.intent.cloudformation.stack import StackFacts
from setpoint.intent.cloudformation.template import parse_template
from setpoint.model.canonical import digest
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
        path: Path,
        *,
        partition: str,
        account: str,
        region: str,
        parameters: Mapping[str, str],
        exports: Mapping[str, str],
        stack: Callable[[], StackFacts] | None,
        existing: Existing | None,
        schemas: Schemas,
        covered: frozenset[str] = COVERED,
    ) -> None:
        """`parameters` and `exports` win over what the stack knows; `stack` is asked again at every reading."""
        self._path = path
        self._place = Place(partition, account, region)
        self._parameters = parameters
        self._exports = exports
        self._stack = stack
        self._existing = existing
        self._schemas = schemas
        self._covered = covered
        self._live = LiveAttributes(existing)

    def fingerprint(self) -> str:
        """Of the file, of what it is resolved against, and of what running resources told at the last reading.

        The questions are put again: once a resource that was not there exists, the template is resolved anew.
        """
        content = hashlib.blake2b(self._data()).hexdigest()
        stack = self._facts()
        facts = asdict(stack) if stack else None
        return digest(content, self._parameters, self._exports, facts, self._live.asked_again().told())

    def busy(self) -> str:
        stack = self._facts()
        at_work = stack is not None and stack.status.endswith("_IN_PROGRESS")
        return f"stack {stack.name} is in {stack.status}" if stack is not None and at_work else ""

    def read(self) -> Snapshot:
        template = parse_template(self._data(), str(self._path))
        stack = self._facts()
        live = LiveAttributes(self._existing)
        # Under a macro nothing is resolved, so no parameter need have a value.
        parameters = (
            {} if template.macros else parameter_values(template, self._parameters, stack.parameters if stack else {})
        )
        around = Surroundings(
            self._place,
            parameters,
            {**(stack.exports if stack else {}), **self._exports},
            stack,
            self._schemas,
            live,
            read=self._covered | frozenset(PARTS),
        )
        try:
            snapshot = declared_state(template, around, self._covered)
        except RecursionError as error:
            raise InputError(
                "resources refer to one another in too long a chain to follow", where=str(self._path)
            ) from error
        self._live = live
        return snapshot

    def _data(self) -> bytes:
        return read_bytes(self._path, limit=MAX_YAML_BYTES)

    def _facts(self) -> StackFacts | None:
        return self._stack() if self._stack else None
