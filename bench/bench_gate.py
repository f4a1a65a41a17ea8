"""A gate on a release with 1,000 weaknesses, 300 components and 100 policies: in a running control plane, and cold.

Goals: under 300 ms in 99 of 100 calls inside a running control plane, and under 1.5 s as a command of its own, without
scanners. A call reads what the ledger has, judges, and records the decision with all that it was made from; every
second one brings a scan, which is kept as well.

The named peer is cel-python (PyPI), asked for the same policies about the same weaknesses: its inputs are projected and
converted beforehand, so that only its evaluation is measured, of a sample that is scaled.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.measure import spending
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.weakness import WEAKNESS, weakness_resource
from setpoint.loop.admission import Admission
from setpoint.loop.stock import take_bill
from setpoint.model.admitting import Bringing
from setpoint.model.code import KnownWeakness
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.decision import Verdict
from setpoint.model.policy import Severity, Stage
from setpoint.model.scan import CodePlace, Scan, ScanKind, ScannerRun, ScanStatus, Weakness
from setpoint.model.service import Release
from setpoint.settings import Settings, load_settings
from setpoint.wiring.parts import Wiring
from setpoint.wiring.server import ServerWiring
from setpoint.wiring.stores import open_server_ledger

WEAKNESSES: Final = 1_000
COMPONENTS: Final = 300
POLICIES: Final = 100
CALLS: Final = 1_000
COLD: Final = 10
PEER_SAMPLE: Final = 20

WITHIN: Final = 0.300
"""Seconds."""
COLD_WITHIN: Final = 1.5
"""Seconds."""

RELEASE: Final = Release("shop", "1.4.2")
CWES: Final = (22, 78, 79, 89, 94, 295, 327, 330, 502, 611, 798, 918)

CONFIGURATION: Final = """\
services: {shop: {tier: critical, exposure: internet, data: confidential}}
policies: [own]
"""

OWN: Final = """\
id: own/kind-{number}
title: Of a kind that this estate does not ship
why: It is one of many.
remedy: Mend it
severity: medium
subject: resource
types: [Setpoint::Code::Weakness]
reads: [severity, kind, standing, "cwes[*]"]
holds: >-
  resource.severity != 'critical' || resource.kind != 'sast' || resource.standing == 'never executed'
  || !resource.cwes.exists(cwe, cwe == {number})
effects: {{build: warn, deploy: warn, admit: warn}}
references: []
examples:
  pass: [{{name: low, properties: {{severity: low}}}}]
  fail: [{{name: it, properties: {{severity: critical, kind: sast, standing: reached, cwes: [{number}]}}}}]
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        settings = _settings(Path(folder))
        policies = Wiring(settings).policies
        taken = _in_a_control_plane(settings)
        cold = [_cold(Path(folder)) for _ in range(COLD)]
    peer = _peer_seconds(policies)
    cuts = statistics.quantiles(taken, n=100)
    print(
        f"{WEAKNESSES:,} weaknesses, {COMPONENTS} components, {len(policies.policies)} policies: "
        f"p50 {cuts[49] * 1e3:.0f} ms, p99 {cuts[98] * 1e3:.0f} ms of {CALLS:,} calls, each recorded"
    )
    print(f"as a cold command: median {statistics.median(cold):.2f} s, slowest of {COLD} {max(cold):.2f} s")
    print(f"cel-python, for the policies on weaknesses alone: {peer * 1e3:,.0f} ms; ratio {peer / cuts[49]:.1f}")
    is_met = cuts[98] < WITHIN and statistics.median(cold) < COLD_WITHIN
    print(f"goals ({WITHIN * 1e3:.0f} ms, {COLD_WITHIN:g} s): {'met' if is_met else 'MISSED'}")


def _settings(folder: Path) -> Settings:
    configuration = folder / "setpoint.yaml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    shipped = len(Wiring(load_settings(configuration)).policies.policies) if _own(folder, 1) else 0
    _own(folder, POLICIES - shipped + 1)
    subprocess.run([sys.executable, "-m", "setpoint", "beat"], cwd=folder, check=True, capture_output=True)
    return load_settings(configuration)


def _own(folder: Path, count: int) -> int:
    """Policies beside the shipped ones."""
    own = folder / "own" / "own"
    own.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (own / f"kind-{number}.yaml").write_text(OWN.format(number=number), encoding="utf-8")
    return count


def _in_a_control_plane(settings: Settings) -> list[float]:
    """Seconds of each call."""
    with open_server_ledger(settings) as ledger:
        take_bill(_bill(), RELEASE, "", "bench", ledger, ledger.visitor())
        gate = ServerWiring(settings, ledger).gatekeeper("bench")
        _call(gate, 0)  # what the first one makes is kept
        return [_call(gate, number) for number in range(CALLS)]


def _call(gate: Admission, number: int) -> float:
    bringing = Bringing(_scan()) if number % 2 == 0 else Bringing()
    began = time.perf_counter()
    decision = gate.decide(RELEASE, Stage.DEPLOY, bringing=bringing)
    taken = time.perf_counter() - began
    assert decision.verdict is Verdict.REFUSE, decision
    return taken


def _cold(folder: Path) -> float:
    asked = ["gate", "--service", RELEASE.service, "--release", RELEASE.version, "--json"]
    began = time.perf_counter()
    run = subprocess.run([sys.executable, "-m", "setpoint", *asked], cwd=folder, check=False, capture_output=True)
    taken = time.perf_counter() - began
    assert run.returncode == 1, run.stderr
    return taken


def _scan() -> Scan:
    runs = tuple(
        ScannerRun(name, kind, ScanStatus.COMPLETE, must_run=True)
        for name, kind in (("bandit", ScanKind.SAST), ("detect-secrets", ScanKind.SECRETS))
    )
    return Scan(runs, tuple(_weakness(number) for number in range(WEAKNESSES)), datetime.now(UTC), "4f1c2d3e")


def _weakness(number: int) -> Weakness:
    severities = list(Severity)
    cwe = CWES[number % len(CWES)]
    return Weakness(
        fingerprint=f"{number:032x}",
        kind=ScanKind.SAST,
        rule=f"cwe-{cwe}",
        severity=severities[number % len(severities)],
        place=CodePlace(f"shop/module_{number % 200}.py", number, number + 2, f"Orders.find_{number}"),
        message="what a client sent may reach a call that should only be given what is ours",
        cwes=(cwe,),
        told_by=(f"bandit/B{number % 90 + 600}",),
        spans=((number, number + 2),),
    )


def _bill() -> Sbom:
    components = (
        Component(
            PackageName("pypi", f"package-{number}"), f"1.{number}", f"pkg:pypi/package-{number}@1.{number}", ("MIT",)
        )
        for number in range(COMPONENTS)
    )
    return Sbom(tuple(sorted(components)), format="CycloneDX 1.6 JSON")


def _peer_seconds(policies: PolicySet) -> float:
    """For every weakness, by the mean of a sample."""
    import celpy
    from celpy.adapter import json_to_cel
    from celpy.evaluation import CELEvalError

    environment = celpy.Environment()
    guardrails = policies.guardrails(WEAKNESS, Stage.DEPLOY)
    programs: dict[str, Any] = {}
    for each in guardrails:
        policy = each.compiled.policy
        programs[policy.id] = environment.program(environment.compile(policy.expression))
    total = 0.0
    for number in range(0, WEAKNESSES, WEAKNESSES // PEER_SAMPLE):
        resource = weakness_resource(KnownWeakness(_weakness(number)))
        for guardrail in guardrails:
            seen = json_to_cel({"resource": guardrail.projector.project(resource)})
            with spending() as spent, suppress(CELEvalError):
                programs[guardrail.compiled.policy.id].evaluate(seen)
            total += spent.cpu
    return total * WEAKNESSES / PEER_SAMPLE


if __name__ == "__main__":
    main()
