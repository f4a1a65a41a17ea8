"""`identity:`: a team's own escalation paths beside those that are shipped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from setpoint.fields import Fields


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    escalation_paths: tuple[Path, ...] = ()
    """Files of paths, in the form of `intent/iam/escalations.yaml`."""


def read_identity(fields: Fields, base: Path) -> IdentitySettings:
    settings = IdentitySettings(tuple(base / each for each in fields.texts("escalation_paths")))
    fields.done()
    return settings
