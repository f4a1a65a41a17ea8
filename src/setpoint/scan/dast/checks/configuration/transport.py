"""How requests travel: TLS, its certificate, and whether browsers are told to stay with it. Listed in `checks`.

Handshakes are made beside `Sender`, with the target's own host and port: at most five, in their turn among requests.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from cryptography import x509

from setpoint.model.dast import Certainty, Exchange, Fault, PlannedRequest, Profile, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.configuration import handshakes
from setpoint.scan.dast.checks.configuration.certificate import Flaw, flaws
from setpoint.scan.dast.checks.configuration.hosts import host_and_port, is_encrypted, is_loopback
from setpoint.scan.dast.checks.configuration.problems import OWASP, SITE, Found, Problem, folded
from setpoint.scan.dast.checks.configuration.visits import Visit, visits
from setpoint.scan.dast.interface import Workbench

_HALF_A_YEAR: Final = 15_768_000
"""Seconds that browsers are to remember at least (https://infosec.mozilla.org/guidelines/web_security, HSTS)."""

_MAX_AGE: Final = re.compile(r"max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_HANDSHAKES: Final = 5
_ON_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class Transport:
    """TLS versions and ciphers, the certificate, HSTS, and whether there is TLS at all."""

    name = "transport"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if is_encrypted(bench.surface.base):
            yield PlannedRequest("TLS handshake", self.name, "", _HANDSHAKES)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        base = bench.surface.base
        seen = list(visits(bench))
        if is_encrypted(base):
            yield from _strict_transport(seen)
            if bench.profile is not Profile.PASSIVE:
                yield from (_fault(base, flaw) for flaw in _offers(base, bench.turn))
            yield from (_fault(base, flaw) for flaw in _certificate(base, bench.turn))
        elif not is_loopback(base):
            yield from _unencrypted(seen)


def _unencrypted(seen: list[Visit]) -> Iterator[Fault]:
    """What is answered over plain HTTP with more than the way to HTTPS."""
    problem = Problem(
        "no-tls",
        319,
        Severity.HIGH,
        "",
        "Whoever stands between can read and change all that is said; serve it over HTTPS, and redirect there",
        "it was answered over plain HTTP",
    )
    open_ones = [visit for visit in seen if not visit.answer.header("location").lower().startswith("https://")]
    yield from folded((Found(problem, visit) for visit in open_ones), 0)


def _strict_transport(seen: list[Visit]) -> Iterator[Fault]:
    found = (Found(problem, visit) for visit in seen if (problem := _hsts_problem(visit)) is not None)
    yield from folded(found, len({visit.operation.key for visit in seen}))


def _hsts_problem(visit: Visit) -> Problem | None:
    value = visit.answer.header("strict-transport-security")
    match = _MAX_AGE.search(value)
    if match is not None and int(match[1][:12]) >= _HALF_A_YEAR:
        return None
    return Problem(
        "weak-hsts" if value else "missing-hsts",
        319,
        Severity.LOW,
        "header:Strict-Transport-Security",
        "Browsers may go on asking over plain HTTP, where others can read along; send Strict-Transport-Security with"
        " a max-age of a year",
        f"Strict-Transport-Security is {value[:100]!r}" if value else "the answer has no Strict-Transport-Security",
    )


def _offers(base: str, turn: Callable[[], None]) -> Iterator[Flaw]:
    host, port = host_and_port(base)
    accepted = []
    for name, version in handshakes.OLD.items():
        turn()
        if not isinstance(handshakes.handshake(host, port, handshakes.of_version(version)), str):
            accepted.append(name)
    if accepted:
        says = "It still speaks versions of TLS that are not to be used (RFC 8996); allow TLS 1.2 and 1.3 alone"
        yield Flaw("old-tls-version", 327, Severity.MEDIUM, says, f"accepted: {', '.join(accepted)}")
    weak = handshakes.of_weak_ciphers()
    if weak is not None:
        turn()
    shaken = handshakes.handshake(host, port, weak) if weak is not None else ""
    if not isinstance(shaken, str):
        says = "It accepts ciphers that are broken or do not encrypt; allow those of RFC 9325 alone"
        yield Flaw("weak-tls-cipher", 327, Severity.HIGH, says, f"accepted: {shaken.cipher}")


def _certificate(base: str, turn: Callable[[], None]) -> Iterator[Flaw]:
    host, port = host_and_port(base)
    turn()
    shaken = handshakes.handshake(host, port)
    if isinstance(shaken, str) or not shaken.certificate:
        return
    try:
        certificate = x509.load_der_x509_certificate(shaken.certificate)
    except ValueError as error:
        says = "The certificate cannot be read, and no client can trust it; replace it"
        yield Flaw("certificate-untrusted", 295, Severity.MEDIUM, says, str(error)[:200])
        return
    names = (host, *_ON_LOOPBACK) if is_loopback(base) else (host,)
    found = list(flaws(certificate, names, datetime.now(UTC)))
    yield from found
    if not found and not is_loopback(base):  # nobody signs certificates for the loopback
        turn()
        yield from _trust(handshakes.refusal(host, port))


def _trust(refused: ssl.SSLCertVerificationError | None) -> Iterator[Flaw]:
    if refused is not None:
        says = "Clients do not trust the certificate; use one of an authority that they know, with its whole chain"
        yield Flaw("certificate-untrusted", 296, Severity.MEDIUM, says, refused.verify_message)


def _fault(base: str, flaw: Flaw) -> Fault:
    return Fault(
        kind=flaw.kind,
        cwe=flaw.cwe,
        owasp=OWASP,
        severity=flaw.severity,
        certainty=Certainty.OBSERVED,
        method="",
        path=SITE,
        message=flaw.message,
        proof=(Exchange(Sent("GET", f"{base}/"), None, f"TLS handshake: {flaw.difference}"),),
        difference=flaw.difference,
    )
