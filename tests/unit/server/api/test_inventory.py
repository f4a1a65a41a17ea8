"""Bills of materials by the API: who may see which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from tests.serving import AT, Caller

from setpoint.model.access import AccessScope
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.inventory import Instance
from setpoint.store.interface import InventoryWriter
from setpoint.store.ledger.ledger import SqlLedger

Call = Callable[..., Caller]
NOW: datetime = AT


def bill(*names: str) -> Sbom:
    return Sbom(tuple(Component(PackageName("pypi", each), "1", f"pkg:pypi/{each}@1") for each in sorted(names)))


OWN, SHARED, OTHERS, OF_AN_IMAGE = bill("own"), bill("shared"), bill("others"), bill("of-an-image")
RELEASES = {"1": OWN, "2": OWN, "3": SHARED}


@pytest.fixture
def stocked(ledger: SqlLedger) -> InventoryWriter:
    inventory = ledger.visitor().inventory()
    for each in (OWN, SHARED, OTHERS, OF_AN_IMAGE):
        inventory.add_sbom(each, NOW)
    for version, each in RELEASES.items():
        inventory.set_release_sbom("payments", version, each.digest, NOW)
    for version, each in (("1", SHARED), ("2", OTHERS)):
        inventory.set_release_sbom("search", version, each.digest, NOW)
    inventory.set_image_sbom(f"sha256:{'a' * 64}", OF_AN_IMAGE.digest, NOW)
    return inventory


@pytest.fixture
def bound(call: Call, stocked: InventoryWriter) -> Caller:
    return call(AccessScope.READ, service="payments")


def shown(caller: Caller, path: str, **parameters: str) -> tuple[int, Any]:
    answer = caller.get(path, params=parameters)
    document = answer.json()
    document.pop("request", None)  # each call has its own
    return answer.status_code, document


def test_a_bound_caller_sees_the_bills_of_its_own_releases(bound: Caller) -> None:
    for version, each in RELEASES.items():
        status, document = shown(bound, "/v1/services/payments/sbom", version=version)
        assert (status, document["digest"]) == (200, each.digest)
    assert shown(bound, f"/v1/sboms/{OWN.digest}")[0] == 200


def test_what_is_also_anothers_or_nobodys_looks_as_if_it_were_not_there(bound: Caller) -> None:
    nowhere = shown(bound, f"/v1/sboms/{'0' * 32}")
    assert nowhere[0] == 404
    for each in (SHARED, OTHERS, OF_AN_IMAGE):
        assert shown(bound, f"/v1/sboms/{each.digest}") == nowhere
    for version in ("1", "2", "9"):
        assert shown(bound, "/v1/services/search/sbom", version=version)[0] == 403


def test_what_runs_elsewhere_too_is_not_its_own_alone(bound: Caller, stocked: InventoryWriter) -> None:
    stocked.report_instances([Instance("search", "s-1", sbom=OWN.digest)], NOW)
    assert shown(bound, f"/v1/sboms/{OWN.digest}")[0] == 404
    assert shown(bound, "/v1/services/payments/sbom", version="1")[0] == 200


def test_who_is_bound_to_nothing_sees_all(call: Call, stocked: InventoryWriter) -> None:
    reader = call(AccessScope.READ)
    for each in (OWN, SHARED, OTHERS, OF_AN_IMAGE):
        assert shown(reader, f"/v1/sboms/{each.digest}")[0] == 200


def test_a_release_without_a_bill_could_not_be_told(bound: Caller) -> None:
    _, problem = shown(bound, "/v1/services/payments/sbom", version="9")
    assert (problem["exit_code"], problem["what"]) == (3, "no bill of materials of payments@9 is known")
