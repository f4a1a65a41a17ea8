"""The policies of the settings: where they are, read and compiled."""

from __future__ import annotations

from pathlib import Path

from setpoint.decide.policy.compile import PolicySet, compile_policies
from setpoint.intent.guardrails import load_guardrails
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.settings import Settings


def shipped_policies() -> Path:
    """The pack: inside the package where that was installed, in the repository's root where that is worked in."""
    package = Path(__file__).parent.parent
    installed = package / "policies"
    return installed if installed.is_dir() else package.parent.parent / "policies"


def policy_folders(settings: Settings) -> list[Path]:
    """The shipped pack, unless the settings do without it, and the user's own folders."""
    return [*([shipped_policies()] if settings.shipped_policies else []), *settings.policies]


def compile_folders(folders: list[Path], schemas: SchemaCatalogue) -> PolicySet:
    """Raises `InputError` with file:line for the first thing that is wrong with a policy."""
    return compile_policies(load_guardrails(folders), schemas.schema, schemas.nearest)
