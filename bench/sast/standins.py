"""The neighbours that the applications call: an HTTP and a TLS listener on loopback that answer everything."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK: Final = "127.0.0.1"


class Neighbour(BaseHTTPRequestHandler):
    """Says yes to everything."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Nothing: the runner's output is not theirs."""


@contextmanager
def neighbours(folder: Path) -> Iterator[dict[str, int]]:
    """The ports by the names that the traffic uses; certificates are made in the folder."""
    with ExitStack() as stack:
        plain, secure = _listening(stack), _listening(stack)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(folder))
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        for server in (plain, secure):
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield {"listener": plain.server_port, "tls": secure.server_port}


def environment(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    """What the applications are started with."""
    plain, secure = f"http://{LOOPBACK}:{ports['listener']}", f"https://{LOOPBACK}:{ports['tls']}"
    return {
        "HELPDESK_DATA": str(folder / "helpdesk"),
        "HELPDESK_STATUS": f"{plain}/status",
        "HELPDESK_PARTNER": secure,
        "WAREHOUSE_DATA": str(folder / "warehouse"),
        "WAREHOUSE_CARRIER": f"{plain}/carrier",
        "WAREHOUSE_SECURE_CARRIER": secure,
        "NO_PROXY": LOOPBACK,
    }


def _listening(stack: ExitStack) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((LOOPBACK, 0), Neighbour)
    server.daemon_threads = True
    return stack.enter_context(server)


def _certificate(folder: Path) -> Path:
    """Self-signed: whoever verifies refuses it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOOPBACK)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "neighbour.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + certificate.public_bytes(pem))
    return path
