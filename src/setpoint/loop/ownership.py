"""Which service an entity belongs to."""

from __future__ import annotations

from typing import Final

from setpoint.loop.intended import IntendedState
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

PARENTS: Final = {"AWS::S3::BucketPolicy": "AWS::S3::Bucket"}
"""Types that carry no tags of their own: they belong to whom the entity of this type with the same id belongs to."""


class Ownership:
    """By what was declared, else by the entity's own tag, else by its parent's."""

    def __init__(self, intended: IntendedState, owner_tag: str) -> None:
        self._intended = intended
        self._owner_tag = owner_tag
        self._tagged: dict[Urn, str] = {}
        """Owners of parents by their own tags, as they were seen."""

    def owner(self, urn: Urn, actual: Resource | None = None) -> str:
        """The service's name; empty where nothing says."""
        type_name = urn.type
        owner = self._intended.owner(urn)
        if not owner and actual is not None:
            owner = actual.tags().get(self._owner_tag, "")
            if type_name in PARENTS.values():
                self._tagged[urn] = owner
        if owner:
            return owner
        parent_type = PARENTS.get(type_name)
        if parent_type is None:
            return ""
        parent = Urn(urn.replace(type_name, parent_type, 1))
        return self._intended.owner(parent) or self._tagged.get(parent, "")
