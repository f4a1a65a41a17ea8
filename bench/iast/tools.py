"""The tools that are scored: how each is put into an application, what it is sent, and how it names a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.iast.cases import APPS
from bench.iast.places import PYTHON, program, ready_agent
from bench.iast.serving import Neighbours

PROTECTED: Final = """\
import runpy, sys
import aikido_zen
aikido_zen.protect()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""What starts a server under aikido_zen, which asks to be called first: a program of its own (AGPL), run here only."""

DATADOG_CWE: Final[Mapping[str, frozenset[int]]] = {
    "CODE_INJECTION": frozenset({94, 95}),
    "COMMAND_INJECTION": frozenset({78}),
    "HEADER_INJECTION": frozenset({113}),
    "INSECURE_COOKIE": frozenset({614}),
    "NO_HTTPONLY_COOKIE": frozenset({1004}),
    "NO_SAMESITE_COOKIE": frozenset({1275}),
    "PATH_TRAVERSAL": frozenset({22}),
    "SQL_INJECTION": frozenset({89}),
    "SSRF": frozenset({918}),
    "STACKTRACE_LEAK": frozenset({209}),
    "UNTRUSTED_SERIALIZATION": frozenset({502}),
    "UNVALIDATED_REDIRECT": frozenset({601}),
    "WEAK_CIPHER": frozenset({327}),
    "WEAK_HASH": frozenset({328}),
    "WEAK_RANDOMNESS": frozenset({330}),
    "XSS": frozenset({79}),
}
AIKIDO_CWE: Final[Mapping[str, frozenset[int]]] = {
    "nosql_injection": frozenset({943}),
    "path_traversal": frozenset({22}),
    "shell_injection": frozenset({78}),
    "sql_injection": frozenset({89}),
    "ssrf": frozenset({918}),
}


@dataclass(frozen=True, slots=True)
class Finding:
    path: str
    """Of the request that it was found in."""
    cwe: frozenset[int]

    @property
    def route(self) -> str:
        """The path up to a route's parameters."""
        return "/".join(self.path.split("/")[:3])


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    launcher: Sequence[str]
    """What comes before the server's own command."""
    environment: Callable[[Neighbours, Path], Mapping[str, str]]
    finding: Callable[[Mapping[str, Any]], Finding]
    """A line of its report."""
    prepare: Callable[[], None] = lambda: None
    needs_attacks: bool = False
    """Whether it speaks only when attacked."""
    settles: float = 3.0
    """Seconds from the last answer until the last finding has been reported."""

    def findings(self, lines: Iterable[Mapping[str, Any]]) -> list[Finding]:
        return [self.finding(line) for line in lines]


def _setpoint_environment(around: Neighbours, _folder: Path) -> dict[str, str]:
    return {"SETPOINT_AGENT": "on", "SETPOINT_REPORT_FILE": str(around.report), "SETPOINT_SERVICE": "shop"}


def _setpoint_finding(line: Mapping[str, Any]) -> Finding:
    """`cwe` is a number, or written CWE-89. What it is less sure of counts as much: a false alarm is one."""
    number = int(str(line["cwe"]).upper().removeprefix("CWE-"))
    return Finding(str(line["path"]).partition("?")[0], frozenset({number}))


def _datadog_environment(around: Neighbours, _folder: Path) -> dict[str, str]:
    """IAST on, every request looked at, and nothing left out for having been told before.

    It takes `flask_app` for a part of the installed `flask`, and would not look at it: so its own packages are named.
    """
    return {
        "DD_IAST_ENABLED": "true",
        "DD_IAST_REQUEST_SAMPLING": "100",
        "DD_IAST_DEDUPLICATION_ENABLED": "false",
        "DD_IAST_MAX_CONCURRENT_REQUESTS": "100",
        "DD_IAST_VULNERABILITIES_PER_REQUEST": "100",
        "_DD_IAST_PATCH_MODULES": ",".join(f"{path.name}." for path in sorted(APPS.iterdir()) if path.is_dir()),
        "DD_TRACE_AGENT_URL": f"http://127.0.0.1:{around.ports['console']}",
        "DD_TRACE_API_VERSION": "v0.4",
        "DD_TRACE_SAMPLE_RATE": "1",
        "DD_TRACE_RATE_LIMIT": "-1",
        "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
        "DD_REMOTE_CONFIGURATION_ENABLED": "false",
        "DD_SERVICE": "shop",
    }


def _datadog_finding(line: Mapping[str, Any]) -> Finding:
    return Finding(line["path"], DATADOG_CWE.get(line["type"], frozenset()))


def _aikido_environment(around: Neighbours, folder: Path) -> dict[str, str]:
    """Detecting only, the stand-in as its service. The token names its socket, whose path has to be a short one."""
    endpoint = f"http://127.0.0.1:{around.ports['console']}/"
    return {
        "AIKIDO_TOKEN": f"AIK_RUNTIME_{folder.name}",
        "AIKIDO_ENDPOINT": endpoint,
        "AIKIDO_REALTIME_ENDPOINT": endpoint,
        "AIKIDO_TMP_DIR": str(folder.parent),
        "AIKIDO_BLOCK": "false",
    }


def _aikido_finding(line: Mapping[str, Any]) -> Finding:
    return Finding(line["path"], AIKIDO_CWE.get(line["type"], frozenset()))


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool("setpoint", (program("setpoint-run"),), _setpoint_environment, _setpoint_finding, prepare=ready_agent),
        Tool("ddtrace", (program("ddtrace-run"),), _datadog_environment, _datadog_finding),
        Tool(
            "aikido",
            (str(PYTHON), "-c", PROTECTED),
            _aikido_environment,
            _aikido_finding,
            needs_attacks=True,
            settles=12.0,  # it empties its queue every five seconds, and begins with it after two
        ),
    )
}
