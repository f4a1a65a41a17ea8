"""`identity:`: whether policies judge users and roles, who belongs to the organisation, own escalation paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields

_ACCOUNT: Final = re.compile(r"\d{12}")
_ORGANISATION: Final = re.compile(r"o-[a-z0-9]{10,32}")
"""AWS Organizations API Reference, Organization."""

UNUSED_AFTER: Final = 90 * 86400.0
"""Seconds: as long as AWS itself keeps the history of events (AWS CloudTrail User Guide, *Working with CloudTrail Event
history*)."""


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    escalation_paths: tuple[Path, ...] = ()
    """Files of paths, in the form of `intent/iam/escalations.yaml`."""
    policies: Path | None = None
    """The folder of reviewed policies, in the form of `intent/iam/policy_files`."""
    compare: bool | None = None
    """Whether identities are held against what was declared; None where they are as soon as any of them is."""
    guardrails: bool = False
    """Whether every user and role is read, and judged by the policies on `Setpoint::Identity::Principal`."""
    accounts: tuple[str, ...] = ()
    """Of the organisation, beside those that are read: a role may trust them."""
    organisations: tuple[str, ...] = ()
    """Ids (`o-…`) of which a trust policy may demand one."""
    break_glass_tag: str = "break-glass"
    """The tag that marks, with `true`, whoever is kept for emergencies."""
    unused_after: timedelta = timedelta(seconds=UNUSED_AFTER)
    """Without a call for so long, a permission is unused."""


def read_identity(fields: Fields, base: Path) -> IdentitySettings:
    usual, organisation = IdentitySettings(), fields.section("organisation")
    settings = IdentitySettings(
        escalation_paths=tuple(base / each for each in fields.texts("escalation_paths")),
        policies=base / fields.text("policies") if fields.has("policies") else None,
        compare=fields.flag("compare", default=True) if fields.has("compare") else None,
        guardrails=fields.flag("guardrails", default=usual.guardrails),
        accounts=_ids(organisation, "accounts", _ACCOUNT, "the twelve digits of an account, in quotes"),
        organisations=_ids(organisation, "ids", _ORGANISATION, "the id of an organisation, such as o-a1b2c3d4e5"),
        break_glass_tag=fields.text("break_glass_tag", usual.break_glass_tag),
        unused_after=timedelta(seconds=fields.seconds("unused_after", UNUSED_AFTER, least=86400.0)),
    )
    organisation.done()
    fields.done()
    return settings


def _ids(fields: Fields, key: str, form: re.Pattern[str], expected: str) -> tuple[str, ...]:
    found = fields.texts(key)
    for each in found:
        if not form.fullmatch(each):
            raise InputError(f"{each!r} stands among {key}; {expected} was expected", where=fields.where(key))
    return found
