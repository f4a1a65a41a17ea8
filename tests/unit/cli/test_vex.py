"""VEX by CycloneDX's own schema, and what it may say."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from setpoint.cli.vex import vex_of
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.component import PackageName
from setpoint.model.inventory import Flaw, Hit, Instance, Reached
from setpoint.model.policy import Severity

REQUESTS = Flaw("CVE-2024-1", ("CVE-2024-1", "GHSA-1"), ("GHSA-1",), "it leaks", Severity.HIGH)
URLLIB = Flaw("CVE-2024-2", ("CVE-2024-2",), ("PYSEC-2",), "", Severity.INFO)


def hit(identity: str = "web-1", reached: Reached = Reached.UNKNOWN, **others: Any) -> Hit:
    usual: dict[str, Any] = {
        "package": PackageName("pypi", "requests"),
        "version": "2.31.0",
        "purl": "pkg:pypi/requests@2.31.0",
        "advisory": "GHSA-1",
        "could_not_compare": False,
        "fixed": ("2.32.0",),
        "reached": reached,
        "reached_by": "",
        "advisories": ("GHSA-1",),
    }
    return Hit(Instance(others.pop("service", "payments"), identity), **(usual | others))


def answer(*hits: Hit, flaws: tuple[Flaw, ...] = (REQUESTS,), unknown: int = 0) -> AffectedAnswer:
    return AffectedAnswer("CVE-2024-1", flaws, (), len(hits), 0, unknown, hits, is_cut=False, after=None)


def analyses(*hits: Hit, flaws: tuple[Flaw, ...] = (REQUESTS,)) -> list[tuple[str, str, list[str]]]:
    """Of each statement: the flaw, the state, and what it is about."""
    document: Any = vex_of(answer(*hits, flaws=flaws))
    return [
        (each["id"], each["analysis"]["state"], [affected["ref"] for affected in each["affects"]])
        for each in document["vulnerabilities"]
    ]


@pytest.mark.parametrize(
    "given",
    [
        answer(),
        answer(unknown=3),
        answer(hit(), flaws=()),
        answer(hit(purl="", version="")),
        answer(
            hit(reached=Reached.SYMBOL),
            hit("web-2", Reached.NOT_LOADED, version="2.30.0", purl="pkg:pypi/requests@2.30.0"),
            hit("web-3", could_not_compare=True, version="x y", purl="pkg:pypi/requests@x%20y"),
            hit("web-4", service="shop", waived_by="w1"),
            hit("web-5", advisories=("PYSEC-2",), package=PackageName("pypi", "urllib3")),
            flaws=(REQUESTS, URLLIB),
        ),
    ],
)
def test_it_is_cyclonedx(given: AffectedAnswer) -> None:
    schema = pytest.importorskip("cyclonedx.schema")
    validation = pytest.importorskip("cyclonedx.validation.json")
    try:
        validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
        error = validator.validate_str(orjson.dumps(vex_of(given)).decode())
    except ImportError as missing:
        pytest.skip(f"the validator's own extra is not installed ({missing})")
    assert error is None


def test_only_what_an_agent_never_saw_loaded_is_said_to_be_unaffected() -> None:
    states = {}
    for reached in Reached:
        ((_, states[reached], _),) = analyses(hit(reached=reached))
    assert {each for each, state in states.items() if state == "not_affected"} == {Reached.NOT_LOADED}
    assert {each for each, state in states.items() if state == "exploitable"} == {Reached.SYMBOL}


def test_of_several_instances_of_a_service_the_worst_counts() -> None:
    both = (hit("web-1", Reached.NOT_LOADED), hit("web-2", Reached.LOADED))
    reference = "service:payments/pkg:pypi/requests@2.31.0"
    assert analyses(*both) == analyses(*reversed(both)) == [("CVE-2024-1", "in_triage", [reference])]


def test_what_could_not_be_compared_is_not_said_to_be_unaffected() -> None:
    assert analyses(hit(reached=Reached.NOT_LOADED, could_not_compare=True))[0][1] == "in_triage"


def test_each_flaw_names_what_it_bears_on_alone() -> None:
    other = hit("web-2", purl="pkg:pypi/urllib3@1", package=PackageName("pypi", "urllib3"), advisories=("PYSEC-2",))
    both = hit("web-3", service="shop", advisories=("GHSA-1", "PYSEC-2"))
    assert analyses(hit(), other, both, flaws=(REQUESTS, URLLIB)) == [
        (
            "CVE-2024-1",
            "in_triage",
            ["service:payments/pkg:pypi/requests@2.31.0", "service:shop/pkg:pypi/requests@2.31.0"],
        ),
        ("CVE-2024-2", "in_triage", ["service:payments/pkg:pypi/urllib3@1", "service:shop/pkg:pypi/requests@2.31.0"]),
    ]


def test_instances_of_which_nothing_is_known_are_told() -> None:
    document: Any = vex_of(answer(unknown=3))
    assert {"name": "setpoint:instances-without-bill", "value": "3"} in document["metadata"]["properties"]
