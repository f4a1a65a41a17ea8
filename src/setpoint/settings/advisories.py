"""`advisories:`: which sources of advisories are kept up to date by the loop's process; none unless it is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields

LEAST_PAUSE: Final = 60.0
"""Seconds: what is asked for more often than anything appears only costs whoever publishes it."""


@dataclass(frozen=True, slots=True)
class AdvisorySources:
    """Where advisories, and what is known of them, are fetched from; an empty address is the publisher's own."""

    ecosystems: tuple[str, ...] = ()
    """As OSV spells them."""
    address: str = ""
    """Of an export of OSV."""
    kev: str | None = None
    """CISA's catalogue of what is exploited; None where it is not wanted."""
    epss: str | None = None
    """FIRST's estimates of what will be; None where they are not wanted."""


@dataclass(frozen=True, slots=True)
class AdvisorySettings:
    sources: AdvisorySources = field(default_factory=AdvisorySources)
    every: float = 3600.0
    """Seconds from the end of one look at all of them to the next."""


def read_advisories(fields: Fields) -> AdvisorySettings:
    """Of the whole file: where it has no such section, nothing is fetched."""
    usual = AdvisorySettings()
    if not fields.has("advisories"):
        return usual
    section = fields.section("advisories")
    settings = AdvisorySettings(
        sources=AdvisorySources(
            ecosystems=_ecosystems(section),
            address=_address(section, "address"),
            kev=_feed(section, "kev"),
            epss=_feed(section, "epss"),
        ),
        every=section.seconds("every", usual.every, least=LEAST_PAUSE),
    )
    section.done()
    return settings


def _ecosystems(fields: Fields) -> tuple[str, ...]:
    from setpoint.observe.advisories.ecosystems import exported_ecosystem

    try:
        return tuple(dict.fromkeys(exported_ecosystem(each) for each in fields.texts("ecosystems", required=True)))
    except InputError as error:
        raise InputError(error.what, where=error.where or fields.where("ecosystems"), remedy=error.remedy) from error


def _feed(fields: Fields, key: str) -> str | None:
    """Its address; None where it is switched off."""
    address = _address(fields, f"{key}_address")
    return address if fields.flag(key, default=True) else None


def _address(fields: Fields, key: str) -> str:
    given = fields.optional_text(key)
    if given is None:
        return ""
    # Only a configuration that names one pays for what fetches.
    from setpoint.observe.advisories.fetching import checked_address

    try:
        return checked_address(given)
    except InputError as error:
        raise InputError(error.what, where=fields.where(key), remedy=error.remedy) from error
