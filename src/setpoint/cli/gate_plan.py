"""`setpoint gate --plan`: the options of it, and the decision about a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import busy_with
from setpoint.errors import InputError
from setpoint.model.decision import Decision
from setpoint.model.policy import Stage
from setpoint.settings import DEFAULT_FILE, load_settings

FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """What is to be decided, and on what account."""

    plan: Path
    config: Path
    export: Path | None
    resources: Path | None

    @only_here("with --plan reads an account, or files on this machine")
    def decide(self, stage: Stage) -> Decision:
        from setpoint.cli.policies import compiled
        from setpoint.wiring.grants import PlanGate

        named = self.config != DEFAULT_FILE or self.config.exists()
        settings = load_settings(self.config) if named else None
        with busy_with("working out what the plan would grant"):
            gate = PlanGate(compiled((), self.config), settings)
            return gate.decide(self.plan, self.export, self.resources, stage)


_OPTIONS: Final = (
    click.option("--plan", type=FILE, help="What terraform show -json wrote of a plan: decide what it would grant."),
    click.option(
        "--authorization-details",
        "export",
        type=FILE,
        help="With --plan: what aws iam get-account-authorization-details wrote, in the place of AWS itself.",
    ),
    click.option("--resources", type=FILE, help="With --plan: what exists beside IAM, in Terraform's types."),
)


def plan_options(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets `plan`, which is None where none is named."""

    @wraps(command)
    def given(plan: Path | None, export: Path | None, resources: Path | None, **options: Any) -> int:
        context = click.get_current_context()
        if plan is None:
            for name, value in (("--authorization-details", export), ("--resources", resources)):
                if value is not None:
                    raise InputError(f"{name} is for plans", where=name, remedy="add --plan")
            return command(plan=None, **options)
        config = Path(context.params.get("config") or DEFAULT_FILE)
        return command(plan=PlanFiles(plan, config, export, resources), **options)

    for option in reversed(_OPTIONS):
        given = option(given)
    return given
