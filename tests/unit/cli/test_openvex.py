"""OpenVEX as it is printed: what its specification asks for, and read back as what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from setpoint.cli.openvex import openvex_of
from setpoint.intent.vex.reading import read_vex
from setpoint.loop.affected import AffectedAnswer
from setpoint.model.component import PackageName
from setpoint.model.inventory import Flaw, Hit, Instance, Reached
from setpoint.model.policy import Severity
from setpoint.model.vex import VexStatus

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FLAW = Flaw("CVE-2024-1", ("CVE-2024-1", "GHSA-1"), ("GHSA-1",), "it leaks", Severity.HIGH)
PURL = "pkg:pypi/requests@2.31.0"


def hit(identity: str = "web-1", reached: Reached = Reached.UNKNOWN, **others: Any) -> Hit:
    usual: dict[str, Any] = {
        "package": PackageName("pypi", "requests"),
        "version": "2.31.0",
        "purl": PURL,
        "advisory": "GHSA-1",
        "could_not_compare": False,
        "fixed": ("2.32.0",),
        "reached": reached,
        "reached_by": "",
    }
    return Hit(Instance(others.pop("service", "payments"), identity), **(usual | others))


def made(*hits: Hit, flaws: tuple[Flaw, ...] = (FLAW,), at: datetime = NOW) -> Any:
    return openvex_of(AffectedAnswer("CVE-2024-1", flaws, (), len(hits), 0, 0, hits, is_cut=False, after=None), at)


def test_a_document_says_who_made_it_when_and_of_what() -> None:
    document = made(hit())
    assert document["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert document["@id"].startswith("urn:uuid:")
    assert (document["author"], document["timestamp"], document["version"]) == ("setpoint", NOW.isoformat(), 1)
    (statement,) = document["statements"]
    assert statement["vulnerability"] == {"name": "CVE-2024-1", "description": "it leaks", "aliases": ["GHSA-1"]}
    assert statement["products"] == [{"@id": "service:payments", "subcomponents": [{"@id": PURL}]}]


def test_its_id_changes_with_what_it_states_and_only_then() -> None:
    later = datetime(2026, 5, 2, tzinfo=UTC)
    assert made(hit())["@id"] == made(hit(), at=later)["@id"]
    assert made(hit())["@id"] != made(hit(service="shop"))["@id"]


@pytest.mark.parametrize(
    ("one", "status", "also"),
    [
        (hit(), "under_investigation", set()),
        (hit(could_not_compare=True), "under_investigation", set()),
        (hit(reached=Reached.LOADED), "under_investigation", set()),
        (hit(reached=Reached.SYMBOL), "affected", {"action_statement"}),
        (hit(reached=Reached.SYMBOL, fixed=()), "affected", {"action_statement"}),
        (hit(reached=Reached.NOT_LOADED), "not_affected", {"justification", "impact_statement"}),
    ],
)
def test_each_status_comes_with_what_the_specification_asks_for(one: Hit, status: str, also: set[str]) -> None:
    (statement,) = made(one)["statements"]
    assert statement["status"] == status
    assert also <= statement.keys()


def test_of_several_instances_of_a_service_the_worst_counts() -> None:
    statements = made(hit(reached=Reached.NOT_LOADED), hit("web-2", Reached.SYMBOL))["statements"]
    assert [each["status"] for each in statements] == ["affected"]


def test_what_was_asked_for_by_package_is_named_as_it_was_asked() -> None:
    (statement,) = made(hit(), flaws=())["statements"]
    assert statement["vulnerability"] == {"name": "CVE-2024-1"}


def test_what_is_printed_can_be_read() -> None:
    document = made(hit(reached=Reached.NOT_LOADED), hit("web-2", service="the shop"))
    found = read_vex(orjson.dumps(document), "vex.json")
    assert {(each.product, each.component, each.status) for each in found} == {
        ("service:payments", PURL, VexStatus.NOT_AFFECTED),
        ("service:the%20shop", PURL, VexStatus.UNDER_INVESTIGATION),
    }
