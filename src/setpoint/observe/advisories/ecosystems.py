"""Names of ecosystems, as people type them: commands and settings take no other, so that a misspelt one is told."""

from __future__ import annotations

from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.model.ecosystem import ECOSYSTEMS


def known_ecosystem(spelt: str) -> str:
    """As OSV spells it, however it is written; `InputError` for one that OSV does not know."""
    base, colon, rest = spelt.partition(":")
    found = {each.lower(): each for each in ECOSYSTEMS}.get(base.lower())
    if found is None:
        raise InputError(f"there is no ecosystem {base[:100]!r}", remedy=did_you_mean(base[:100], ECOSYSTEMS))
    return f"{found}{colon}{rest}"


def exported_ecosystem(spelt: str) -> str:
    """One that OSV exports as a whole: never a single release of it."""
    known = known_ecosystem(spelt)
    base, colon, _ = known.partition(":")
    if colon:
        raise InputError(f"OSV exports {base} as a whole", remedy=f"write {base}, without what follows the colon")
    return known
