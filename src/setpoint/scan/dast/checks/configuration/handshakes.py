"""TLS handshakes, and nothing else: what a target offers, and which certificate it shows. Called by `transport`."""

from __future__ import annotations

import socket
import ssl
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 10.0
"""Seconds for a handshake."""

OLD: Final = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
"""Not to be used: RFC 8996."""

_WEAK_CIPHERS: Final = "aNULL:eNULL:EXPORT:LOW:RC4:3DES:@SECLEVEL=0"
"""Without authentication, without encryption, or broken (RFC 9325, 4.1); as far as the local OpenSSL knows them."""


@dataclass(frozen=True, slots=True)
class Handshake:
    cipher: str
    certificate: bytes
    """In DER."""


def handshake(host: str, port: int, context: ssl.SSLContext | None = None) -> Handshake | str:
    """With any certificate; why there was none, where there was none."""
    context = context or accepting_anything()
    try:
        with (
            socket.create_connection((host, port), timeout=LONGEST) as connection,
            context.wrap_socket(connection, server_hostname=host) as wrapped,
        ):
            cipher = wrapped.cipher()
            return Handshake(cipher[0] if cipher else "", wrapped.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        return str(error) or type(error).__name__


def accepting_anything() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # at higher levels OpenSSL ends the handshake at what is to be told of
    return context


def of_version(version: ssl.TLSVersion) -> ssl.SSLContext:
    """Offers this version alone."""
    context = accepting_anything()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # to offer what is not to be used is the point
        context.minimum_version = version
        context.maximum_version = version
    return context


def of_weak_ciphers() -> ssl.SSLContext | None:
    """None where the local OpenSSL knows none of them."""
    context = accepting_anything()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with suppress(ssl.SSLError):
        context.set_ciphers(_WEAK_CIPHERS)
        return context
    return None


def refusal(host: str, port: int) -> ssl.SSLCertVerificationError | None:
    """Why a careful client does not trust the certificate; None where it does, or there was no handshake."""
    try:
        with (
            socket.create_connection((host, port), timeout=LONGEST) as connection,
            ssl.create_default_context().wrap_socket(connection, server_hostname=host),
        ):
            return None
    except ssl.SSLCertVerificationError as error:
        return error
    except (OSError, ValueError):
        return None
