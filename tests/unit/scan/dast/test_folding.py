from __future__ import annotations

from dataclasses import replace

from setpoint.model.dast import WHOLE_SITE, Certainty, Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.folding import folded


def fault(path: str, part: str = "header:Server") -> Fault:
    return Fault(
        "version-disclosure", 200, "API8:2023", Severity.LOW, Certainty.OBSERVED, method="GET", path=path, part=part
    )


def test_a_header_of_three_operations_is_the_sites() -> None:
    (told,) = folded([fault("/a"), fault("/b"), replace(fault("/c"), severity=Severity.MEDIUM)])
    assert (told.path, told.method, told.severity) == (WHOLE_SITE, "", Severity.MEDIUM)
    assert told.examples == ("GET /a", "GET /b", "GET /c")


def test_two_operations_are_told_as_they_are() -> None:
    assert [each.path for each in folded([fault("/a"), fault("/b")])] == ["/a", "/b"]


def test_faults_of_the_operations_themselves_are_never_folded() -> None:
    files = [replace(fault(path, ""), kind="exposed-file") for path in ("/.env", "/.git/HEAD", "/backup.zip")]
    injections = [replace(fault(path, "query:id"), certainty=Certainty.DIFFERENTIAL) for path in ("/a", "/b", "/c")]
    assert folded(files + injections) == files + injections


def test_the_same_fault_is_told_once() -> None:
    assert len(folded([fault("/a"), fault("/a")])) == 1


def test_tokens_that_are_not_verified_anywhere_are_one_fault() -> None:
    found = [
        replace(fault(path, ""), kind="token-algorithm-none", certainty=Certainty.CONFIRMED)
        for path in ("/me", "/orders", "/invoices")
    ]
    (told,) = folded(found)
    assert (told.path, told.examples) == (WHOLE_SITE, ("GET /me", "GET /orders", "GET /invoices"))
