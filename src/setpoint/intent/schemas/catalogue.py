"""The catalogue of AWS resource types: the one place that answers what a type's properties are and how they behave.

`wiring` hands its methods to the comparator, the policy checker and the intent readers. The facts come from the
resource schemas shipped inside cfn-lint. Its files are read directly, one type at a time: importing it takes the better
part of a second, and reading a schema and keeping its few facts less than a millisecond.
"""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from setpoint.errors import Error
from setpoint.files import parse_json, read_bytes
from setpoint.intent.schemas.extract import extract
from setpoint.intent.schemas.handlers import Listings, given_by, handlers_of, member_of
from setpoint.intent.schemas.overlay import Overlay
from setpoint.intent.schemas.parents import Member
from setpoint.intent.schemas.recorded import NOTHING_KNOWN, with_recorded
from setpoint.model.canonical import Json
from setpoint.model.handlers import Handlers
from setpoint.model.schema import ResourceSchema

PACKAGE: Final = "cfnlint"

DISTRIBUTION: Final = "cfn-lint"

FALLBACK_REGION: Final = "us-east-1"
"""Has every type; stands in for regions that are younger than the installed cfn-lint."""

_SAM: Final = "sam"
"""The types that the Serverless Application Model adds, the same in every region."""


class SchemaCatalogue:
    """Resource schemas by type name, as they hold in one region. Each is read when it is first asked for."""

    def __init__(self, region: str = FALLBACK_REGION) -> None:
        self._region = region
        self._folder = shipped_schemas()
        self._schemas: dict[str, ResourceSchema | None] = {}
        self._handlers: dict[str, Handlers | None] = {}
        self._members: dict[str, Mapping[str, Member]] = {}

    def schema(self, type_name: str) -> ResourceSchema | None:
        """The facts of a type; None where CloudFormation knows no such type."""
        if type_name not in self._schemas:
            self._schemas[type_name] = self._load(type_name) if type_name in self._files else None
        return self._schemas[type_name]

    def recorded(self, type_name: str, recorded: Mapping[str, Json]) -> ResourceSchema:
        """The facts of a type as they were when somebody recorded them beside a resource, also of an unknown type.

        A recording holds all that the service returned: there is nothing in it that Setpoint does not read yet.
        """
        facts = extract(self._document(type_name)) if type_name in self._files else NOTHING_KNOWN
        schema = self.overlay.schema(type_name, with_recorded(facts, recorded))
        return replace(schema, not_read=frozenset())

    def handlers(self, type_name: str) -> Handlers | None:
        """What Cloud Control can do with a type; None where CloudFormation knows no such type."""
        if type_name not in self._handlers:
            self._handlers[type_name] = self._handlers_of(type_name)
        return self._handlers[type_name]

    def knows(self, type_name: str) -> bool:
        return type_name in self._files

    def types(self) -> frozenset[str]:
        """Every type that CloudFormation knows in this region."""
        return frozenset(self._files)

    def nearest(self, type_name: str) -> str | None:
        """The known type that `type_name` was most likely meant to be."""
        by_folded_name = {name.lower(): name for name in self._files}
        matches = difflib.get_close_matches(type_name.lower(), by_folded_name, n=1)
        return by_folded_name[matches[0]] if matches else None

    @cached_property
    def overlay(self) -> Overlay:
        """What the documentation adds to every type."""
        return Overlay.shipped()

    @cached_property
    def _files(self) -> Mapping[str, str]:
        """Type → the name of the file that holds its schema."""
        known = self._folder / "providers" / f"{self._region}.json"
        region = known if known.is_file() else known.with_name(f"{FALLBACK_REGION}.json")
        files: dict[str, str] = {**_read(region), **_read(known.with_name(f"{_SAM}.json"))}
        return files

    def _load(self, type_name: str) -> ResourceSchema:
        return self.overlay.schema(type_name, extract(self._document(type_name)))

    def _handlers_of(self, type_name: str) -> Handlers | None:
        schema = self.schema(type_name)
        if schema is None:
            return None
        document = self._document(type_name)
        found = handlers_of(document, schema.write_only)
        given = given_by(document, found.needs)
        return self._listings.completed(found, given, partial(self._members_beside, type_name), self.handlers)

    @cached_property
    def _listings(self) -> Listings:
        return Listings.shipped()

    def _members_beside(self, type_name: str) -> Mapping[str, Member]:
        """The types of the same service."""
        service = type_name.rpartition("::")[0] + "::"
        if service not in self._members:
            names = (name for name in self._files if name.startswith(service))
            self._members[service] = {name: member_of(self._document(name)) for name in names}
        return self._members[service]

    def _document(self, type_name: str) -> Json:
        return _read(self._folder / "resources" / f"{self._files[type_name]}.json")


def _read(path: Path) -> Json:
    return parse_json(read_bytes(path), str(path))


def shipped_schemas() -> Path:
    """Found without importing the package."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise Error(
            f"the schemas of AWS resource types come with {DISTRIBUTION}, which is not installed",
            remedy="install it with: pip install 'setpoint[aws]'",
        )
    return Path(package.submodule_search_locations[0]) / "data" / "schemas"
