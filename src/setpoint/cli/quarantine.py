"""`setpoint quarantine`: from now on nothing is allowed to a user or a role; and `--lift`, which takes that back."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from setpoint.cli.actor import actor
from setpoint.cli.beats import remediation_json
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import busy_with
from setpoint.errors import InputError
from setpoint.model.quarantine import arn_of
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.settings import load_settings


@click.command(name="quarantine")
@click.argument("arn", metavar="ARN")
@click.option("--lift", is_flag=True, help="Take it off again: everything is as it was found.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it goes into the audit log.")
@click.option("--ticket", default="", metavar="ID", help="Where it is dealt with.")
@click.option("--force", is_flag=True, help="Also one that is tagged as kept for emergencies.")
@config_option
@json_option
@only_here("changes production with the credentials of this machine")
def command(arn: str, reason: str, ticket: str, config: Path, *, lift: bool, force: bool, as_json: bool) -> int:
    """Deny everything to the user or role ARN, end its sessions, and deactivate its access keys; none is deleted.

    It is done in every mode, since you ask for it; only a pause holds it back. Where `setpoint up` runs, that carries
    it out, within seconds. Exits 0 when it is done and was seen to hold, 3 when that could not be told.
    """
    from setpoint.wiring.quarantine import Quarantines

    why = _why(reason, ticket)
    quarantines, output = Quarantines(load_settings(config)), Output.of(as_json=as_json)
    with busy_with("lifting the quarantine" if lift else "quarantining"):
        if lift:
            remediation = quarantines.lift(arn, why, actor())
        else:
            remediation = quarantines.impose(arn, why, actor(), force=force)
    if as_json:
        output.json(remediation_json(remediation))
    wanted = RemediationState.UNDONE if lift else RemediationState.VERIFIED
    output.line(_told(remediation, wanted))
    return 0 if remediation.state is wanted else 3


def _why(reason: str, ticket: str) -> str:
    if not reason.strip():
        raise InputError("a quarantine needs a reason", where="--reason", remedy="say why, for the audit log")
    return f"{reason} ({ticket})" if ticket else reason


def _told(remediation: Remediation, wanted: RemediationState) -> str:
    arn = arn_of(remediation.urn)
    if remediation.state is not wanted:
        return (
            f"could not tell whether it is done: remediation {remediation.id} is {remediation.state}: "
            f"{remediation.reason}; see setpoint remediations"
        )
    if wanted is RemediationState.UNDONE:
        return f"lifted: {arn} is as it was found"
    lift = shlex.join(["setpoint", "quarantine", arn, "--lift", "--reason", "WHY"])
    return f"quarantined: nothing is allowed to {arn} any more, as AWS's own answer shows; lift it with: {lift}"
