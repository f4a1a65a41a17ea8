"""What the table of a resource type is made of: its actions, and the entity that they act on.

To make a property revertable: write its `Action` in the module of its service and name it in the type's table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from setpoint.act.interface import ActionError
from setpoint.aws import AwsClients, client_errors, error_code, error_message, may_pass, reason, remedy
from setpoint.errors import TemporaryError
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change
from setpoint.model.urn import GLOBAL, Urn


@dataclass(frozen=True, slots=True)
class Target:
    """The entity that is changed."""

    clients: AwsClients
    urn: Urn

    @property
    def identifier(self) -> str:
        return self.urn.identifier

    @property
    def account(self) -> str:
        return self.urn.account

    def client(self, service: str) -> Any:
        region = self.clients.settings.home if self.urn.region == GLOBAL else self.urn.region
        return self.clients.client(service, region)

    def arn(self, service: str, resource: str) -> str:
        partition = self.urn.split(":", 1)[0]
        return f"arn:{partition}:{service}:{self.urn.region}:{self.account}:{resource}"

    @contextmanager
    def doing(self, action: str, *, fine: Collection[str] = ()) -> Iterator[None]:
        """Around one call, named by its IAM action; a code of `fine` says that what it was to do is done already."""
        try:
            yield
        except client_errors() as error:
            if error_code(error) in fine:
                return
            if may_pass(error):
                raise TemporaryError(reason(error, action), where=self.urn, remedy=remedy(error, action)) from error
            message = error_message(error).rstrip(".")
            what = f"{reason(error, action)}: {message}" if message else reason(error, action)
            raise ActionError(what, where=self.urn, remedy=remedy(error, action)) from error


def replaced(_before: Json, after: Json) -> Json:
    """The declared value stands for the whole property."""
    return after


@dataclass(frozen=True, slots=True)
class Action:
    """Sets one property, or several that AWS sets in one call."""

    properties: tuple[str, ...]
    permissions: tuple[str, ...]
    """The IAM actions that it and its undo need."""
    apply: Callable[[Target, Mapping[str, Change]], None]
    """Makes the changes of these properties that there are; safe to repeat."""
    aim: Callable[[Json, Json], Json] = replaced
    """(actual value, declared value) → the value to set; it keeps what was not declared where parts are independent."""
    by_path: bool = False
    """Of an object, only the declared members that differ are set."""
    passes_role: frozenset[str] = frozenset()
    """Those of the properties that hand a role to AWS, which takes a permission of its own."""

    def needs(self, changed: Collection[str]) -> tuple[str, ...]:
        """The IAM actions for changes of these properties."""
        return (*self.permissions, "iam:PassRole") if self.passes_role & set(changed) else self.permissions
