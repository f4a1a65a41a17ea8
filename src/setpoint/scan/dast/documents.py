"""Faults and exchanges as JSON and back, for the files of a scan and for `--json`. Used by `run_folder` and the CLI.

Whatever comes here went through `sending.redaction` before.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Certainty, Exchange, Fault, Sent
from setpoint.model.policy import Severity


def fault_document(fault: Fault) -> dict[str, Json]:
    return {
        "kind": fault.kind,
        "cwe": fault.cwe,
        "owasp": fault.owasp,
        "severity": str(fault.severity),
        "certainty": str(fault.certainty),
        "method": fault.method,
        "path": fault.path,
        "part": fault.part,
        "caller": fault.caller,
        "message": fault.message,
        "difference": fault.difference,
        "examples": list(fault.examples),
        "check": fault.check,
        "proof": [exchange_document(each) for each in fault.proof],
    }


def fault_from(document: Mapping[str, Any]) -> Fault:
    """Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
    told = {**document, "severity": Severity(document["severity"]), "certainty": Certainty(document["certainty"])}
    told["examples"] = tuple(document["examples"])
    told["proof"] = tuple(map(exchange_from, document["proof"]))
    return Fault(**told)


def exchange_document(exchange: Exchange) -> dict[str, Json]:
    sent, answer = exchange.sent, exchange.answer
    return {
        "request": {
            "method": sent.method,
            "url": sent.url,
            "headers": [list(each) for each in sent.headers],
            "body": _written(sent.body),
            "caller": sent.caller,
        },
        "answer": None
        if answer is None
        else {
            "status": answer.status,
            "headers": [list(each) for each in answer.headers],
            "body": _written(answer.body),
            "whole": answer.is_whole,
            "seconds": round(answer.seconds, 3),
        },
        "failure": exchange.failure,
    }


def exchange_from(document: Mapping[str, Any]) -> Exchange:
    """Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
    sent, answer = document["request"], document["answer"]
    request = Sent(sent["method"], sent["url"], _pairs(sent["headers"]), _read(sent["body"]), sent["caller"])
    if answer is None:
        return Exchange(request, None, document["failure"])
    headers, body = _pairs(answer["headers"]), _read(answer["body"])
    return Exchange(request, Answer(answer["status"], headers, body, answer["whole"], answer["seconds"]))


def _pairs(pairs: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)


def _written(body: bytes) -> Json:
    """As text where it is some."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _read(body: Any) -> bytes:
    return base64.b64decode(body["base64"]) if isinstance(body, Mapping) else str(body).encode()
