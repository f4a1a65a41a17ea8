"""`dast:`: which running services Setpoint tests by itself, where, how gently, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from setpoint.errors import InputError
from setpoint.fields import Fields, seconds_of
from setpoint.model.dast import Profile
from setpoint.model.dast_run import DastTrigger

REMOTE: Final = ("http://", "https://")
"""How a document's address begins that is no file."""

RELEASE: Final = "release"
EVERY: Final = "every "

LEAST_EVERY: Final = 60.0
"""Seconds: a scan takes longer than that."""

MOST_RATE: Final = 10_000.0
MOST_BUDGET: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class DastTarget:
    """Where a service runs, and how it is tested there."""

    url: str
    openapi: str = ""
    """A file, or an address on the target; empty: what the target itself shows is looked at."""
    auth: Path | None = None
    profile: Profile = Profile.SAFE
    rate: float | None = None
    """Requests a second at most; None for the profile's own."""
    budget: int | None = None
    """Requests in all at most; None for the profile's own."""
    checks: tuple[str, ...] = ()
    """Names of checks or themes; none means all: only then it counts as the test of a release."""
    exclude: tuple[str, ...] = ()
    """Globs of operations that nothing is sent to."""
    trigger: DastTrigger = field(default_factory=DastTrigger)
    browser: bool = False
    """Whether pages are opened in one, so that their scripts run."""


@dataclass(frozen=True, slots=True)
class DastSettings:
    """Without any service, nothing is tested."""

    services: Mapping[str, DastTarget] = field(default_factory=dict)
    folder: Path = Path("setpoint.sqlite.dast")
    """Where what is kept of scans is."""
    fleet_key_file: Path | None = None
    """The key that agents know our requests by."""


def read_dast(fields: Fields, base: Path, ledger: Path) -> DastSettings:
    services = fields.section("services")
    settings = DastSettings(
        services={name: _target(services.section(name), base) for name in services.names()},
        folder=base / fields.text("folder") if fields.has("folder") else ledger.with_name(f"{ledger.name}.dast"),
        fleet_key_file=base / fields.text("fleet_key_file") if fields.has("fleet_key_file") else None,
    )
    fields.done()
    return settings


def _target(fields: Fields, base: Path) -> DastTarget:
    openapi = fields.optional_text("openapi") or ""
    target = DastTarget(
        url=_url(fields),
        openapi=str(base / openapi) if openapi and not openapi.startswith(REMOTE) else openapi,
        auth=base / fields.text("auth") if fields.has("auth") else None,
        profile=fields.choice("profile", Profile, Profile.SAFE),
        rate=fields.number("rate", least=0.01, most=MOST_RATE) if fields.has("rate") else None,
        budget=int(fields.number("budget", least=1, most=MOST_BUDGET)) if fields.has("budget") else None,
        checks=fields.texts("checks"),
        exclude=fields.texts("exclude"),
        browser=fields.flag("browser", default=False),
        trigger=_trigger(fields),
    )
    fields.done()
    return target


def _url(fields: Fields) -> str:
    url = fields.text("url")
    try:
        parts = urlsplit(url)
        is_site = f"{parts.scheme}://" in REMOTE and bool(parts.hostname)
    except ValueError as error:
        raise fields.wrong("url", "the address of a site") from error
    if "@" in parts.netloc:
        raise InputError("the address holds credentials", where=fields.where("url"), remedy="put them into auth")
    if not is_site:
        raise fields.wrong("url", "the address of a site, such as https://staging.example,")
    return url


def _trigger(fields: Fields) -> DastTrigger:
    """`on: [release, every 1d]`."""
    usual = DastTrigger()
    delay = fields.seconds("delay", usual.delay)
    if not fields.has("on"):
        return DastTrigger(delay=delay)
    on_release, every = False, None
    for each in fields.texts("on", required=True):
        if each == RELEASE:
            on_release = True
        elif each.startswith(EVERY) and (seconds := seconds_of(each.removeprefix(EVERY))) is not None:
            every = seconds
        else:
            remedy = "write 'release', or 'every 1d'"
            raise InputError(f"{each!r} says nothing of when to test", where=fields.where("on"), remedy=remedy)
    if every is not None and every < LEAST_EVERY:
        raise InputError(f"a scan every {every:g} s never ends", where=fields.where("on"), remedy="write 'every 1d'")
    return DastTrigger(on_release, every, delay)
