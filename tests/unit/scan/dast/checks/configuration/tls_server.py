"""A server that does no more than handshakes, and certificates for it."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC)


def certificate(
    names: tuple[str, ...] = ("localhost", "127.0.0.1"),
    *,
    key: Any = None,
    since: timedelta = timedelta(days=-1),
    until: timedelta = timedelta(days=30),
    digest: Any = None,
) -> tuple[x509.Certificate, Any]:
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "target")])
    general = [x509.IPAddress(ip_address(each)) if each[0].isdigit() else x509.DNSName(each) for each in names]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + since)
        .not_valid_after(NOW + until)
        .add_extension(x509.SubjectAlternativeName(general), critical=False)
    )
    return builder.sign(key, digest or hashes.SHA256()), key


def weak_key() -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 -- what is to be found


@contextmanager
def tls_server(
    folder: Path, made: tuple[x509.Certificate, Any], *, version: ssl.TLSVersion | None = None, ciphers: str = ""
) -> Iterator[str]:
    """Gives its address. `version`: the only one that it speaks."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made[0].public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key.write_bytes(made[1].private_bytes(serialization.Encoding.PEM, pem, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if version or ciphers:
        context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if version:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
    context.load_cert_chain(chain, key)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_shake_hands, args=(listener, context), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # closed
            return
        connection.settimeout(5)
        with suppress(OSError), connection, context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(1)
