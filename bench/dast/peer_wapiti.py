"""wapiti, a peer: given the address, the API's document and a token, or the site's form and an account.

It runs all modules that need nothing from elsewhere. What it says is put into the truth's words by `WEAKNESSES`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from tests.assets.targets.scoring import Finding

from bench.dast.counting import CountingProxy, counting_proxy
from bench.dast.places import ready_peer
from bench.dast.processes import last_line, run_bounded
from bench.dast.scoring import Told
from bench.dast.tools import Outcome, Outside
from bench.dast.trials import Trial

MODULES: Final = (
    *("backup", "brute_login_form", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers"),
    *("https_redirect", "ldap", "methods", "permanentxss", "redirect", "sql", "ssl", "ssrf", "upload", "xss", "xxe"),
)
"""Left out: `buster`, `nikto`, `cms`, `htp`, `wapp` and their like, which look for products or fetch their lists first;
`timesql`, which the safe profile does not do either."""
REPORT: Final = "report.json"
WRITE_REPORT: Final = "r\n"
"""What it is answered when it is interrupted, and asks what now."""

WEAKNESSES: Final[Mapping[str, tuple[int, ...]]] = {
    "Backup file": (530, 538),
    "Blind SQL Injection": (89,),
    "CRLF Injection": (113, 93),
    "Clickjacking Protection": (1021,),
    "Command execution": (78, 94, 1336),
    "Content Security Policy Configuration": (693,),
    "Cross Site Request Forgery": (352,),
    "Fingerprint web server": (200, 497),
    "HTML Injection": (79, 80),
    "HTTP Methods": (650, 749),
    "HTTP Strict Transport Security (HSTS)": (319, 523),
    "Htaccess Bypass": (288, 650, 306),
    "HttpOnly Flag cookie": (1004,),
    "Internal Server Error": (209,),
    "LDAP Injection": (90,),
    "MIME Type Confusion": (693,),
    "Open Redirect": (601,),
    "Path Traversal": (22, 98, 73, 918),
    "Potentially dangerous file": (538, 200),
    "Reflected Cross Site Scripting": (79,),
    "Resource consumption": (400, 1333, 770),
    "SQL Injection": (89, 943),
    "Secure Flag cookie": (614,),
    "Server Side Request Forgery": (918,),
    "Stored Cross Site Scripting": (79,),
    "Stored HTML Injection": (79, 80),
    "TLS/SSL misconfigurations": (295, 297, 298, 327),
    "Unencrypted Channels": (319,),
    "Unrestricted File Upload": (434,),
    "Weak credentials": (521, 1391, 307),
    "XML External Entity": (611,),
    "XPATH Injection": (643,),
}
"""Its category → the weaknesses that it may mean; any of them counts."""
PARTS: Final = {
    "Clickjacking Protection": "header:X-Frame-Options",
    "Content Security Policy Configuration": "header:Content-Security-Policy",
    "HTTP Strict Transport Security (HSTS)": "header:Strict-Transport-Security",
    "MIME Type Confusion": "header:X-Content-Type-Options",
    "Fingerprint web server": "header:Server",
}
"""Category → the header that it is about, by which the truth tells site-wide faults of one weakness apart."""


class Wapiti(Outside):
    name = "wapiti"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def test(self, given: Trial, folder: Path) -> Outcome:
        program = ready_peer(self.name, "wapiti")
        with ExitStack() as held:
            proxy = held.enter_context(counting_proxy()) if given.url.startswith("http:") else None
            command = [program, *self._command(given, folder, proxy)]
            cost = run_bounded(command, folder, seconds=self._seconds, answer=WRITE_REPORT)
            requests = proxy.count if proxy else None
        report = folder / REPORT
        if not report.exists():
            return Outcome((), requests, cost, f"no report: {last_line(folder)}")
        return Outcome(list(_told(json.loads(report.read_bytes()))), requests, cost)

    def _command(self, given: Trial, folder: Path, proxy: CountingProxy | None) -> Sequence[str]:
        """A quarter of the time at most is for looking round, and a sixth for any module: most of them need little."""
        limits = ["--max-scan-time", f"{self._seconds / 4:.0f}", "--max-attack-time", f"{self._seconds / 6:.0f}"]
        store = ["--store-session", str(folder), "--store-config", str(folder), "--flush-session", "--no-bugreport"]
        output = ["--format", "json", "--output", str(folder / REPORT), "--verbose", "0"]
        through = ["--proxy", proxy.url] if proxy else []
        modules = ["--module", ",".join(MODULES), "--level", "2"]
        return ["--url", f"{given.url}/", *modules, *_access(given), *limits, *store, *output, *through]


def _access(given: Trial) -> Sequence[str]:
    """How it is logged in, and where that would end, which is left out."""
    logout = given.people["login"]["logout"]
    if given.document:
        spared = ["--exclude", f"{given.url}{logout['token'].partition(' ')[2]}"]
        return [*spared, "--swagger", given.document, "--header", f"Authorization: {given.bearer('alice')}"]
    user, form = given.user("alice"), given.people["login"]["form"]
    account = ["--form-user", user["username"], "--form-password", user["password"]]
    spared = ["--exclude", f"{given.url}{logout['path']}"]
    return [*spared, *account, "--form-url", f"{given.url}{form['page']}"]


def _told(report: Mapping[str, Any]) -> Iterator[Told]:
    """Its anomalies and what it only adds are leads."""
    for section, is_lead in (("vulnerabilities", False), ("anomalies", True), ("additionals", True)):
        for category, each in ((category, each) for category, every in report[section].items() for each in every):
            if (weaknesses := WEAKNESSES.get(category)) is not None:
                yield Told(category, tuple(_findings(category, weaknesses, each)), is_lead)


def _findings(category: str, weaknesses: Sequence[int], told: Mapping[str, Any]) -> Iterator[Finding]:
    part = PARTS.get(category, "")
    if "cookie : " in told["info"]:
        part = f"cookie:{told['info'].rpartition('cookie : ')[2]}"
    for cwe in weaknesses:
        yield Finding(told["method"], told["path"], cwe, part)
