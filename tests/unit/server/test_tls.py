from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs
from tests.certificate import write_certificate

from setpoint.errors import InputError
from setpoint.server.tls import tls_context, warn_of_shared_key
from setpoint.settings.server import ServerSettings, Tls


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    return certificate_in(tmp_path)


def certificate_in(folder: Path) -> Tls:
    write_certificate(folder)
    return Tls(folder / "server.pem", folder / "server.key")


def _pem(key: ec.EllipticCurvePrivateKey, encryption: serialization.KeySerializationEncryption) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> str | None:
    """The version of TLS that the two agree on; None where they do not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                server.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with (
                socket.create_connection(listener.getsockname(), 10) as plain,
                client.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
            ):
                return secured.version()
        except ssl.SSLError:
            return None
        finally:
            thread.join(10)


def test_a_client_that_trusts_the_certificate_is_served(tls: Tls) -> None:
    context = tls_context(ServerSettings(host="192.0.2.7", tls=tls))
    assert context is not None
    assert handshake(context, ssl.create_default_context(cafile=str(tls.certificate))) == "TLSv1.3"


def test_nothing_older_than_tls_1_2_is_spoken(tls: Tls) -> None:
    context = tls_context(ServerSettings(tls=tls))
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_key_that_others_may_read_is_warned_of(tls: Tls) -> None:
    with capture_logs() as quiet:
        warn_of_shared_key(ServerSettings(tls=tls))
    tls.key.chmod(0o644)
    with capture_logs() as logs:
        warn_of_shared_key(ServerSettings(tls=tls))
    assert quiet == []
    assert [(entry["log_level"], entry["file"]) for entry in logs] == [("warning", str(tls.key))]


def test_files_that_cannot_be_used_are_told_before_anything_is_served(tls: Tls, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = certificate_in(tmp_path / "other")
    broken = tmp_path / "broken"
    broken.write_text("no certificate")
    locked = tmp_path / "locked"
    key = serialization.load_pem_private_key(tls.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    locked.write_bytes(_pem(key, serialization.BestAvailableEncryption(b"phrase")))
    for wrong in (
        replace(tls, key=other.key),
        replace(tls, key=broken),
        replace(tls, certificate=broken),
        replace(tls, key=locked),
        Tls(tls.key, tls.certificate),
    ):
        with pytest.raises(InputError, match="the certificate and its key cannot be used"):
            tls_context(ServerSettings(tls=wrong))
    with pytest.raises(InputError, match="there is no such file"):
        tls_context(ServerSettings(tls=replace(tls, key=tmp_path / "missing")))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "setpoint.example"])  # noqa: S104 (that it is refused)
def test_beyond_loopback_plain_http_has_to_be_asked_for(host: str) -> None:
    with pytest.raises(InputError, match="beyond this machine, without TLS"):
        tls_context(ServerSettings(host=host))
    assert tls_context(ServerSettings(host=host, insecure=True)) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_loopback_plain_http_will_do(host: str) -> None:
    assert tls_context(ServerSettings(host=host)) is None
