"""TLS of the listener: the certificate and its key are looked at before anything is served.

Called by `process`, and by `listening` when it is only tried.
"""

from __future__ import annotations

import ssl
import stat
from typing import Final

import structlog

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.settings.server import ServerSettings, Tls

MAX_BYTES: Final = 1024 * 1024
"""Of a certificate with its chain, or of a key."""

log = structlog.get_logger()


def tls_context(settings: ServerSettings) -> ssl.SSLContext | None:
    """What the listener is to use; None for plain HTTP, which is for loopback unless the settings say otherwise.

    Raises `InputError` for files that cannot be used, and for tokens that would cross a network in the clear.
    """
    settings.check()
    return None if settings.tls is None else _context(settings.tls)


def warn_of_shared_key(settings: ServerSettings) -> None:
    """Of a key that `tls_context` could use, and others could, too."""
    tls = settings.tls
    if tls is not None and stat.S_IMODE(tls.key.stat().st_mode) & stat.S_IRWXO:
        log.warning("others may read the key of the server's certificate", file=str(tls.key), remedy="chmod 600")


def _context(tls: Tls) -> ssl.SSLContext:
    for path in (tls.certificate, tls.key):
        read_bytes(path, limit=MAX_BYTES)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # RFC 8996: older versions are deprecated.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # An empty pass phrase, so that a key that needs one is refused rather than asked for on the terminal.
        context.load_cert_chain(tls.certificate, tls.key, password="")
    except (ssl.SSLError, OSError) as error:
        raise InputError(
            f"the certificate and its key cannot be used ({_reason(error)})",
            where=str(tls.certificate),
            remedy="give both as PEM, the key without a pass phrase and belonging to the first certificate",
        ) from error
    return context


def _reason(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or type(error).__name__
