"""`setpoint identity rightsize`: the least that a user or a role has to be granted for what it does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

import click

from setpoint.cli.identity_escalations import settings_if_any
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, one_line
from setpoint.cli.rightsize_view import remarks, show
from setpoint.cli.rightsized import Format, cloudformation_text, policy_text, terraform_text
from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import Waiting, busy_with
from setpoint.errors import CouldNotTellError, InputError

if TYPE_CHECKING:
    from setpoint.compare.identity.rightsize.rightsizing import RightSizing
    from setpoint.settings import Settings

DAYS: Final = 90
"""As long as AWS itself keeps the history of events; `cloudtrail.look_back` is as long."""
LONGEST: Final = 3660


@click.command(name="rightsize")
@click.argument("principal", metavar="ARN|NAME")
@config_option
@click.option("--days", type=click.IntRange(1, LONGEST), default=DAYS, show_default=True, help="How far to look back.")
@click.option(
    "--trail",
    "trails",
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE|DIR",
    multiple=True,
    help="Logs of CloudTrail, in the place of what the ledger counted. Repeat it.",
)
@click.option(
    "--authorization-details",
    "export",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What aws iam get-account-authorization-details wrote, in the place of AWS itself.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([each.value for each in Format]),
    default=Format.TABLE.value,
    show_default=True,
    help="What to print: what changes and why, or text to paste.",
)
@click.option(
    "--keep-reads",
    is_flag=True,
    help="Keep whatever else reads the kinds of resources that were read, where they were.",
)
@json_option
@only_here("reads an account, and the ledger or files on this machine")
def rightsize(
    principal: str,
    config: Path,
    days: int,
    trails: tuple[Path, ...],
    export: Path | None,
    form: str,
    *,
    keep_reads: bool,
    as_json: bool,
) -> int:
    """Write the least-privilege policies for what ARN was seen to use.

    Nothing is granted that is not granted now, and what the record cannot tell is kept. Exits 3 where too little is
    known to rely on it: hours of the record are missing, it covers less than half of the time, or the use of more than
    half of the permissions cannot be known.
    """
    chosen = Format(form)
    if as_json and chosen is not Format.TABLE:
        raise InputError(f"--json and --format {chosen} ask for two forms", remedy="leave one of them out")
    settings = settings_if_any(config, needed=export is None or not trails)
    sized = _sized(settings, principal, days, trails, export, keep_reads=keep_reads)
    if chosen is Format.TABLE:
        show(Output.of(as_json=as_json), sized)
    else:
        _print(sized, chosen, settings)
    return 3 if sized.doubts else 0


def _sized(
    settings: Settings | None,
    named: str,
    days: int,
    trails: tuple[Path, ...],
    export: Path | None,
    *,
    keep_reads: bool,
) -> RightSizing:
    from setpoint.wiring.identity import account_of_export, live_account
    from setpoint.wiring.rightsize import evidence_of_files, evidence_of_ledger, find_principal, size_policies

    now = datetime.now(UTC)
    with busy_with("reading the account"):
        account = account_of_export(export) if export else live_account(_expected(settings))
    principal = find_principal(account, named)
    if trails:
        with Waiting() as waiting:
            evidence = evidence_of_files(trails, account, principal, days=days, now=now, progress=waiting)
    else:
        evidence = evidence_of_ledger(_expected(settings), account, principal, days=days, now=now)
    own_paths = settings.identity.escalation_paths if settings else ()
    with busy_with("comparing"):
        return size_policies(account, principal, evidence, own_paths=own_paths, keep_reads=keep_reads)


def _expected(settings: Settings | None) -> Settings:
    if settings is None:
        raise InputError("there is no configuration", remedy="give --authorization-details and --trail")
    return settings


def _print(sized: RightSizing, form: Format, settings: Settings | None) -> None:
    """The text alone; what has to be known of it goes to the error stream."""
    declared = "" if form is Format.POLICY else _declared_at(settings, sized)
    match form:
        case Format.POLICY:
            text = policy_text(sized)
        case Format.TERRAFORM:
            text = terraform_text(sized, declared)
        case Format.CLOUDFORMATION:
            text = cloudformation_text(sized, declared)
        case Format.TABLE:
            raise ValueError("a table is no text to paste")
        case _:
            assert_never(form)
    output = Output.of(as_json=False)
    for line in text.split("\n"):
        output.line(line)
    for line, _ in remarks(sized):
        click.echo(one_line(line), err=True)


def _declared_at(settings: Settings | None, sized: RightSizing) -> str:
    from setpoint.wiring.rightsize import declared_at

    if settings is None or not settings.intent:
        return ""
    try:
        return declared_at(settings, sized.principal)
    except CouldNotTellError as error:
        click.echo(f"could not tell where it is declared: {one_line(error.diagnostics())}", err=True)
        return ""
