"""How many calls reading takes: a full scan, a beat after one change, and Cloud Custodian (c7n) for the same types.

Goals: among 10,000 resources, a beat after one change, once something has said *look again*, makes at most 1% of the
full scan's calls; the full scan makes no more than c7n needs for the same types. What c7n needs depends on what it is
asked for, so it is judged twice: as it lists resources without being asked for anything, which sees less than Setpoint
compares, and with the filters that make it fetch the same facts (inline and attached policies, rotation, key policies,
encryption, public access, ownership).

Without a number the fleet has a thousand resources, since a stand-in for AWS takes some 20 minutes over 10,000: keys
and buckets take the same calls each however many there are, pages take few, and the beat after one change makes the
same few calls over any number. That is an estimate, and told as one; `python -m bench.bench_reading 10000` measures.

All of it is counted at one place, between the programs and a moto server, in one run. c7n is installed into an
environment of its own; where that cannot be done, it is left out, and why is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml
from demo.aws_server import CREDENTIALS, AwsServer
from demo.production import ACCOUNT, REGION

from bench.counted_calls import Calls, Counting, counted, table
from setpoint.aws import AwsClients, AwsSettings
from setpoint.loop.heartbeat import Heartbeat
from setpoint.model.snapshot import AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.settings import load_settings
from setpoint.wiring.loop import loop_parts

RESOURCES: Final = 1_000
GOAL: Final = 0.01
GOAL_AT: Final = 10_000
"""Resources."""

SHARES: Final[Mapping[str, int]] = {"group": 40, "role": 30, "key": 15, "bucket": 10, "database": 5}
"""Percent of the resources."""

LISTED: Final[Mapping[str, list[Any]]] = {
    "aws.security-group": [],
    "aws.iam-role": [],
    "aws.kms-key": [],
    "aws.s3": [],
    "aws.rds": [],
    "aws.cloudtrail": [],
}

SAME_FACTS: Final[Mapping[str, list[Any]]] = {
    **LISTED,
    "aws.iam-role": [
        {"type": "has-inline-policy", "value": True},
        {"not": [{"type": "has-specific-managed-policy", "value": "AdministratorAccess"}]},
    ],
    "aws.kms-key": [
        {"type": "key-rotation-status", "key": "KeyRotationEnabled", "value": False},
        {"not": [{"type": "cross-account"}]},
    ],
    "aws.s3": [
        {"not": [{"type": "bucket-encryption", "state": True, "crypto": "aws:kms"}]},
        {"not": [{"type": "check-public-block", "BlockPublicAcls": True}]},
        {"not": [{"type": "ownership", "value": "BucketOwnerPreferred"}]},
    ],
}
"""Filters that every resource passes, so that none is spared the calls of the next."""

TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
        ],
    }
)
ALLOWS: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)


@dataclass(frozen=True, slots=True)
class Estate:
    clients: AwsClients

    def fill(self, resources: int) -> str:
        """Makes that many; returns the id of one of its groups."""
        vpc = self._client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
        makers: Mapping[str, Callable[[int], Any]] = {
            "group": lambda number: self._client("ec2").create_security_group(
                GroupName=f"group-{number}", Description="bench", VpcId=vpc
            ),
            "role": self._role,
            "key": lambda _number: self._client("kms").create_key(),
            "bucket": lambda number: self._client("s3").create_bucket(
                Bucket=f"bench-{number}", CreateBucketConfiguration={"LocationConstraint": REGION}
            ),
            "database": lambda number: self._client("rds").create_db_instance(
                DBInstanceIdentifier=f"database-{number}", DBInstanceClass="db.t4g.micro", Engine="postgres"
            ),
        }
        # One by one: moto is not made for writers at the same time.
        made = {
            kind: [makers[kind](number) for number in range(resources * share // 100)] for kind, share in SHARES.items()
        }
        group: str = made["group"][0]["GroupId"]
        return group

    def open(self, group: str) -> None:
        """The one change."""
        permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self._client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])

    def _role(self, number: int) -> None:
        iam, name = self._client("iam"), f"role-{number}"
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName=name, PolicyName="reads", PolicyDocument=ALLOWS)

    def _client(self, service: str) -> Any:
        return self.clients.client(service, REGION)


def main() -> None:
    resources = int(sys.argv[1]) if len(sys.argv) > 1 else RESOURCES
    os.environ.update(CREDENTIALS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = AwsServer(f"http://127.0.0.1:{_free_port()}", folder / "aws.log")
        server.start()
        try:
            _measure(folder, server, resources)
        finally:
            server.stop()


def _measure(folder: Path, server: AwsServer, resources: int) -> None:
    fast = AwsSettings((REGION,), endpoint_url=server.url, timeout=120.0, calls_per_second=10_000)
    estate = Estate(AwsClients(fast))
    group = estate.fill(resources)
    with counted(server.url) as url:
        own = _own(folder, url, estate, group)
        _tell_change(own, resources)
        custodian = _custodian()
        if isinstance(custodian, str):
            print(f"c7n is left out: {custodian}")
            print(*table({"Setpoint": own.full}), sep="\n")
            return
        began = time.monotonic()
        plain = _run(custodian, folder, url, LISTED)
        took = time.monotonic() - began
        same = _run(custodian, folder, url, SAME_FACTS)
    print(*table({"Setpoint": own.full, "c7n as it lists": plain, "c7n, the same facts": same}), sep="\n")
    print(
        f"a full scan, compared and recorded, takes {own.seconds:.0f} s, c7n's listing {took:.0f} s; the server is slow"
    )
    for title, peer in (("as it lists", plain), ("with the same facts", same)):
        ratio = own.full.total() / peer.total()
        print(f"a full scan makes {ratio:.2f} times the calls of c7n {title} (goal: 1): {_verdict(met=ratio <= 1)}")


@dataclass(frozen=True, slots=True)
class Own:
    """What Setpoint did."""

    full: Calls
    seconds: float
    hinted: Calls
    """In the beat after one change."""
    found: bool
    """Whether that beat told the change."""


def _tell_change(own: Own, resources: int) -> None:
    full, hinted = own.full.total(), own.hinted.total()
    share = hinted / full
    print(
        f"among {resources:,} resources a full scan makes {full:,} calls, and the beat after one change {hinted:,}, "
        f"{share:.3%} of them (goal: {GOAL:.0%}): {_verdict(met=share <= GOAL)}"
    )
    if resources != GOAL_AT:
        estimate = hinted * resources / (full * GOAL_AT)
        print(f"among {GOAL_AT:,}, where the goal is, it would be about {estimate:.3%}; not measured in this run")
    print(f"it found the change: {own.found}")


def _own(folder: Path, url: str, estate: Estate, group: str) -> Own:
    template = "Resources: {Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: bench-0}}}\n"
    (folder / "template.yaml").write_text(template, encoding="utf-8")
    aws = {"regions": [REGION], "account": ACCOUNT, "endpoint_url": url, "timeout": 120, "calls_per_second": 5000}
    configuration = {"aws": aws, "loop": {"full_scan_every": "1h"}, "intent": [{"cloudformation": "template.yaml"}]}
    (folder / "setpoint.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    settings = load_settings(folder / "setpoint.yaml")
    with loop_parts(settings, lambda: False) as made:
        parts = replace(made, notifier=_Silent())
        lease, writer = parts.ledger.acquire(settings.loop.scope, parts.clock.now(), settings.loop.lease_for)
        heartbeat = Heartbeat(parts, lease, writer)
        Counting.calls.clear()
        began = time.monotonic()
        report = heartbeat.beat()
        seconds = time.monotonic() - began
        full = Counting.calls.copy()
        assert all(each.extent is Extent.WHOLE for each in report.observed_areas if isinstance(each, AreaCoverage))
        estate.open(group)
        urn = Urn.aws("aws", ACCOUNT, REGION, "AWS::EC2::SecurityGroup", group)
        Counting.calls.clear()
        parts.hints.look_again(urn)
        heartbeat.beat()
        hinted = Counting.calls.copy()
        rules = {each.finding.rule for each in parts.ledger.findings(scope=settings.loop.scope, urn=urn)}
        return Own(full, seconds, hinted, any("sensitive" in rule for rule in rules))


class _Silent:
    def notify(self, _alert: object) -> None:
        pass


def _custodian() -> Path | str:
    """The program, installed where no other environment is touched; or why there is none."""
    folder = Path(tempfile.gettempdir()) / "setpoint-bench-c7n"
    program = folder / "bin" / "custodian"
    if program.is_file():
        return program
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "c7n"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    return program if program.is_file() else f"pip could not install it ({done.stderr.strip().splitlines()[-1:]})"


def _run(custodian: Path, folder: Path, url: str, resources: Mapping[str, list[Any]]) -> Calls:
    policies = [
        {"name": f"p{number}", "resource": resource, "filters": filters}
        for number, (resource, filters) in enumerate(resources.items())
    ]
    file = folder / "policies.json"
    file.write_text(json.dumps({"policies": policies}), encoding="utf-8")
    Counting.calls.clear()
    command = [str(custodian), "run", "-s", str(folder / "out"), "--region", REGION, "--cache-period", "0", str(file)]
    environment = {**os.environ, "AWS_ENDPOINT_URL": url, "AWS_CONFIG_FILE": os.devnull}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return Counting.calls.copy()


def _verdict(*, met: bool) -> str:
    return "met" if met else "MISSED"


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
