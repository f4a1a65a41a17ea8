"""What pages load from others: scripts whose content nothing pins, and parts that come unencrypted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from setpoint.model.dast import Certainty, Exchange, Fault, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.checks.exposure.asking import everybody, gets, planned, registered, resolved
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.interface import Workbench

_LOADED: Final = {"script": "src", "iframe": "src", "img": "src", "audio": "src", "video": "src", "object": "data"}
"""Elements that load by themselves, and the attribute that says what."""

_OF_TOOLS: Final = (b"SwaggerUIBundle", b"<redoc", b"Redoc.init")
"""Marks of API documentation as frameworks write it: whether that may be shown is for the checks of exposed files."""


class ThirdParties:
    """Scripts of others without integrity, and parts of encrypted pages that are not."""

    name = "third-parties"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, gets(bench), 0)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        told = set[str]()
        for operation in gets(bench):
            for caller in everybody(bench):
                exchange = bench.baseline(operation, caller)
                for fault in faults_of_page(operation, exchange) if exchange else ():
                    if fault.part not in told:
                        told.add(fault.part)
                        yield fault


def faults_of_page(operation: Operation, exchange: Exchange) -> Iterator[Fault]:
    """Each host once: what one page loads from it, others do, too."""
    answer = exchange.answer
    if answer is None or "html" not in answer.header("content-type") or (page := page_of(answer)) is None:
        return
    if any(mark in answer.body for mark in _OF_TOOLS):
        return
    here = urlsplit(exchange.sent.url)
    for script in page.iter("script"):
        address = resolved(exchange.sent.url, script.get("src") or "")
        is_other = address.scheme in {"http", "https"} and _owner(address) != _owner(here)
        if is_other and not (script.get("integrity") or "").strip():
            yield _unpinned(operation, exchange, address.hostname or "")
    if here.scheme == "https":
        for host in _unencrypted(page, exchange.sent.url):
            yield _mixed(operation, exchange, host)


def _owner(address: SplitResult) -> str:
    return registered((address.hostname or "").lower())


def _unencrypted(page: Any, url: str) -> Iterator[str]:
    """Hosts that the page loads parts from, or sends forms to, over plain HTTP."""
    wanted = [(element, name) for tag, name in _LOADED.items() for element in page.iter(tag)]
    wanted += [(element, "href") for element in page.iter("link") if "stylesheet" in element.get("rel", "").lower()]
    wanted += [(element, "action") for element in page.iter("form")]
    for element, name in wanted:
        address = resolved(url, element.get(name) or "")
        if address.scheme == "http" and address.hostname:
            yield address.hostname


def _unpinned(operation: Operation, exchange: Exchange, host: str) -> Fault:
    kind = FaultKind(
        "missing-subresource-integrity",
        353,
        Severity.LOW,
        f"Pages run a script of {host} whatever it holds on the day; add an integrity attribute, or serve a copy of it"
        " from here",
        "A08:2021",
    )
    return _observed(
        kind, operation, f"script:{host}", exchange, "a script element with a src on another host has no integrity"
    )


def _mixed(operation: Operation, exchange: Exchange, host: str) -> Fault:
    kind = FaultKind(
        "mixed-content",
        319,
        Severity.LOW,
        f"A page that came encrypted loads parts of itself from {host}, or sends a form there, unencrypted; address it"
        " with https",
        "A02:2021",
    )
    return _observed(kind, operation, f"http:{host}", exchange, "an address in the page begins with http:")


def _observed(kind: FaultKind, operation: Operation, part: str, exchange: Exchange, difference: str) -> Fault:
    """Whoever looks at the page: it is the same for every caller."""
    return kind.fault_at(operation, part, [exchange], difference, certainty=Certainty.OBSERVED, caller="")
