"""`setpoint permissions`: the IAM policy that Setpoint's own role needs, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from setpoint.act.revert.reverter import ACTIONS
from setpoint.cli.options import config_option
from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.remediation import Mode
from setpoint.observe.aws.observer import permissions
from setpoint.settings import CloudFormationSource, Settings, load_settings

STACK_ACTIONS = ("cloudformation:DescribeStacks", "cloudformation:ListExports", "cloudformation:ListStackResources")
"""What resolving a template against its live stack needs (`intent/cloudformation/stack.py`)."""


@click.command(name="permissions")
@config_option
@click.option("--enforce", is_flag=True, help="With what reverting needs, whatever mode is configured.")
def command(config: Path, *, enforce: bool) -> int:
    """Print the least-privilege IAM policy for the configured readers and, in mode enforce, actions, as JSON."""
    settings = load_settings(config)
    Output.of(as_json=True).json(_policy(settings, reverting=enforce or settings.loop.mode is Mode.ENFORCE))
    return 0


def _policy(settings: Settings, *, reverting: bool) -> Json:
    reading = {action for actions in permissions().values() for action in actions}
    if any(isinstance(each, CloudFormationSource) and each.stack for each in settings.intent):
        reading.update(STACK_ACTIONS)
    statements = [_statement("SetpointReads", reading)]
    if reverting:
        writing = {name for actions in ACTIONS.values() for action in actions for name in action.permissions} - reading
        statements.append(_statement("SetpointReverts", writing))
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(name: str, actions: Iterable[str]) -> Json:
    return {"Sid": name, "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
