"""Instances into resources: each mapped type with what folds into it, and coverage for everything else.

`reader` calls it with the instances of one file.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.terraform import cloudtrail, ec2, iam, kms, rds, s3
from setpoint.intent.terraform.attributes import Attributes
from setpoint.intent.terraform.instance import Instance
from setpoint.intent.terraform.mapping import MappedType, Part, Properties, declare
from setpoint.model.canonical import Json, Unknown, digest
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent, Snapshot
from setpoint.model.surroundings import Surroundings
from setpoint.model.urn import GLOBAL, PARTITIONS, Urn

MAPPED: Final[Sequence[MappedType]] = (
    ec2.SECURITY_GROUP,
    rds.DB_INSTANCE,
    s3.BUCKET,
    s3.BUCKET_POLICY,
    iam.ROLE,
    kms.KEY,
    cloudtrail.TRAIL,
)
"""A type that lives with another comes after it."""

_KEY_ALIAS: Final = "aws_kms_alias"

_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d+")
"""The region that the name of an availability zone, a local zone or a wavelength zone begins with."""


@dataclass(frozen=True, slots=True)
class Place:
    partition: str
    account: str
    region: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A resource in the making; parts add to its properties."""

    mapped: MappedType
    instance: Instance
    place: Place
    identifier: str
    """Empty while it is not known."""
    unidentified: str
    properties: Properties

    def urn(self) -> Urn:
        place, identifier = self.place, self.identifier or self.instance.address
        return Urn.aws(place.partition, place.account, place.region, self.mapped.type, identifier)


def translate(
    instances: Iterable[Instance], where: str, default: Place, types: Sequence[MappedType] = MAPPED
) -> Snapshot:
    """The resources that `instances` declare; `default` is the place of those that do not say theirs."""
    translation = _Translation(instances, where, default, types)
    translation.draft()
    translation.fold()
    return Snapshot(translation.resources(), translation.coverage())


class _Translation:
    def __init__(self, instances: Iterable[Instance], where: str, default: Place, types: Sequence[MappedType]) -> None:
        self._where = where
        self._default = default
        self._types = types
        self._parts = [(name, mapped, part) for mapped in types for name, part in mapped.parts.items()]
        self._drafts: list[_Draft] = []
        self._identified: dict[tuple[str, str], list[_Draft]] = defaultdict(list)
        self._orphans: list[tuple[Instance, str]] = []
        self._instances: dict[str, list[Instance]] = defaultdict(list)
        for instance in instances:
            self._instances[instance.type].append(instance)

    def draft(self) -> None:
        for mapped in self._types:
            for instance in self._instances[mapped.terraform_type]:
                draft = self._draft(mapped, instance)
                self._drafts.append(draft)
                if draft.identifier:
                    self._identified[mapped.type, draft.identifier].append(draft)

    def _draft(self, mapped: MappedType, instance: Instance) -> _Draft:
        attributes = self._attributes(instance)
        identifier = attributes.text(mapped.identifier)
        known = identifier if isinstance(identifier, str) else ""
        reason = identifier.reason if isinstance(identifier, Unknown) else f"'{mapped.identifier}' is not set"
        return _Draft(
            mapped=mapped,
            instance=instance,
            place=self._place_of(mapped, instance, known),
            identifier=known,
            unidentified="" if known else reason,
            properties=declare(attributes, mapped.table) | mapped.derive(attributes),
        )

    def _place_of(self, mapped: MappedType, instance: Instance, identifier: str) -> Place:
        place = _place(instance, self._default)
        if mapped.is_global:
            return replace(place, region=GLOBAL)
        hosts = self._identified.get((mapped.lives_with, identifier), [])
        return hosts[0].place if hosts else place

    def fold(self) -> None:
        for terraform_type, mapped, part in self._parts:
            for instance in self._instances[terraform_type]:
                self._fold(instance, mapped, part)

    def _fold(self, instance: Instance, mapped: MappedType, part: Part) -> None:
        attributes = self._attributes(instance)
        parents = attributes.texts(part.parent)
        if parents is None and part.may_name_none:
            return
        if parents is None or isinstance(parents, Unknown):
            reason = parents.reason if isinstance(parents, Unknown) else "not set"
            self._orphans.append((instance, f"'{part.parent}' is {reason}"))
            return
        for parent in parents:
            hosts = self._hosts(mapped, _identifier(parent), instance.provider)
            if not hosts:
                self._orphans.append((instance, f"{mapped.type} {_identifier(parent)} is not declared beside it"))
            elif len({host.urn() for host in hosts}) > 1:
                self._orphans.append((instance, f"{mapped.type} {_identifier(parent)} is declared in several accounts"))
            else:
                for host in hosts:
                    part.fold(host.properties, attributes)

    def _hosts(self, mapped: MappedType, identifier: str, provider: str) -> list[_Draft]:
        """The drafts of that identifier; where two accounts have one each, those of the part's own provider."""
        drafts = self._identified.get((mapped.type, identifier), [])
        own = [draft for draft in drafts if draft.instance.provider == provider]
        return own or drafts

    def resources(self) -> dict[Urn, Resource]:
        resources: dict[Urn, Resource] = {}
        for draft in self._drafts:
            urn, source = draft.urn(), f"{self._where}: {draft.instance.address}"
            names = Surroundings(physical_id=draft.identifier, key_aliases=self._key_aliases)
            resource = Resource(urn, draft.properties, source, unidentified=draft.unidentified, surroundings=names)
            before = resources.setdefault(urn, resource)
            if digest(before.properties) != digest(resource.properties):
                raise InputError(
                    f"{urn} is declared a second time, and otherwise than by {before.source}",
                    where=source,
                    remedy="remove one of them from the state with terraform state rm",
                )
        return resources

    def coverage(self) -> Coverage:
        """What is not read: types without a mapping, and parts whose parent is not here."""
        reasons: dict[Area, list[str]] = defaultdict(list)
        for area, count in self._unmapped().items():
            reasons[area].append(f"{area.type}: {count} in {self._where}")
        for instance, reason in self._orphans:
            reasons[self._area(instance)].append(f"{self._where}: {instance.address}: {reason}")
        return Coverage.of(AreaCoverage(area, Extent.NOT_COVERED, tuple(each)) for area, each in reasons.items())

    def _unmapped(self) -> Counter[Area]:
        read = {*(each.terraform_type for each in self._types), *(name for name, _, _ in self._parts)}
        return Counter(
            self._area(instance)
            for terraform_type, instances in self._instances.items()
            if terraform_type not in read
            for instance in instances
        )

    def _area(self, instance: Instance) -> Area:
        place = _place(instance, self._default)
        return Area(place.partition, place.account, place.region, instance.type)

    @cached_property
    def _key_aliases(self) -> Mapping[str, str]:
        """Those that the file itself declares; of others Terraform does not say where they lead."""
        pairs = (
            (each.attributes.get("name"), each.attributes.get("target_key_id")) for each in self._instances[_KEY_ALIAS]
        )
        return {
            alias: _identifier(key) for alias, key in pairs if isinstance(alias, str) and isinstance(key, str) and key
        }

    def _attributes(self, instance: Instance) -> Attributes:
        return Attributes(instance.attributes, f"{self._where}: {instance.address}")


def _identifier(reference: str) -> str:
    """What an ARN is about: `arn:aws:kms:eu-west-1:123456789012:key/1234` is about `1234`."""
    return re.split("[:/]", reference)[-1] if reference.startswith("arn:") else reference


def _place(instance: Instance, default: Place) -> Place:
    """Where the instance lives, as far as its attributes say."""
    if not instance.type.startswith("aws_"):
        return default
    attributes = instance.attributes
    arn = attributes.get("arn")
    partition, account, region = _arn_place(arn) if isinstance(arn, str) else ("", "", "")
    return Place(
        partition or default.partition,
        account or default.account,
        region or next(_regions(attributes), default.region),
    )


def _arn_place(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":")
    if len(parts) < 6 or parts[1] not in PARTITIONS:
        return "", "", ""
    return parts[1], parts[4], parts[3]


def _regions(attributes: Mapping[str, Json]) -> Iterator[str]:
    for name in ("region", "home_region", "availability_zone"):
        value = attributes.get(name)
        found = _REGION.match(value) if isinstance(value, str) else None
        if found:
            yield found[0]
