"""Cookies and what they ask of browsers (RFC 6265bis). Listed in `checks`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Answer, Fault, Operation, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import set_cookies
from setpoint.scan.dast.checks.configuration.hosts import is_encrypted
from setpoint.scan.dast.checks.configuration.problems import Found, Problem, folded
from setpoint.scan.dast.checks.configuration.visits import Visit, visits
from setpoint.scan.dast.interface import Workbench

_SESSION_NAME: Final = re.compile(
    r"sess|sid($|[-_.])|auth|token|jwt|remember|login|identity|ticket|connect\.sid", re.IGNORECASE
)
_FOR_SCRIPTS: Final = re.compile(r"csrf|xsrf", re.IGNORECASE)
"""Cookies whose value scripts of the page have to read and send back."""

_JWT: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_RANDOM: Final = re.compile(r"(?=.*\d)[\w.+/=%:-]{16,}")
"""Not a word, a language or a theme."""


@dataclass(frozen=True, slots=True)
class Cookie:
    name: str
    attributes: Mapping[str, str]
    """In lower case."""
    is_of_a_session: bool
    """Whether whoever has it is taken for somebody."""


class Cookies:
    """Secure, HttpOnly, SameSite, scope and prefixes of cookies, those of a login among them."""

    name = "cookies"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE:
            yield from (PlannedRequest("login", self.name, caller.name, 3) for caller in bench.accounts.callers[:1])

    def run(self, bench: Workbench) -> Iterator[Fault]:
        logins, names = _logged_in(bench)
        found = [
            Found(problem, visit)
            for visit in (*visits(bench), *logins)
            for cookie in cookies_of(visit.answer, names)
            for problem in problems_of(cookie, visit.exchange.sent.url)
        ]
        yield from folded(found, 0)  # a cookie is the same one wherever it is set


def cookies_of(answer: Answer, of_sessions: Collection[str] = ()) -> Iterator[Cookie]:
    """Those that an answer sets; what it deletes is not among them. `of_sessions`: names that are known to be."""
    for name, value, written in set_cookies(answer):
        pairs = (each.partition("=") for each in written.split(";"))
        attributes = {attribute.strip(): said.strip() for attribute, _, said in pairs if attribute.strip()}
        if value and attributes.get("max-age") not in {"0", "-1"}:
            yield Cookie(name, attributes, _is_of_a_session(name, value, was_given_at_login=name in of_sessions))


def _logged_in(bench: Workbench) -> tuple[list[Visit], frozenset[str]]:
    """The answers of one login, and the cookies that it gave."""
    callers = bench.accounts.callers
    login = bench.accounts.login(callers[0]) if callers and bench.profile is not Profile.PASSIVE else None
    if login is None:
        return [], frozenset()
    told = [
        Visit(Operation(each.sent.method, urlsplit(each.sent.url).path), callers[0], each, each.answer)
        for each in login.exchanges
        if each.answer is not None
    ]
    return told, frozenset(name for place, name, _ in login.credentials if place == "cookie")


def _is_of_a_session(name: str, value: str, *, was_given_at_login: bool) -> bool:
    if _FOR_SCRIPTS.search(name):
        return False
    is_random = bool(_RANDOM.fullmatch(value))
    return bool(_SESSION_NAME.search(name) or _JWT.fullmatch(value)) or (was_given_at_login and is_random)


def problems_of(cookie: Cookie, url: str) -> Iterator[Problem]:
    """`url`: of the answer that set it."""
    yield from _broken_prefix(cookie)
    severity = Severity.MEDIUM if cookie.is_of_a_session else Severity.LOW
    if is_encrypted(url) and "secure" not in cookie.attributes:
        yield _problem(cookie, "cookie-without-secure", 614, severity, "is sent over plain HTTP, too; set Secure")
    if not cookie.is_of_a_session:
        return
    if "httponly" not in cookie.attributes:
        yield _problem(cookie, "cookie-without-httponly", 1004, severity, "can be read by scripts; set HttpOnly")
    same_site = cookie.attributes.get("samesite", "")
    if same_site not in {"lax", "strict"}:
        severity = Severity.MEDIUM if same_site == "none" else Severity.LOW
        says = "is sent with requests that other sites make; set SameSite=Lax or Strict"
        yield _problem(cookie, "cookie-without-samesite", 1275, severity, says)
    domain, host = cookie.attributes.get("domain", "").lstrip("."), urlsplit(url).hostname or ""
    if domain and host.endswith(f".{domain}"):
        says = f"is sent to all hosts below {domain}; leave Domain out"
        yield _problem(cookie, "cookie-for-other-hosts", 668, Severity.LOW, says)


def _broken_prefix(cookie: Cookie) -> Iterator[Problem]:
    name, attributes = cookie.name.lower(), cookie.attributes
    is_host = name.startswith("__host-")
    if not is_host and not name.startswith("__secure-"):
        return
    if "secure" not in attributes or (is_host and ("domain" in attributes or attributes.get("path") != "/")):
        says = (
            "breaks the promise of its prefix, and browsers drop it; set Secure, and for __Host- Path=/ and no Domain"
        )
        yield _problem(cookie, "cookie-prefix-broken", 614, Severity.LOW, says)


def _problem(cookie: Cookie, kind: str, cwe: int, severity: Severity, says: str) -> Problem:
    attributes = ", ".join(sorted(cookie.attributes)) or "none"
    return Problem(
        kind,
        cwe,
        severity,
        f"cookie:{cookie.name}",
        f"The cookie {cookie.name} {says}",
        f"its attributes are: {attributes}",
    )
