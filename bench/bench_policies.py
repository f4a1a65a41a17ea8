"""The shipped guardrails over 10,000 resources, as the loop's judge asks them, against cel-python's same expressions.

Goals: at least 20 times the rate of cel-python; a decision about one resource in less than 5 ms (p99).

Ours projects each resource, hands it to CEL, evaluates, and makes findings and decisions of what does not hold.
cel-python gets each guardrail's own projection made and converted beforehand, so that only its evaluation is measured;
its time is linear in their number, so a sample is scaled. Both must come to the same on that sample; where cel-python
refuses what CEL allows (an integer compared with null) nothing is counted.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from bench.estate import ACCOUNT, PARTITION, REGION, documents
from bench.measure import spending
from setpoint.decide.gate import ReleaseGate
from setpoint.decide.guardrails import ComponentGuardrails
from setpoint.decide.policy.compile import Guardrail, PolicySet
from setpoint.decide.policy.evaluate import evaluate_guardrail
from setpoint.decide.policy.functions import FUNCTIONS
from setpoint.decide.policy.judge import PolicyJudge
from setpoint.decide.replay import Replayer
from setpoint.intent.schemas.catalogue import SchemaCatalogue
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Outcome
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.history import Grounds, PastState
from setpoint.model.policy import Stage, Subject
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.policies import compile_folders, shipped_policies

RESOURCES: Final = 10_000
POLICIES: Final = 50
PEER_SAMPLE: Final = 70
ROUNDS: Final = 3

PUBLIC_RULE: Final = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


def main() -> None:
    policies = compile_folders([shipped_policies()], SchemaCatalogue())
    guardrails = sum(each.subject is Subject.RESOURCE for each in policies.policies)
    assert guardrails >= POLICIES, guardrails
    resources = list(_estate())
    random.Random(1).shuffle(resources)
    evaluations = sum(len(policies.guardrails(each.type, Stage.RUNTIME)) for each in resources)
    seconds = min(_judging_seconds(policies, resources) for _ in range(ROUNDS))
    print(
        f"{guardrails} guardrails over {len(resources):,} resources: {evaluations:,} evaluations in {seconds:.2f} s, "
        f"{evaluations / seconds:,.0f} a second ({seconds / evaluations * 1e6:.1f} us each)"
    )
    replaying = min(_replaying_seconds(policies, resources) for _ in range(ROUNDS))
    print(
        f"replayed from the ledger: {len(resources) / replaying:,.0f} recorded states a second, "
        f"{replaying / seconds:.2f} times the time of judging them"
    )
    peer = _peer_seconds_each(policies, resources[:PEER_SAMPLE])
    ratio = peer * evaluations / seconds
    print(f"cel-python, projected and converted beforehand: {1 / peer:,.0f} a second ({peer * 1e6:.1f} us each)")
    median, p99 = _decision_seconds(policies, resources)
    print(f"ratio {ratio:.0f}; a decision with drift: median {median * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms")
    print(f"goals (20 times, 5 ms): {'met' if ratio >= 20 and p99 < 0.005 else 'MISSED'}")


def _judging_seconds(policies: PolicySet, resources: list[Resource]) -> float:
    judge = PolicyJudge(policies)
    with spending() as spent:
        for each in resources:
            judge.judge(Comparison(each.urn), None, each, "")
    return spent.cpu


def _replaying_seconds(policies: PolicySet, resources: list[Resource]) -> float:
    """Read, judged again and compared; each resource has a state that was recorded."""
    judge = PolicyJudge(policies)
    replayer = Replayer(
        judge, ReleaseGate(policies), ComponentGuardrails(policies), {each.id for each in policies.policies}
    )
    now = datetime.now(UTC)
    with TemporaryDirectory() as folder, closing(open_ledger(str(Path(folder, "ledger.sqlite")))) as ledger:
        _, writer = ledger.acquire("bench", now, ttl=600)
        writer.record([_concluded(judge, each) for each in resources], now)
        with spending() as spent:
            for past in ledger.past_states("bench", now, None):
                assert isinstance(past, PastState), past
                assert not replayer.state(past).changes, past
    return spent.cpu


def _concluded(judge: PolicyJudge, resource: Resource) -> Conclusion:
    comparison = Comparison(resource.urn)
    findings, decisions = judge.judge(comparison, None, resource, "")
    return Conclusion(resource.urn, "", "", comparison, findings, decisions, Grounds(None, resource))


def _decision_seconds(policies: PolicySet, resources: list[Resource]) -> tuple[float, float]:
    """Median and 99th percentile, of entities that were declared otherwise than they are."""
    judge, taken = PolicyJudge(policies), []
    for each in resources:
        path = next(iter(each.properties))
        drift = Drift(each.urn, DriftKind.CHANGED, path, None, each.properties[path])
        intended = Resource(each.urn, {**each.properties, path: None}, "bench")
        began = time.perf_counter()
        judge.judge(Comparison(each.urn, (drift,)), intended, each, "payments")
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def _peer_seconds_each(policies: PolicySet, resources: list[Resource]) -> float:
    import celpy
    from celpy.adapter import json_to_cel
    from celpy.evaluation import CELEvalError

    environment = celpy.Environment()
    functions = {name: _converting(function, json_to_cel) for name, function in FUNCTIONS.items()}
    programs = {
        each.id: environment.program(environment.compile(each.expression), functions)
        for each in policies.policies
        if each.subject is Subject.RESOURCE
    }
    taken = []
    for resource in resources:
        for guardrail in policies.guardrails(resource.type, Stage.RUNTIME):
            program = programs[guardrail.compiled.policy.id]
            seen: Any = json_to_cel(_seen(guardrail, resource))
            with suppress(CELEvalError):
                with spending() as spent:
                    holds = program.evaluate(seen)
                assert bool(holds) is (evaluate_guardrail(guardrail, resource).outcome is Outcome.HELD), guardrail
                taken.append(spent.cpu)
    return statistics.fmean(taken)


def _converting(function: Any, convert: Any) -> Any:
    return lambda *arguments: convert(function(*arguments))


def _seen(guardrail: Guardrail, resource: Resource) -> dict[str, Any]:
    account = {"account": resource.urn.account, "provided_by": ""}
    return {"resource": guardrail.projector.project(resource), "self": account, "tags": resource.tags()}


def _estate() -> Iterator[Resource]:
    """Of all types that are read; one in ten is open to the world or has lost its settings."""
    others = (_bucket_policy, _database, _key, _trail)
    made = [(urn, orjson.loads(text)) for urn, text in documents(RESOURCES * 3 // 7)]
    made += [others[number % 4](number) for number in range(RESOURCES - len(made))]
    for number, (urn, properties) in enumerate(made):
        changed = (
            {"SecurityGroupIngress": [PUBLIC_RULE]} if urn.type == "AWS::EC2::SecurityGroup" else _without(properties)
        )
        yield Resource(urn, properties if number % 10 else changed, "bench")


def _without(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing but names and documents."""
    return {name: value for name, value in properties.items() if isinstance(value, str) or "Document" in name}


def _urn(type_name: str, identifier: str) -> Urn:
    return Urn.aws(PARTITION, ACCOUNT, REGION, type_name, identifier)


def _bucket_policy(number: int) -> tuple[Urn, dict[str, Any]]:
    name = f"estate-{number:06}"
    objects = f"arn:aws:s3:::{name}/*"
    reader = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/role-{number:06}"}
    statements = [
        {"Effect": "Allow", "Principal": reader, "Action": ["s3:GetObject", "s3:PutObject"], "Resource": objects},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{name}", objects],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    return _urn("AWS::S3::BucketPolicy", name), {"Bucket": name, "PolicyDocument": document}


def _database(number: int) -> tuple[Urn, dict[str, Any]]:
    name = f"database-{number:06}"
    return _urn("AWS::RDS::DBInstance", name), {
        "DBInstanceIdentifier": name,
        "Engine": "postgres",
        "EngineVersion": "16.4",
        "PubliclyAccessible": False,
        "StorageEncrypted": True,
        "KmsKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number:032x}",
        "DeletionProtection": True,
        "BackupRetentionPeriod": 14,
        "MultiAZ": True,
        "EnableIAMDatabaseAuthentication": True,
        "EnableCloudwatchLogsExports": ["postgresql"],
        "AutoMinorVersionUpgrade": True,
        "MasterUsername": "owner_of_it",
        "VPCSecurityGroups": [f"sg-{number:017x}"],
        "Tags": [{"Key": "environment", "Value": "production"}, {"Key": "service", "Value": f"service-{number % 400}"}],
    }


def _key(number: int) -> tuple[Urn, dict[str, Any]]:
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    user = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/role-{number:06}"}
    statements = [
        {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": user, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"},
    ]
    return _urn("AWS::KMS::Key", f"{number:032x}"), {
        "KeyPolicy": {"Version": "2012-10-17", "Statement": statements},
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EnableKeyRotation": True,
        "Enabled": True,
    }


def _trail(number: int) -> tuple[Urn, dict[str, Any]]:
    name = f"trail-{number:06}"
    return _urn("AWS::CloudTrail::Trail", name), {
        "TrailName": name,
        "S3BucketName": "audit",
        "KMSKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number:032x}",
        "IsLogging": True,
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "EventSelectors": [
            {"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}
        ],
    }


if __name__ == "__main__":
    main()
