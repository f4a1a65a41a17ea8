"""The policies that `setpoint policy` speaks of: those of folders, or of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.overrides import check_overrides, resolve
from setpoint.errors import NotFoundError
from setpoint.fields import did_you_mean
from setpoint.model.policy import Policy
from setpoint.model.service import Service
from setpoint.settings import DEFAULT_FILE, load_settings
from setpoint.wiring.parts import Wiring
from setpoint.wiring.policies import compile_folders, policy_folders, shipped_policies


def compiled(folders: Sequence[Path], config: Path) -> PolicySet:
    """Of the folders given; else of the configuration, which need not exist to check the shipped pack."""
    from setpoint.intent.schemas.catalogue import SchemaCatalogue

    if folders:
        return compile_folders(list(folders), SchemaCatalogue())
    if config == DEFAULT_FILE and not config.exists():
        return compile_folders([shipped_policies()], SchemaCatalogue())
    settings = load_settings(config)
    policies = compile_folders(policy_folders(settings), Wiring(settings).schemas)
    check_overrides(policies, settings.overrides)
    return policies


def find_policy(
    folders: Sequence[Path], config: Path, identity: str, service_name: str | None
) -> tuple[Policy, Service | None]:
    """One of them; for a service, as the overrides of the configuration leave it."""
    policies, service = compiled(folders, config), None
    if service_name is not None:
        settings = load_settings(config)
        service = settings.service(service_name)
        policies = resolve(policies, settings.overrides, service)
    known = {each.id: each for each in policies.policies}
    if identity not in known:
        raise NotFoundError(f"there is no policy {identity}", remedy=did_you_mean(identity, known))
    return known[identity], service
