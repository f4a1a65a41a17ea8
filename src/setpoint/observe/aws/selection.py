"""Which types are read through Cloud Control: what is declared, and what is watched. Used by `observer`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final

from setpoint.aws import NOT_OFFERED, client_errors, error_code
from setpoint.files import load_yaml
from setpoint.model.handlers import Handlers, Verb
from setpoint.model.resource import Resource
from setpoint.observe.aws.cloud_control import CloudControlReader
from setpoint.observe.aws.listing import SERVICE, Find
from setpoint.observe.aws.provided import shipped_provisions
from setpoint.observe.aws.reader import Place
from setpoint.observe.interface import Declared

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""A token that no request has: what is answered to it says whether there is anybody who answers."""


class Selection:
    """Knows which types can be read, and whether there is a Cloud Control to ask."""

    def __init__(self, find: Find, watched: Iterable[str] = ()) -> None:
        """`watched` are read even where none is declared."""
        self._find = find
        self.watched = self.readable(watched)
        self._offered: dict[str, bool] = {}
        self._lock = threading.Lock()

    def handlers(self, type_name: str) -> Handlers | None:
        """None where the type cannot be read."""
        handlers = self._find(type_name)
        return handlers if handlers is not None and Verb.READ in handlers.permissions else None

    def readable(self, types: Iterable[str]) -> frozenset[str]:
        return frozenset(each for each in types if self.handlers(each) is not None)

    def reader(self, type_name: str, declared: Callable[[], Iterable[Resource]] = tuple) -> CloudControlReader | None:
        """None where the type cannot be read."""
        handlers = self.handlers(type_name)
        return CloudControlReader(handlers, self._find, shipped_provisions(), declared) if handlers else None

    def readers(self, declared: Declared) -> Iterator[CloudControlReader]:
        """Of every type that is declared or watched, and can be read."""
        for type_name in sorted({urn.type for urn in declared} | self.watched):
            reader = self.reader(type_name, partial(_declared, declared, type_name))
            if reader is not None:
                yield reader

    def is_offered(self, place: Place) -> bool:
        """Whether anybody answers for Cloud Control. AWS does; an endpoint that stands in for it may not."""
        if place.clients.settings.endpoint_url is None:
            return True
        with self._lock:
            if place.region not in self._offered:
                self._offered[place.region] = _answers(place)
            return self._offered[place.region]


def _answers(place: Place) -> bool:
    try:
        place.client(SERVICE).get_resource_request_status(RequestToken=NOBODY)
    except client_errors() as error:
        return error_code(error) != NOT_OFFERED
    return True


def _declared(declared: Declared, type_name: str) -> Iterator[Resource]:
    found = (declared.get(urn) for urn in declared if urn.type == type_name)
    return (each for each in found if each is not None)


@cache
def shipped_watch_list() -> Mapping[str, str]:
    """Type → why it is watched."""
    document = load_yaml(Path(__file__).parent / "watched.yaml")
    return {entry["type"]: entry["reason"] for entry in document.value["watched"]}
