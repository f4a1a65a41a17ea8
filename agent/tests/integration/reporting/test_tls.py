"""Reports go over TLS to who is vouched for, and to nobody else."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.control_plane import TOKEN, ControlPlane

from setpoint_agent.reporting.transport import Transport
from setpoint_agent.settings import Settings

REPORT = {"schema": 1, "service": "shop", "instance": "host/1", "boot": "0123456789abcdef", "sequence": 1}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of `localhost`, signed by itself; with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[ControlPlane]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    plane = ControlPlane(tls=context)
    yield plane
    plane.close()
    assert plane.faults == []


def test_a_report_is_taken_by_who_is_vouched_for(secure: ControlPlane, certificate: Path) -> None:
    settings = Settings(server=secure.address, token=TOKEN, certificates=str(certificate))
    outcome = Transport(settings).send(REPORT)
    assert (outcome.taken, outcome.failure) == (True, "")
    assert secure.reports == [REPORT]


@pytest.mark.parametrize("case", ["unknown", "other name"])
def test_nobody_else_hears_the_token(secure: ControlPlane, certificate: Path, case: str) -> None:
    address = secure.address if case == "unknown" else secure.address.replace("localhost", "127.0.0.1")
    trusted = str(certificate) if case == "other name" else ""
    outcome = Transport(Settings(server=address, token=TOKEN, certificates=trusted)).send(REPORT)
    assert (outcome.taken, outcome.failure) == (False, "SSLCertVerificationError")
    assert secure.reports == []


def test_a_file_that_holds_no_certificate_is_a_failure_as_any_other(secure: ControlPlane, tmp_path: Path) -> None:
    missing = Settings(server=secure.address, token=TOKEN, certificates=str(tmp_path / "none.pem"))
    assert Transport(missing).send(REPORT).failure == "FileNotFoundError"
