"""`setpoint identity escalations`: who can become an administrator, or a principal that is named, and how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, clean
from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import busy_with
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.escalation import Escalation, EscalationReport, FoundPath, Grant, Hop, Standing
from setpoint.model.wording import counted
from setpoint.settings import IdentitySettings, Settings, load_settings

if TYPE_CHECKING:
    from rich.tree import Tree

FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)
STYLES: Final = {Standing.ESCALATES: "bold red", Standing.CONDITIONAL: "yellow"}
MORE: Final = 3
"""Paths of a principal that a terminal shows; --all and --json tell every one."""


@click.command(name="escalations")
@config_option
@click.option(
    "--to", "goal", default="", metavar="ARN", help="Who can become this user or role, and not only an administrator."
)
@click.option(
    "--authorization-details",
    "export",
    type=FILE,
    help="What aws iam get-account-authorization-details wrote, in the place of AWS itself.",
)
@click.option(
    "--resources", type=FILE, help="What exists beside IAM: a JSON list with Terraform's types and attributes."
)
@click.option(
    "--organisation", type=FILE, help="The organisation's policies by account, which no export has: a JSON object."
)
@click.option("--all", "everything", is_flag=True, help="Show every path, and not only the first of each principal.")
@json_option
@only_here("reads an account, or files on this machine")
def escalations(
    config: Path,
    goal: str,
    export: Path | None,
    resources: Path | None,
    organisation: Path | None,
    *,
    everything: bool,
    as_json: bool,
) -> int:
    """Show every principal that can become an administrator, and each way hop by hop.

    Exits 1 when one can, 3 when one can only if something is so that is not known, 0 when none can.
    """
    with busy_with("searching"):
        report = _report(config, goal, export, resources, organisation)
    output = Output.of(as_json=as_json)
    if as_json:
        output.json(as_document(report))
    else:
        _show(output, report, everything=everything)
    standings = {each.standing for each in report.found}
    if Standing.ESCALATES in standings:
        return 1
    return 3 if Standing.CONDITIONAL in standings else 0


def _report(
    config: Path, goal: str, export: Path | None, resources: Path | None, organisation: Path | None
) -> EscalationReport:
    from setpoint.wiring.identity import account_of_export, account_within, find_account_escalations, live_account

    settings = settings_if_any(config, needed=export is None)
    paths = (settings.identity if settings else IdentitySettings()).escalation_paths
    if export is not None:
        account = account_of_export(export)
    elif settings is not None:
        account = live_account(settings)
    else:
        raise InputError("there is nothing to read an account from", remedy="give --authorization-details")
    if organisation is not None:
        account = account_within(account, organisation)
    return find_account_escalations(account, paths, resources, goal)


def settings_if_any(config: Path, *, needed: bool) -> Settings | None:
    """An export can be looked at without any configuration; one that is there, or is named, counts."""
    named = click.get_current_context().get_parameter_source("config") is not click.core.ParameterSource.DEFAULT
    return load_settings(config) if needed or named or config.exists() else None


def as_document(report: EscalationReport) -> Json:
    """Principal → how it stands and by which paths, in the order of the account, then whoever comes from outside."""
    return {each.principal: _escalation(each) for each in report.found}


def _escalation(found: Escalation) -> Json:
    document: dict[str, Json] = {"status": found.standing, "paths": [_path(each) for each in found.paths]}
    if found.missing:
        document["missing"] = list(found.missing)
    if found.is_external:
        document["external"] = True
    return document


def _path(path: FoundPath) -> Json:
    return {
        "id": path.id,
        "conditional": bool(path.missing),
        "hops": [_hop(each) for each in path.hops],
        "missing": list(path.missing),
        "other_targets": path.others,
    }


def _hop(hop: Hop) -> Json:
    return {
        "path": hop.path,
        "from": hop.source,
        "to": hop.target,
        "gives": hop.gives,
        "grants": [_grant(each) for each in hop.grants],
        "assumes": list(hop.assumes),
        "missing": list(hop.missing),
    }


def _grant(grant: Grant) -> Json:
    return {
        "action": grant.action,
        "resource": grant.resource,
        "policy": grant.policy,
        "statement": grant.index,
        "sid": grant.sid,
    }


def _show(output: Output, report: EscalationReport, *, everything: bool) -> None:
    for standing in (Standing.ESCALATES, Standing.CONDITIONAL):
        found = [each for each in report.found if each.standing is standing]
        if output.width is not None and found:
            _show_trees(output, standing, found, everything=everything)
        else:
            output.table(
                ("status", "principal", "path", "by way of", "missing"), [row for each in found for row in _rows(each)]
            )
    for each in report.unread:
        output.line(f"could not tell all: {each}", style="bold yellow")
    output.line(_summary(report))


def _rows(found: Escalation) -> Iterator[tuple[object, ...]]:
    if not found.paths:
        yield found.standing, found.principal, "", "", "; ".join(found.missing)
    for path in found.paths:
        way = " -> ".join(hop.target for hop in path.hops)
        yield found.standing, found.principal, "+".join(hop.path for hop in path.hops), way, "; ".join(path.missing)


def _show_trees(output: Output, standing: Standing, found: list[Escalation], *, everything: bool) -> None:
    for each in found:
        output.show(_tree(each, STYLES[standing], most=None if everything else MORE))


def _tree(found: Escalation, style: str, most: int | None) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    outside = " (from outside)" if found.is_external else ""
    tree = Tree(Text.assemble((found.standing, style), f"  {clean(found.principal)}{outside}"))
    for text in found.missing:
        tree.add(Text(f"missing: {clean(text)}", style="yellow"))
    for path in found.paths[:most]:
        branch = tree
        for hop in path.hops:
            branch = branch.add(Text.assemble((hop.path, "bold"), f"  {clean(hop.gives)}"))
            for line, line_style in _lines(hop):
                branch.add(Text(clean(line), style=line_style))
    left = len(found.paths[most:]) if most is not None else 0
    if left:
        tree.add(Text(f"and by {counted(left, 'path')} more; --all shows every one", style="dim"))
    return tree


def _lines(hop: Hop) -> Iterator[tuple[str, str]]:
    for grant in hop.grants:
        sid = f", {grant.sid}" if grant.sid else ""
        by = f" by statement {grant.index}{sid} of {grant.policy}" if grant.policy else ""
        yield f"{grant.action} on {grant.resource}{by}", "dim"
    for each in hop.assumes:
        yield f"taken to hold: {each}", "dim"
    for each in hop.missing:
        yield f"missing: {each}", "yellow"


def _summary(report: EscalationReport) -> str:
    counts = {each: sum(found.standing is each for found in report.found) for each in Standing}
    return (
        f"{counted(len(report.found), 'principal')}: {counts[Standing.ADMIN]} administrators, "
        f"{counts[Standing.ESCALATES]} that can become one, {counts[Standing.CONDITIONAL]} that may, "
        f"{counts[Standing.NONE]} that cannot"
    )
