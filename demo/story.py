"""The demo's story, told while it happens: `make demo`. Exits 0 only if everything that it tells came true."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console
from rich.table import Table

from demo.aws_server import CREDENTIALS, AwsServer
from demo.incident import Act, acts
from demo.production import create, write_terraform_state
from demo.setpoint_process import CONFIG, Loop, setpoint

RUN: Final = Path("demo/.run")
PATIENCE: Final = 120.0
"""Seconds that any one part of the story may take on a slow machine."""

WRAPPED: Final = ("   what happened", "decided by")
"""Columns that give way where there is no room for all."""

RELEASE: Final = "2.0.1"
say = Console(highlight=False, soft_wrap=True, emoji=False, width=None if sys.stdout.isatty() else 170)


class NotAsToldError(Exception):
    """The story did not come true."""


@dataclass(slots=True)
class Outcome:
    """What became of one act."""

    act: Act
    done_at: datetime
    detected: float | None = None
    """Seconds from the act to the finding."""
    recovered: float | None = None
    """Seconds from the act to a verified revert, or to the escalation."""
    ended: str = ""
    severity: str = ""
    decided_by: str = ""
    """The guardrails that the change broke, else the rule of its kind of drift."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave everything running to be played with")
    options = parser.parse_args(arguments)
    shutil.rmtree(RUN, ignore_errors=True)
    RUN.mkdir(parents=True)
    url = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["aws"]["endpoint_url"]
    aws, loop = AwsServer(url, RUN / "aws.log"), Loop(RUN / "up.jsonl")
    kept = False
    try:
        _tell(aws, loop)
        kept = options.keep
    except (NotAsToldError, RuntimeError) as error:
        say.print(f"[bold red]not as told:[/] {error}")
        return 1
    finally:
        if not kept:
            loop.stop()
            aws.stop()
    if kept:
        _how_to_play(aws, loop)
    return 0


def _tell(aws: AwsServer, loop: Loop) -> None:
    _chapter(
        "1. A small production, made through AWS's API on loopback; half declared in Terraform, half in CloudFormation"
    )
    aws.start()
    ids = create(aws)
    write_terraform_state(ids, RUN / "terraform.tfstate")
    before = facts(aws, ids)

    _chapter("2. setpoint up --only loop -c demo/setpoint.yaml: a first heartbeat, quiet")
    loop.start()
    _first_beat_is_quiet(loop)
    _gate("admit", f"release {RELEASE} of payments, before anything happened")

    _chapter("3. An operator at a console, in a hurry")
    outcomes = _play(acts(aws, ids))

    _chapter("4. Found, decided, reverted, and verified by reading again")
    _wait("every act found and ended", lambda: _all_ended(outcomes))
    _show(outcomes)
    _production_is_as_before(before, facts(aws, ids))

    _chapter("5. The next release of the service that was hit")
    _gate("refuse", f"release {RELEASE} of payments, right after the incident")
    say.print("   quiet time restores the threshold (here with a half-life of 6 s, in earnest of 7 days) …")
    _wait("the gate admits again", lambda: setpoint(*_gate_command()).code == 0)
    _gate("admit", f"release {RELEASE} of payments, after quiet time")

    _chapter("6. The audit log")
    audit = setpoint("audit", "verify")
    say.print(f"   {audit.text.strip()}")
    _expect(audit.code == 0, "the audit log verifies")
    say.print("\n[bold green]The loop is closed.[/]")


def _first_beat_is_quiet(loop: Loop) -> None:
    _wait("the first heartbeat", lambda: bool(loop.beats()))
    beat = loop.beats()[0]
    drift = setpoint("drift", "--json").json()
    say.print(
        f"   {beat['declared']} resources declared, {beat['observed']} read, {len(drift['drift'])} differences, "
        f"{beat['open_findings']} findings that are not drift"
    )
    _expect(beat["declared"] == 11, "both sources were read")
    _expect(not drift["drift"], f"no false drift: {drift['drift']}")
    doubts = [each for each in drift["coverage"] if each["extent"] in ("none", "partial")]
    _expect(not doubts, f"everything could be read: {doubts}")


def _play(played: Sequence[Act]) -> list[Outcome]:
    outcomes = []
    for act in played:
        act.do()
        outcomes.append(Outcome(act, datetime.now(UTC)))
        say.print(f"   {act.what}")
    return outcomes


def _all_ended(outcomes: Sequence[Outcome]) -> bool:
    """Whether each act was found and came to the end that policy gives it; notes the times."""
    findings = setpoint("findings", "--all", "--json").json()
    remediations = setpoint("remediations", "--json").json()
    for outcome in outcomes:
        _look_up(outcome, findings, remediations)
    return all(outcome.ended for outcome in outcomes)


def _look_up(outcome: Outcome, findings: Sequence[Any], remediations: Sequence[Any]) -> None:
    act = outcome.act
    mine = [
        each
        for each in findings
        if each["urn"] == act.urn and each["source"] == "drift" and each["path"].startswith(act.property)
    ]
    if not mine:
        return
    ids = {each["id"] for each in mine}
    outcome.detected = _since(outcome, min(each["opened_at"] for each in mine))
    outcome.severity = str(mine[0]["severity"])
    outcome.decided_by = ", ".join(sorted({policy for each in mine for policy in each["policies"]})) or mine[0]["rule"]
    ended = [
        each for each in remediations if ids & set(each["findings"]) and each["state"] in ("verified", "escalated")
    ]
    if act.ends == "alerted":
        outcome.ended = "" if ended else "alerted"
    elif ended:
        outcome.ended = {"verified": "reverted"}.get(ended[-1]["state"], ended[-1]["state"])
        outcome.recovered = _since(outcome, ended[-1]["updated_at"])


def _since(outcome: Outcome, moment: str) -> float:
    return (datetime.fromisoformat(moment) - outcome.done_at).total_seconds()


def _show(outcomes: Sequence[Outcome]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("   what happened", "severity", "decided by", "ended", "detected after", "settled after"):
        table.add_column(heading, no_wrap=heading not in WRAPPED)
    for outcome in outcomes:
        style = "green" if outcome.ended == "reverted" else "yellow"
        table.add_row(
            f"   {outcome.act.what}",
            outcome.severity,
            outcome.decided_by,
            f"[{style}]{outcome.ended}[/]",
            _seconds(outcome.detected),
            _seconds(outcome.recovered),
        )
    say.print(table)
    wrong = [each.act.what for each in outcomes if each.ended != each.act.ends]
    _expect(not wrong, f"each ended as policy says; not: {wrong}")
    detected = [each.detected for each in outcomes if each.detected is not None]
    recovered = [each.recovered for each in outcomes if each.recovered is not None]
    say.print(f"   slowest to detect {max(detected):.1f} s, slowest to settle {max(recovered):.1f} s")


def _production_is_as_before(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Asked of AWS itself, not of Setpoint."""
    changed = sorted(name for name in before if before[name] != after[name])
    _expect(not changed, f"AWS says that production is as it was before; not: {changed}")
    say.print(f"   asked of AWS itself: {', '.join(sorted(before))} are as before the incident")


def _gate_command() -> tuple[str, ...]:
    return ("gate", "--service", "payments", "--release", RELEASE, "--stage", "deploy")


def _gate(verdict: str, what: str) -> None:
    answer = setpoint(*_gate_command())
    say.print(f"   [bold]setpoint {' '.join(_gate_command())}[/]: {what}")
    for line in answer.text.strip().splitlines():
        say.print(f"     {line}", markup=False)
    _expect(answer.code == {"admit": 0, "refuse": 1}[verdict], f"the gate says {verdict} (exit {answer.code})")


def facts(aws: AwsServer, ids: Mapping[str, str]) -> dict[str, Any]:
    """What the incident touches and Setpoint puts right, as AWS tells it."""
    from demo.production import AUDIT, RECORDS

    ec2, s3, iam = aws.client("ec2"), aws.client("s3"), aws.client("iam")
    group = ec2.describe_security_groups(GroupIds=[ids["database"]])["SecurityGroups"][0]
    database = aws.client("rds").describe_db_instances(DBInstanceIdentifier="payments")["DBInstances"][0]
    return {
        "the security group": group["IpPermissions"],
        "the database": database["PubliclyAccessible"],
        "the public-access block": _or_none(
            lambda: s3.get_public_access_block(Bucket=AUDIT)["PublicAccessBlockConfiguration"]
        ),
        "the bucket's policy": yaml.safe_load(s3.get_bucket_policy(Bucket=AUDIT)["Policy"]),
        "the encryption": s3.get_bucket_encryption(Bucket=RECORDS)["ServerSideEncryptionConfiguration"],
        "the API's policies": iam.list_attached_role_policies(RoleName="payments-api")["AttachedPolicies"],
        "the worker's trust": iam.get_role(RoleName="orders-worker")["Role"]["AssumeRolePolicyDocument"]["Statement"][
            0
        ]["Principal"].get("AWS"),
        "the key's rotation": aws.client("kms").get_key_rotation_status(KeyId=ids["key"])["KeyRotationEnabled"],
        "the trail": aws.client("cloudtrail").get_trail_status(Name="production")["IsLogging"],
    }


def _or_none(read: Callable[[], Any]) -> Any:
    from botocore.exceptions import ClientError

    try:
        return read()
    except ClientError:
        return None


def _wait(what: str, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    with say.status(f"waiting: {what}"):
        while not happened():
            if time.monotonic() > deadline:
                raise NotAsToldError(f"{what} did not happen within {PATIENCE:g} s")
            time.sleep(0.2)


def _how_to_play(aws: AwsServer, loop: Loop) -> None:
    say.print(
        f"\nEverything is left running: AWS's API on {aws.url} (process {aws.pid}), setpoint up (process {loop.pid}).\n"
        f"Break something (any AWS client with --endpoint-url {aws.url}), then look:\n"
        f"  .venv/bin/setpoint findings -c {CONFIG}\n"
        f"  .venv/bin/setpoint remediations -c {CONFIG}\n"
        f"What asks AWS itself (setpoint beat, setpoint doctor) needs credentials, of which any will do here:\n"
        f"  export {' '.join(f'{name}={value}' for name, value in CREDENTIALS.items())}\n"
        f"Stop it with: kill {loop.pid} {aws.pid}",
        markup=False,
    )


def _chapter(title: str) -> None:
    say.print(f"\n[bold]{title}[/]")


def _expect(holds: bool, what: str) -> None:  # noqa: FBT001 (an assertion reads best this way)
    if not holds:
        raise NotAsToldError(what)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
