"""`setpoint identity rightsize`: the least that a user or a role has to be granted for what it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

import click

from setpoint.cli.identity_escalations import settings_if_any
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output, one_line
from setpoint.cli.rightsized import Format, cloudformation_text, policy_text, removals, terraform_text
from setpoint.cli.server_options import only_here
from setpoint.cli.waiting import Waiting, busy_with
from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.canonical import Json
from setpoint.model.wording import counted

if TYPE_CHECKING:
    from setpoint.compare.identity.rightsize.proof import Call
    from setpoint.compare.identity.rightsize.rightsizing import Removed, RightSizing, StatementFate
    from setpoint.settings import Settings

DAYS: Final = 90
"""As long as AWS itself keeps the history of events; `cloudtrail.look_back` is as long."""
LONGEST: Final = 3660
MOST_TOLD: Final = 20
"""Lines of a kind that people are told one by one; --json has all."""


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
        _show(Output.of(as_json=as_json), sized)
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
    from setpoint.wiring_identity import account_of_export, live_account
    from setpoint.wiring_rightsize import evidence_of_files, evidence_of_ledger, find_principal, size_policies

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
    for line, _ in _remarks(sized):
        click.echo(one_line(line), err=True)


def _declared_at(settings: Settings | None, sized: RightSizing) -> str:
    from setpoint.wiring_rightsize import declared_at

    if settings is None or not settings.intent:
        return ""
    try:
        return declared_at(settings, sized.principal)
    except CouldNotTellError as error:
        click.echo(f"could not tell where it is declared: {one_line(error.diagnostics())}", err=True)
        return ""


def _show(output: Output, sized: RightSizing) -> None:
    if output.as_json:
        output.json(as_document(sized))
        return
    removed = len(sized.removed)
    output.line(
        f"{sized.principal.arn}: {counted(sized.before, 'permission')} → {sized.after:,}, {removed:,} of them removed",
        style="bold",
    )
    output.table(
        ("part of escalations", "by"),
        [(each.action, ", ".join(each.escalations)) for each in sized.removed if each.escalations],
    )
    output.table(("removed", "permissions"), list(_by_service(sized)))
    output.table(
        ("statement", "of policy", "permissions", "kept", "becomes"), [_fate_row(each) for each in sized.fates]
    )
    output.table(("policy", "statement", "effect", "actions", "resources", "conditions"), list(_new_rows(sized)))
    for each in removals(sized):
        output.line(f"to remove once that is there: {each}")
    for line, style in _remarks(sized):
        output.line(line, style=style)


def _by_service(sized: RightSizing) -> Iterator[tuple[object, ...]]:
    services = Counter(each.action.partition(":")[0] for each in sized.removed)
    shown = services.most_common(MOST_TOLD)
    yield from ((service, f"{count:,}") for service, count in sorted(shown))
    if len(services) > len(shown):
        rest = sum(services.values()) - sum(count for _, count in shown)
        yield f"of {counted(len(services) - len(shown), 'service')} more", f"{rest:,}"


def _fate_row(each: StatementFate) -> tuple[object, ...]:
    sid = f" ({each.sid})" if each.sid else ""
    return f"Statement[{each.index}]{sid}", each.policy, f"{each.before:,}", f"{each.after:,}", str(each.fate)


def _new_rows(sized: RightSizing) -> Iterator[tuple[object, ...]]:
    for number, document in enumerate(sized.written):
        for each in document["Statement"]:
            yield (
                sized.policy_name(number),
                each["Sid"],
                each["Effect"],
                _listed(each, "Action"),
                _listed(each, "Resource"),
                _conditions(each.get("Condition", {})),
            )


def _listed(statement: dict[str, Json], name: str) -> str:
    """On one line, cut where it is long."""
    value = statement[name] if name in statement else statement[f"Not{name}"]
    texts = (value,) if isinstance(value, str) else tuple(value)
    return f"{'' if name in statement else 'all but '}{_some(texts)}"


def _conditions(block: dict[str, dict[str, Json]]) -> str:
    return "; ".join(
        f"{operator} {key} {value if isinstance(value, str) else ', '.join(value)}"
        for operator, keys in block.items()
        for key, value in keys.items()
    )


def _remarks(sized: RightSizing) -> Iterator[tuple[str, str]]:
    """What has to be known of it, the proof last; each with its style."""
    period, proof = sized.period, sized.proof
    for why, actions in sized.unknown.items():
        yield f"kept, since {why}: {_some(actions)}", "yellow"
    for each in sized.told:
        yield each, "yellow"
    for each in sized.doubts:
        yield f"could not tell: {each}", "bold yellow"
    for call in proof.elsewhere[:MOST_TOLD]:
        yield f"allowed by none of its policies now: {call.action} on {call.resource}, {_times(call)}", "yellow"
    for call in proof.lost:
        yield f"would be lost: {call.action} on {call.resource}, {_times(call)}", "bold red"
    yield (
        f"used from {period.since:%Y-%m-%d} to {period.until:%Y-%m-%d}: {period.covered:.0f} of {period.days} days",
        "",
    )
    under = f", {proof.conditional:,} of them under the conditions that hold now" if proof.conditional else ""
    yield f"{proof.allowed:,} of {proof.calls:,} used calls still allowed{under}", ""


def _some(actions: tuple[str, ...]) -> str:
    more = f" and {len(actions) - MOST_TOLD:,} more" if len(actions) > MOST_TOLD else ""
    return f"{', '.join(actions[:MOST_TOLD])}{more}"


def _times(call: Call) -> str:
    return counted(call.times, "call")


def as_document(sized: RightSizing) -> Json:
    """The answer with `--json`."""
    period, proof = sized.period, sized.proof
    return {
        "principal": sized.principal.arn,
        "days": period.days,
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "permissions": {"before": sized.before, "after": sized.after, "removed": len(sized.removed)},
        "removed": [_removed(each) for each in sized.removed],
        "statements": [
            {
                "policy": each.policy,
                "statement": each.index,
                "sid": each.sid,
                "before": each.before,
                "after": each.after,
                "becomes": str(each.fate),
            }
            for each in sized.fates
        ],
        "policies": [
            {
                "name": sized.policy_name(number),
                "type": "inline" if sized.is_inline else "managed",
                "document": document,
            }
            for number, document in enumerate(sized.written)
        ],
        "replaces": [
            {"policy": each.name, "held": str(each.holding), "group": each.group or None} for each in sized.replaced
        ],
        "unknown": [{"why": why, "kept": list(actions)} for why, actions in sized.unknown.items()],
        "told": list(sized.told),
        "doubts": list(sized.doubts),
        "proof": {
            "calls": proof.calls,
            "still_allowed": proof.allowed,
            "conditional": proof.conditional,
            "lost": [_call(each) for each in proof.lost],
            "allowed_by_none_now": [_call(each) for each in proof.elsewhere],
        },
    }


def _removed(each: Removed) -> Json:
    return {"action": each.action, "escalation_paths": list(each.escalations)}


def _call(call: Call) -> Json:
    return {"action": call.action, "resource": call.resource, "calls": call.times}
