"""Over TLS: any certificate will do for looking, and only a valid one for accounts."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from setpoint.model.dast import Sent
from setpoint.scan.dast.run_folder import NoFolder
from setpoint.scan.dast.sending.limits import Limits
from setpoint.scan.dast.sending.redaction import Redactor
from setpoint.scan.dast.sending.sender import PacedSender, distrust_of
from setpoint.scan.dast.sending.target import Target, reached, target_of


@pytest.fixture
def tls_target(tmp_path: Path) -> Iterator[Target]:
    """Answers `hello` over TLS, with a certificate that nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path / "cert.pem"))
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, context), daemon=True).start()
    yield reached(target_of(f"https://localhost:{listener.getsockname()[1]}"))
    listener.close()


def test_any_certificate_will_do_for_looking(tls_target: Target) -> None:
    limits = Limits(rate=100)
    sender = PacedSender(tls_target, limits, stop=threading.Event(), record=NoFolder(), redactor=Redactor())
    exchange = sender.send(Sent("GET", f"{tls_target.base}/"))
    raw = sender.send_raw(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", seconds=5)
    sender.close()
    assert exchange.answer is not None
    assert exchange.answer.body == b"hello"
    assert raw.endswith(b"hello")


def test_accounts_go_only_to_whom_the_certificate_is_of(tls_target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    assert distrust_of(tls_target) == "", "nobody stands in between on the loopback"
    monkeypatch.setattr(Target, "is_loopback", False)
    assert "self-signed certificate" in distrust_of(tls_target)
    assert distrust_of(target_of("http://a.example")) == ""


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:  # the test is over
            return
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")
        except OSError:  # who looked did not like the certificate, or only connected
            plain.close()


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    format_ = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, format_, serialization.NoEncryption()) + certificate.public_bytes(pem))
    return path
