"""`setpoint gate approve`: somebody answers for a release of a tightened service."""

from __future__ import annotations

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output, moment
from setpoint.cli.source import Source, source_option
from setpoint.model.service import Release


@click.command(name="approve")
@source_option
@click.option("--service", required=True, metavar="NAME", help="The service that is released.")
@click.option("--release", "version", required=True, metavar="VERSION", help="The release's version.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it goes into the audit log.")
@json_option
def approve(source: Source, service: str, version: str, reason: str, *, as_json: bool) -> int:
    """Answer for a release where its service is tightened so that its gate asks for an approval.

    It holds for a while (gate.approvals_last), for this release alone, and lets in nothing that is refused for another
    reason.
    """
    output = Output.of(as_json=as_json)
    grant = source.approve(Release(service, version), reason)
    if as_json:
        output.json(
            {
                "service": grant.service,
                "release": grant.release,
                "actor": grant.actor,
                "reason": grant.reason,
                "at": grant.at.isoformat(),
                "expires_at": grant.expires_at.isoformat(),
            }
        )
    output.line(f"approved until {moment(grant.expires_at)}: {grant.release} of {grant.service}")
    return 0
