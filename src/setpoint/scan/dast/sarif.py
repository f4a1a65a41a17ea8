"""Faults as SARIF: whole at every moment of a scan, each with the request that shows it. Used by the command."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import WHOLE_SITE, DastReport, Exchange, Fault
from setpoint.sarif.findings import LEVELS
from setpoint.sarif.log import SarifResult, SarifRule, sarif_log
from setpoint.sarif.weaknesses import SCORES
from setpoint.scan.dast.curl import curl_line
from setpoint.scan.dast.documents import exchange_document


def dast_log(report: DastReport) -> Json:
    """The run did not succeed where the scan ended early, or a check could not be made."""
    properties: dict[str, Json] = {
        "target": report.base,
        "profile": str(report.profile),
        "requests": report.requests,
        "leftOut": dict(report.left_out),
        "remarks": list(report.remarks),
    }
    return sarif_log([_result(each, report.base) for each in report.faults], doubts_of(report), properties)


def doubts_of(report: DastReport) -> list[str]:
    """Why the report may not be all that there is to tell."""
    doubts = [f"{name} could not be made: {why}" for name, why in report.checks.items() if why]
    doubts += report.doubts
    return [f"the scan ended early: {report.ended_early}", *doubts] if report.ended_early else doubts


def _result(fault: Fault, base: str) -> SarifResult:
    rule = SarifRule(
        fault.kind,
        f"The running service has a fault: {fault.kind}",
        "The request that shows it, and how to repeat it, stand with each result",
        LEVELS[fault.severity],
        {"security-severity": SCORES[fault.severity], "tags": list(_tags(fault))},
    )
    is_site = fault.path == WHOLE_SITE
    operation = base if is_site else f"{fault.method} {fault.path}".strip()
    place = f"{base}/" if is_site else f"{base}{fault.path}"
    shown = fault.proof[-1] if fault.proof else None
    return SarifResult(
        rule,
        fault.message,
        entity=operation,
        path=fault.part,
        fingerprint=hashlib.sha256(f"{base}|{fault.key}".encode()).hexdigest(),
        level=LEVELS[fault.severity],
        declared_at=f"{place}: {operation}",
        properties={
            "severity": str(fault.severity),
            "security-severity": SCORES[fault.severity],
            "cwe": fault.cwe,
            "owasp": fault.owasp,
            "certainty": str(fault.certainty),
            "caller": fault.caller,
            "difference": fault.difference,
            "examples": list(fault.examples),
            "curl": curl_line(shown.sent) if shown else "",
            "proof": [exchange_document(each) for each in fault.proof],
            "tags": list(_tags(fault)),
        },
        web=_web(shown) if shown else {},
    )


def _tags(fault: Fault) -> Iterator[str]:
    yield from ("security", f"external/cwe/cwe-{fault.cwe}", f"external/owasp/{fault.owasp}")


_PROTOCOL: Final = {"protocol": "http", "version": "1.1"}


def _web(exchange: Exchange) -> Mapping[str, Json]:
    """Sections 3.46 and 3.47."""
    sent, answer = exchange.sent, exchange.answer
    request = {**_PROTOCOL, "method": sent.method, "target": sent.url, "headers": _headers(sent.headers)}
    if sent.body:
        request["body"] = {"text": sent.body.decode(errors="replace")}
    if answer is None:
        return {"webRequest": request, "webResponse": {"noResponseReceived": True}}
    response = {**_PROTOCOL, "statusCode": answer.status, "headers": _headers(answer.headers)}
    response["body"] = {"text": answer.body.decode(errors="replace")}
    return {"webRequest": request, "webResponse": response}


def _headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name; what stands several times, as one value (RFC 9110, section 5.2)."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
