"""What is wrong with a certificate as it stands, without asking anybody. Pure; called by `transport`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from setpoint.model.policy import Severity

_LEAST_BITS: Final = {"RSA": 2048, "DSA": 2048, "EC": 224}
"""NIST SP 800-131A, table 2: 112 bits of security."""

_BROKEN_HASHES: Final = frozenset({"md2", "md4", "md5", "sha1"})


@dataclass(frozen=True, slots=True)
class Flaw:
    kind: str
    cwe: int
    severity: Severity
    message: str
    difference: str


def flaws(certificate: x509.Certificate, hosts: tuple[str, ...], now: datetime) -> Iterator[Flaw]:
    """`hosts`: the names that it may be for, any of which is enough."""
    yield from _time(certificate, now)
    yield from _name(certificate, hosts)
    yield from _strength(certificate)


def _time(certificate: x509.Certificate, now: datetime) -> Iterator[Flaw]:
    until, since = certificate.not_valid_after_utc, certificate.not_valid_before_utc
    if now > until:
        says = "The certificate has expired, so that people learn to pass over warnings; renew it, by a program"
        yield Flaw("certificate-expired", 298, Severity.HIGH, says, f"it was valid until {until:%Y-%m-%d}")
    elif now < since:
        says = "The certificate is not valid yet; use one that is"
        yield Flaw("certificate-not-yet-valid", 298, Severity.MEDIUM, says, f"it is valid from {since:%Y-%m-%d}")


def _name(certificate: x509.Certificate, hosts: tuple[str, ...]) -> Iterator[Flaw]:
    names = _names(certificate)
    if not any(_is_for(name, host) for name in names for host in hosts):
        says = "The certificate is for other names, and no client can tell the service from whoever stands between"
        told = ", ".join(sorted(names)[:5]) or "none"
        yield Flaw("certificate-for-other-host", 297, Severity.HIGH, f"{says}; name the host in it", f"names: {told}")


def _strength(certificate: x509.Certificate) -> Iterator[Flaw]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey):
        family = {"r": "RSA", "d": "DSA", "e": "EC"}[type(key).__name__.lower().lstrip("_")[0]]
        if key.key_size < _LEAST_BITS[family]:
            says = f"The key of the certificate is too short; use at least {_LEAST_BITS[family]} bits"
            yield Flaw("certificate-weak-key", 326, Severity.MEDIUM, says, f"{family}, {key.key_size} bits")
    digest = certificate.signature_hash_algorithm
    if digest is not None and digest.name in _BROKEN_HASHES:
        says = "The certificate is signed over a hash that can be forged; have it signed with SHA-256"
        yield Flaw("certificate-weak-signature", 328, Severity.MEDIUM, says, f"signed with {digest.name}")


def _names(certificate: x509.Certificate) -> frozenset[str]:
    """Of its SubjectAltName: the common name is of no account (RFC 9525, 2)."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return frozenset()
    addresses = (str(each) for each in extension.get_values_for_type(x509.IPAddress))
    return frozenset({*(each.lower() for each in extension.get_values_for_type(x509.DNSName)), *addresses})


def _is_for(name: str, host: str) -> bool:
    """RFC 9525, 6.3: a star stands for one whole label, the leftmost."""
    try:
        return ip_address(name) == ip_address(host)
    except ValueError:
        pass
    first, _, rest = host.lower().rstrip(".").partition(".")
    return name in {f"{first}.{rest}".rstrip("."), f"*.{rest}"} and bool(first)
