"""What is for those alone who run a service: by its name, and by what it shows. Pure; called by checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves
from setpoint.scan.dast.checks.access.delicate import Delicate, delicate

INSIDE: Final = frozenset({"internal", "debug", "dump", "private", "admin", "diagnostics"})
"""Words of paths."""

FOR_DEVELOPERS: Final = frozenset({"debug", "internal", "dump", "diagnostics", "phpinfo", "heapdump"})
"""Those of paths that no caller of the service has a use for, whether a document names them or not."""

_WITHHELD: Final = frozenset({Delicate.PASSWORD, Delicate.SECRET, Delicate.PERSONAL})


def fields_of(answer: Answer) -> Iterator[tuple[str, Json]]:
    """Names and values of a document, however it is wrapped."""
    document = json_of(answer)
    for pointer, value in leaves(document) if document is not None else ():
        name = pointer.rpartition("/")[2]
        if name and not name.isdecimal():
            yield name, value


def withheld_fields(answer: Answer) -> Mapping[str, Delicate]:
    """Names of fields that are not anybody's to see, with what they give away."""
    found = ((name, delicate(name, value)) for name, value in fields_of(answer))
    return {name: what for name, what in found if what is not None and what in _WITHHELD}
