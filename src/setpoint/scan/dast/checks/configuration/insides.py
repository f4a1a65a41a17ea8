"""What is for those alone who run a service: by its name, and by what it shows. Pure; called by checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Operation
from setpoint.scan.dast.answers import json_of, leaves
from setpoint.scan.dast.checks.access.delicate import Delicate, delicate
from setpoint.scan.dast.checks.access.records import records_in
from setpoint.scan.dast.checks.access.references import PEOPLE
from setpoint.scan.dast.naming import noun_of, words_of

INSIDE: Final = frozenset({"internal", "debug", "dump", "private", "admin", "diagnostics"})
"""Words of paths."""

FOR_DEVELOPERS: Final = frozenset({"debug", "internal", "dump", "diagnostics", "phpinfo", "heapdump"})
"""Those of paths that no caller of the service has a use for, whether a document names them or not."""

_WITHHELD: Final = frozenset({Delicate.PASSWORD, Delicate.SECRET, Delicate.PERSONAL})

_WHERE: Final = frozenset({"address", "street", "city", "postcode", "zip", "phone", "mobile", "email"})
"""Last words of fields that tell where a person is found."""


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


def people_in(operation: Operation, answer: Answer) -> int:
    """Of how many different people it shows personal data, or a name with where they are found."""
    found: set[str] = set()
    for kind, record, _ in records_in(json_of(answer), noun_of(operation.path)):
        texts = {name: value for name, value in record.items() if isinstance(value, str) and value}
        personal = [value for name, value in texts.items() if delicate(name, value) is Delicate.PERSONAL]
        if not personal and kind in PEOPLE and any(words_of(name)[-1:] == ("name",) for name in texts):
            personal = [value for name, value in texts.items() if not _WHERE.isdisjoint(words_of(name)[-1:])]
        found.update(personal[:1])
    return len(found)
