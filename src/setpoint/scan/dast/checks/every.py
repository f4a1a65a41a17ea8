"""Every check that there is, by theme, in the order in which they are made. Called by `wiring.dast`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from setpoint.errors import InputError
from setpoint.scan.dast.checks.access.checks import CHECKS as ACCESS
from setpoint.scan.dast.checks.authentication.checks import CHECKS as AUTHENTICATION
from setpoint.scan.dast.checks.configuration.checks import CHECKS as CONFIGURATION
from setpoint.scan.dast.checks.exposure.checks import CHECKS as EXPOSURE
from setpoint.scan.dast.checks.injection.checks import CHECKS as INJECTION
from setpoint.scan.dast.checks.reflection.checks import CHECKS as REFLECTION
from setpoint.scan.dast.interface import Check

THEMES: Final[Mapping[str, tuple[Callable[[], Check], ...]]] = {
    "configuration": CONFIGURATION,
    "exposure": EXPOSURE,
    "access": ACCESS,
    "reflection": REFLECTION,
    "injection": INJECTION,
    "authentication": AUTHENTICATION,
}
"""What only looks comes first; what tries logins and ends sessions comes last."""

LAST: Final = frozenset({"pattern-growth"})
"""What sends most, and may use up the accounts that a scan makes: nothing is to be missed for its sake."""


def every_check() -> Mapping[str, Sequence[Check]]:
    """Theme → its checks, anew for each scan."""
    return {theme: [make() for make in makers] for theme, makers in THEMES.items()}


def chosen(names: Sequence[str]) -> list[Check]:
    """Those of these names, or of these themes; all without any. Raises `InputError` for a name that none has."""
    themes = every_check()
    known = {check.name: check for checks in themes.values() for check in checks}
    wanted: set[str] = set()
    for name in names:
        if name not in known and name not in themes:
            near = get_close_matches(name, (*themes, *known), n=1)
            remedy = f"did you mean {near[0]!r}?" if near else "setpoint dast checks lists them"
            raise InputError(f"there is no check {name!r}", where="--check", remedy=remedy)
        wanted |= {each.name for each in themes.get(name, ())} or {name}
    asked_for = [check for name, check in known.items() if name in wanted or not names]
    return sorted(asked_for, key=lambda each: each.name in LAST)


def told_of(check: Check) -> str:
    """What it looks for: the first line of what its class, or else its module, says of itself."""
    kind = type(check)
    own = kind.__doc__ or ""
    if not own or own.startswith(f"{kind.__name__}("):  # what `dataclass` writes where nobody did
        own = sys.modules[kind.__module__].__doc__ or ""
    return own.strip().partition("\n")[0]
