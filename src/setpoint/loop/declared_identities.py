"""What was declared of identities, between beats. `loop.identity` asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.errors import CouldNotTellError, Error, InputError
from setpoint.loop.identity_parts import IdentityParts
from setpoint.loop.intended import IntendedState
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Area
from setpoint.model.urn import GLOBAL

TYPES: Final = "AWS::IAM::"
"""Begins the types of which a change says that an account is to be read again."""


class DeclaredIdentities:
    """What was declared, read again only where a source of it changed."""

    def __init__(self, parts: IdentityParts | None, intended: IntendedState) -> None:
        self._parts = parts
        self._intended = intended
        self._version = ""
        self._known: Mapping[str, DeclaredIam] = {}

    def read(self) -> Mapping[str, DeclaredIam] | Error:
        """By account; the error where a source of it cannot be used."""
        if self._parts is None:
            return {}
        try:
            version = f"{self._intended.version}:{self._parts.intent.fingerprint()}"
            if version != self._version:
                self._known = self._parts.intent.read(self._resources(), self._intended.coverage)
                self._version = version
        except (InputError, CouldNotTellError) as error:
            return error
        return self._known

    def _resources(self) -> Iterator[Resource]:
        for urn in self._intended:
            resource = self._intended.get(urn) if Area.of(urn).region == GLOBAL else None
            if resource is not None and resource.type.startswith(TYPES):
                yield resource


def nothing_declared(account: str) -> str:
    return f"nothing is declared of the identities of the account {account}"
