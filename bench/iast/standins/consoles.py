"""What the peers report to: Datadog's trace agent and Aikido's service, as far as findings go.

Each finding becomes a line of the report in the form that all tools share here: tool, path of the request, type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgpack

from bench.iast.standins.records import append

DATADOG_INFO: Final = {"endpoints": ["/v0.4/traces"], "span_meta_structs": True}
"""How the agent describes itself: as one that takes structures beside a span's texts."""
FINDINGS: Final = "iast"
"""The name of the structure with a request's findings."""


class Console(BaseHTTPRequestHandler):
    report: Path
    """Where the findings are kept."""

    def take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/v0.") and self.path.endswith("/traces"):
            self._keep(datadog_findings(msgpack.unpackb(body, strict_map_key=False)))
            self._answer({"rate_by_service": {"service:,env:": 1}})
        elif self.path == "/api/runtime/events":
            self._keep(aikido_findings(json.loads(body)))
            self._answer({"success": True, "endpoints": [], "configUpdatedAt": 0, "heartbeatIntervalInMS": 600_000})
        elif self.path == "/info":
            self._answer(DATADOG_INFO)
        else:
            self._answer({"configUpdatedAt": 0})

    do_GET = do_POST = do_PUT = take  # noqa: N815 - the names that http.server calls

    def _keep(self, findings: Iterator[Mapping[str, str]]) -> None:
        for each in findings:
            append(self.report, each)

    def _answer(self, document: Mapping[str, Any]) -> None:
        content = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


def console(report: Path) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", 0), type("Keeping", (Console,), {"report": report}))


def datadog_findings(traces: list[list[dict[str, Any]]]) -> Iterator[dict[str, str]]:
    """Of every span that tells of vulnerabilities."""
    for span in (span for trace in traces for span in trace):
        packed = span.get("meta_struct", {}).get(FINDINGS)
        for each in msgpack.unpackb(packed)["vulnerabilities"] if packed else ():
            yield {"tool": "ddtrace", "path": urlsplit(span["meta"].get("http.url", "")).path, "type": each["type"]}


def aikido_findings(event: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    if event.get("type") == "detected_attack":
        request = event.get("request") or {}
        path = urlsplit(request.get("url") or "").path
        yield {"tool": "aikido", "path": path, "type": event["attack"]["kind"]}
