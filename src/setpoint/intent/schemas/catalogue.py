"""The catalogue of AWS resource types: the one place that answers what a type's properties are and how they behave.

`wiring` hands its methods to the comparator, the policy checker and the intent readers. The facts come from the
resource schemas shipped inside cfn-lint, whose import alone takes seconds; they are cached per cfn-lint version, so
that only the first look at a type pays for it.
"""

from __future__ import annotations

import difflib
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

from setpoint.errors import Error
from setpoint.intent.schemas.cache import Cache, user_cache
from setpoint.intent.schemas.extract import extract
from setpoint.intent.schemas.overlay import Overlay
from setpoint.model.canonical import Json, digest
from setpoint.model.schema import ResourceSchema

DISTRIBUTION: Final = "cfn-lint"

FALLBACK_REGION: Final = "us-east-1"
"""Has every type; stands in for regions that are younger than the installed cfn-lint."""

_TYPES: Final = "types"


class SchemaCatalogue:
    """Resource schemas by type name, as they hold in one region."""

    def __init__(self, region: str = FALLBACK_REGION, cache_dir: Path | None = None) -> None:
        self._region = region
        folder = (cache_dir or user_cache()) / "schemas" / _facts_version() / region
        self._cache = Cache(folder)
        self._overlay: Overlay | None = None
        self._schemas: dict[str, ResourceSchema | None] = {}
        self._types: frozenset[str] | None = None

    def schema(self, type_name: str) -> ResourceSchema | None:
        """The facts of a type; None where CloudFormation knows no such type."""
        if type_name not in self._schemas:
            self._schemas[type_name] = self._load(type_name) if type_name in self.types() else None
        return self._schemas[type_name]

    def types(self) -> frozenset[str]:
        """Every type that CloudFormation knows in this region."""
        if self._types is None:
            names = self._cache.get(_TYPES)
            if names is None:
                manager, region = _manager(self._region)
                names = sorted(manager.get_resource_types(region))
                self._cache.put(_TYPES, names)
            self._types = frozenset(names)
        return self._types

    def nearest(self, type_name: str) -> str | None:
        """The known type that `type_name` was most likely meant to be."""
        by_folded_name = {name.lower(): name for name in self.types()}
        matches = difflib.get_close_matches(type_name.lower(), by_folded_name, n=1)
        return by_folded_name[matches[0]] if matches else None

    def _load(self, type_name: str) -> ResourceSchema:
        if self._overlay is None:
            self._overlay = Overlay.shipped()
        return self._overlay.schema(type_name, self._facts(type_name))

    def _facts(self, type_name: str) -> Json:
        name = type_name.replace("::", "-")
        facts = self._cache.get(name)
        if facts is None:
            manager, region = _manager(self._region)
            facts = extract(manager.get_resource_schema(region, type_name).schema)
            self._cache.put(name, facts)
        return facts


def _facts_version() -> str:
    """What cached facts depend on: the schemas, and the code that reads them."""
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError as error:
        raise _missing() from error
    code = resources.files("setpoint.intent.schemas").joinpath("extract.py").read_text(encoding="utf-8")
    return f"{DISTRIBUTION}-{version}-{digest(code)[:8]}"


def _manager(region: str) -> tuple[Any, str]:
    """cfn-lint's schema manager, and the region to ask it for."""
    try:
        from cfnlint.helpers import REGIONS
        from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
    except ImportError as error:
        raise _missing() from error
    return PROVIDER_SCHEMA_MANAGER, region if region in REGIONS else FALLBACK_REGION


def _missing() -> Error:
    return Error(
        f"the schemas of AWS resource types come with {DISTRIBUTION}, which is not installed",
        remedy="install it with: pip install 'setpoint[aws]'",
    )
