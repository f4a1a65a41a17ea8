"""`setpoint init`: a commented configuration to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.errors import InputError
from setpoint.settings import DEFAULT_FILE

TEMPLATE: Final = """\
# Setpoint's configuration. Paths are relative to this file. Credentials are never in it: they come from boto3's own
# chain (environment, profile, instance role).

# audit: decide and record, change nothing. enforce: revert what policy says may be reverted.
mode: audit

# One worker at a time works on a scope of a ledger.
scope: default
ledger: setpoint.sqlite

loop:
  interval: 60s        # from the start of one heartbeat to the start of the next
  verify_for: 2m       # how long a revert may take to show before it counts as failed

# What is read in AWS. Leave it out, and intent with it, where only the inventory, agents and the gate are wanted.
aws:
  regions: [eu-west-1]
  # account: "123456789012"   # asked of AWS when left out
  # profile: production
  # endpoint_url: http://127.0.0.1:5000

# What was reviewed. Without it nothing of production is compared, and what runs in AWS is known all the same.
intent:
  - terraform: terraform.tfstate          # state, format version 4, or the output of `terraform show -json`
  # - cloudformation: template.yaml
  #   stack: payments                     # resolves physical ids and parameters from the live stack
  #   parameters: {Environment: production}

# Policies of your own, beside the shipped pack.
# policies: [policies]

# The tag that names a resource's service, and what is known of the services.
owner_tag: service
services: {}
#  payments: {tier: critical, exposure: internet, owner: team-payments}

# How much risk a release may carry: by tier, lowered by what production showed, restored by quiet time.
risk:
  half_life: 7d
  # thresholds: {critical: 8, standard: 16, low: 32}

# The signed last thresholds, by which a gate decides that cannot reach the ledger (in a pipeline, for example).
# gate: {threshold_file: thresholds.json, key_file: thresholds.key, threshold_valid_for: 1d}

# Alerts beside those in the terminal. URLs and keys are secrets: only where they are is named here.
# alerts:
#   file: alerts.jsonl                    # JSON lines
#   channels:
#     oncall: {kind: webhook, url_env: ONCALL_URL, key_env: ONCALL_KEY}

# Advisories that `setpoint up` keeps up to date, by ecosystem; what is exploited (KEV, EPSS) comes with them.
# advisories: {ecosystems: [PyPI, npm], every: 1h}

# What runs: ECS and Lambda are asked where that is allowed; named here, a refusal is told. An instance that nobody
# sees any more counts as gone after a while, and so does a bill of materials that is of nothing.
# inventory: {aws: [ecs, lambda], forget_instances_after: 1d, keep_bills_for: 90d}

# From when on a weak place that agents meet no more is closed: in a newer release that is watched.
# agents: {close_after: 7d, close_unused_after: 90d}
"""


@click.command(name="init")
@click.argument("file", type=click.Path(path_type=Path), default=DEFAULT_FILE)
@json_option
@only_here("writes a file on this machine")
def command(file: Path, *, as_json: bool) -> int:
    """Write a commented configuration to FILE (setpoint.yaml). An existing file is left alone."""
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE)
    except FileExistsError as error:
        raise InputError("there is a file already", where=str(file), remedy="name another, or move it away") from error
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(file)) from error
    output = Output.of(as_json=as_json)
    if as_json:
        output.json({"file": str(file)})
    output.line(f"wrote {file}; next: name your intended state in it, then run: setpoint doctor")
    return 0
